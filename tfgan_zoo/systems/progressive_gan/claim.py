"""ProgressiveGAN's claims: growing is continuous and faster, and the minibatch's deviation adds variation."""

import numpy as np
import tensorflow as tf

from tfgan_zoo import metrics
from tfgan_zoo.reproduce import Check
from tfgan_zoo.reproduce.probes import mean_and_error
from tfgan_zoo.systems.progressive_gan.networks import cross_fade, generator_at

CLAIM = (
    "A network that grows trains faster and better than one of full size, and the standard deviation of "
    "the minibatch adds variation."
)
PAPER = (
    "Section 2: growing is 2 to 6 times faster to comparable quality; section 6.2: it ends at a better "
    "optimum; section 3: the standard deviation of the minibatch adds variation; inception score 8.80"
)


CHECKS = [
    Check("fade_in_jump", "Largest change of a pixel where a level begins to fade in", paper="0"),
    Check(
        "fade_out_leak", "Largest effect on a pixel of the level below, once the fade has ended", paper="0"
    ),
    Check("pace", "Images shown in equal time, growing over full size", paper="2 to 6 times", headline=True),
    Check("fid_ratio", "FID-C after equal time, growing over full size", headline=True),
    Check(
        "ms_ssim_gain",
        "MS-SSIM of samples without the minibatch's deviation, less that with it, mean of the seeds",
    ),
    Check("fid", "FID-C of the network that grew"),
    Check("fid_full_size", "FID-C of the network of full size"),
    Check("seconds", "Training seconds of the network that grew"),
    Check("seconds_full_size", "Training seconds of the network of full size"),
]


def measure(
    bench, image_size, steps, fixed_steps, stable, fade, samples, pairs, extractor, seeds, split="test"
):
    """Trains growing pairs, a pair of full size for as long, and growing ones without the deviation.

    Args:
        image_size: the full size.
        steps: updates of each growing pair.
        fixed_steps: updates of the pair of full size, chosen to take as long; both times are reported.
        stable, fade: the schedule of the growing pairs.
        samples, extractor, split: of FID-C.
        pairs: of samples whose mean MS-SSIM is taken.
        seeds: of the growing pairs. The first is that of the pair of full size, which differs by far more
            than seeds do; those without the deviation do not.
    """
    sizes = ("networks.generator.image_size", "networks.critic.image_size", "data.image_size")
    common = {"eval": None, **dict.fromkeys(sizes, image_size)}

    def run(name, steps, seed, **overrides):
        length = {"train.steps": steps, "train.score_every": steps}
        return bench.train(name, "progressive_gan/fashion_mnist", {**common, **length, **overrides}, seed)

    growth = {"system_args.stable": stable, "system_args.fade": fade}
    fixed = run("fixed", fixed_steps, seeds[0], **{"system_args.first_size": image_size})
    with_it = [run("growing", steps, seed, **growth) for seed in seeds]
    without = [
        run("without_deviation", steps, seed, **growth, **{"networks.critic.group": 0}) for seed in seeds
    ]
    growing = with_it[0]
    fid = [v.score("fid", extractor=extractor, split=split, samples=samples) for v in (growing, fixed)]
    seconds = [variant.card["wall_seconds"] for variant in (growing, fixed)]
    gains = [
        _similarity(blind, samples, pairs) - _similarity(seeing, samples, pairs)
        for blind, seeing in zip(without, with_it)
    ]
    jump, leak = fade_ends(growing.model)
    return {
        "fade_in_jump": jump,
        "fade_out_leak": leak,
        "pace": _pace(growing) / _pace(fixed),
        "fid_ratio": fid[0] / fid[1],
        "ms_ssim_gain": mean_and_error(gains),
        "fid": fid[0],
        "fid_full_size": fid[1],
        "seconds": seconds[0],
        "seconds_full_size": seconds[1],
    }


def _pace(variant):
    """Images shown a second."""
    settings = variant.config.train
    return settings.steps * settings.batch_size / variant.card["wall_seconds"]


def _similarity(variant, samples, pairs):
    images = variant.model.generate(samples, seed=0)
    return variant.note("ms_ssim", metrics.ms_ssim_diversity(images, pairs=pairs))


def fade_ends(model, count=64):
    """The largest differences of pixels of a fade's ends from what they should be, over all levels.

    Returns:
        (at alpha = 0, from the doubled images of the level below; at alpha = 1, from the level's own
        images, the old way to images having been changed).
    """
    latents = tf.constant(model.latents(count, seed=0))
    jumps, leaks = [], []
    for level in range(1, len(model.generator.outputs)):
        part = generator_at(model.generator, level)
        below, image = part(latents)
        below = tf.repeat(tf.repeat(below, 2, axis=1), 2, axis=2)
        start = cross_fade(below, image, 0.0)
        end = cross_fade(below + 100.0, image, 1.0)
        jumps.append(np.abs(start - below).max())
        leaks.append(np.abs(end - image).max())
    return max(jumps), max(leaks)
