"""pix2pix's claim: each term of the objective, and the skips, do their part."""

import numpy as np

from tfgan_zoo.evaluation import reference_arrays
from tfgan_zoo.reproduce import Check, probes
from tfgan_zoo.reproduce.bench import halfway_constant
from tfgan_zoo.utils.pictures import to_uint8

CLAIM = (
    "A conditional GAN with L1 translates layouts into scenes that a segmenter reads as well as L1's, and "
    "sharper ones; a D without the condition does not ask for the right scene, and skips help G."
)
PAPER = (
    "Table 1, Cityscapes labels to photos, per-pixel accuracy: L1 0.42, GAN 0.22, cGAN 0.57, L1+GAN 0.64, "
    "L1+cGAN 0.66, real 0.80; table 2: the U-Net above the encoder-decoder"
)

CHECKS = [
    Check("lead_over_l1", "Accuracy of L1+cGAN less that of L1 alone", paper="0.24"),
    Check("condition_gain", "Accuracy of cGAN less that of a GAN whose D sees no layout", paper="0.35"),
    Check("share_of_real", "Accuracy of L1+cGAN over that of real scenes", paper="0.83", headline=True),
    Check(
        "gradient_distance_ratio",
        "Distance of the gradients' histogram to that of real scenes, L1+cGAN over L1",
        headline=True,
    ),
    Check("skips_gain", "Accuracy of L1+cGAN with skips less that without"),
    Check("accuracy_real", "Segmenter's accuracy on objects of real scenes", paper="0.80"),
    Check("accuracy_l1_cgan", "Segmenter's accuracy on objects of scenes by L1+cGAN", paper="0.66"),
    Check("accuracy_l1", "Segmenter's accuracy on objects of scenes by L1", paper="0.42"),
    Check("accuracy_cgan", "Segmenter's accuracy on objects of scenes by cGAN", paper="0.57"),
    Check("accuracy_gan", "Segmenter's accuracy on objects of scenes by GAN", paper="0.22"),
    Check(
        "accuracy_l1_cgan_without_skips", "Segmenter's accuracy on objects of scenes by L1+cGAN without skips"
    ),
]

# The objectives and networks that tables 1 and 2 compare, as overrides of the config.
VARIANTS = {
    "l1_cgan": {},
    "l1": {"system_args.gan_weight": 0.0},
    "cgan": {"system_args.l1_weight": 0.0},
    "gan": {"system_args.l1_weight": 0.0, "networks.discriminator.condition_channels": 0},
    "l1_cgan_without_skips": {"networks.generator.skips": False},
}


def measure(bench, steps, probe_epochs, seed=0):
    """Trains the variants alike, and a segmenter on real scenes that judges all.

    Args:
        steps: updates of each player in each run.
        probe_epochs: of the segmenter over the real training scenes.
    """
    common = halfway_constant(steps, ("discriminator", "generator"))
    variants = {
        name: bench.train(name, "pix2pix/scenes", {**common, **changes}, seed)
        for name, changes in VARIANTS.items()
    }
    accuracy, distance = accuracies(variants, probe_epochs, seed)
    full = accuracy["l1_cgan"]
    return {
        "lead_over_l1": full - accuracy["l1"],
        "condition_gain": accuracy["cgan"] - accuracy["gan"],
        "share_of_real": full / accuracy["real"],
        "gradient_distance_ratio": distance["l1_cgan"] / distance["l1"],
        "skips_gain": full - accuracy["l1_cgan_without_skips"],
        **{f"accuracy_{name}": value for name, value in accuracy.items()},
    }


def accuracies(variants, probe_epochs, seed):
    """Per-pixel accuracies on objects, of the reals too, and distances to the reals' gradients, by name."""
    config = next(iter(variants.values())).config
    real, held_out = reference_arrays(config), reference_arrays(config, config.held_out)
    palette = colours(real["condition"])
    segmenter = probes.segmenter(real["image"], classes(real["condition"], palette), probe_epochs, seed=seed)
    layout = classes(held_out["condition"], palette)
    # What covers most of a scene is its ground; what stands on it is what was asked for.
    ground = [np.bincount(each.ravel()).argmax() for each in layout]
    objects = np.where(layout == np.reshape(ground, [-1, 1, 1]), probes.UNKNOWN, layout)
    accuracy = {"real": probes.agreement(probes.read(segmenter, held_out["image"]), objects)}
    distance = {}
    for name, variant in variants.items():
        images = to_uint8(variant.model.translate(held_out["condition"] / 127.5 - 1, seed=seed))
        found = probes.read(segmenter, images)
        accuracy[name] = variant.note("object_accuracy", probes.agreement(found, objects))
        variant.note("pixel_accuracy", probes.agreement(found, layout))
        unlike = probes.gradient_distance(images, held_out["image"])
        distance[name] = variant.note("gradient_distance", unlike)
    return accuracy, distance


def colours(conditions):
    """The different colours [k, C] of condition images [n, H, W, C], in order."""
    return np.unique(conditions.reshape(-1, conditions.shape[-1]), axis=0)


def classes(conditions, palette):
    """The row of `palette` that each pixel of the conditions has, int [n, H, W].

    Raises:
        ValueError: a colour is not in the palette.
    """
    found = (conditions[..., None, :] == palette).all(axis=-1)
    if not found.any(axis=-1).all():
        raise ValueError("A condition has a colour that no training condition has.")
    return found.argmax(axis=-1)
