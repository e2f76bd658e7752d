"""GAN-CLS's claim: wrong pairs teach D the text, so that images fit captions which training never saw."""

import numpy as np

from tfgan_zoo.evaluation.captions import captioned_examples
from tfgan_zoo.reproduce import Check
from tfgan_zoo.reproduce.probes import mean_and_error, t_bound
from tfgan_zoo.text import encoders

CLAIM = (
    "A D that sees wrong pairs tells whether a text fits, so that images fit captions never seen; "
    "interpolated texts regularise G, and between two texts images change gradually."
)
PAPER = "Qualitative: figures 3 and 4 (GAN-INT-CLS fits the text best) and figure 8 (interpolated sentences)"

CHECKS = [
    Check(
        "ranking",
        "Share of held-out images for which D scores their caption above a wrong one, mean of the seeds",
        headline=True,
    ),
    Check(
        "ranking_lead",
        "Share of right captions scored above wrong ones, less that of a D trained without wrong pairs",
        headline=True,
    ),
    Check("retrieval", "Share of images whose held-out caption is found among ten, mean of the seeds"),
    Check(
        "retrieval_lead",
        "Share of captions found among ten, less that of training without wrong pairs",
    ),
    Check(
        "interpolation_bound",
        "One-sided 95% lower bound of what interpolated texts add to the share of captions found among ten",
    ),
    Check("interpolation_mean", "What interpolated texts add to the share of captions found among ten"),
    Check("largest_step", "Largest of eight steps from one caption's image to another's, in mean steps"),
]

# What is compared, as overrides of the config.
GAN_INT_CLS, NO_INTERPOLATION, NO_WRONG_PAIRS = "gan_int_cls", "without_interpolation", "without_wrong_pairs"
VARIANTS = {
    GAN_INT_CLS: {},
    NO_INTERPOLATION: {"system_args.interpolate": False},
    NO_WRONG_PAIRS: {"system_args.matching_aware": False},
}


def measure(bench, steps, halve_every, scored, encoder, captions, walks, split, seeds, wrong_pair_seeds):
    """Trains GAN-INT-CLS and, from the same seeds, without interpolated texts and without wrong pairs.

    Args:
        steps: updates of each player; their rates are halved every `halve_every`.
        scored: {"every": steps between two scorings, "last": how many of them a run's retrieval averages}.
        encoder: the text encoder by which images are judged, of another seed than that of the data.
        captions, split: how many held-out captions are drawn, and whence.
        walks: how many pairs of captions are walked between.
        seeds: a list of seeds.
        wrong_pair_seeds: with how many of them, from the first on, it is also trained without wrong pairs.
    """
    retrieval = {"encoder": encoder, "samples": captions, "split": split}
    common = {
        "train.steps": steps,
        "train.score_every": scored["every"],
        "eval": {"caption_distance": None, "caption_retrieval": retrieval},
        **{f"optimizers.{p}.learning_rate.decay_steps": halve_every for p in ("discriminator", "generator")},
    }

    def trained(name, seeds):
        return [bench.train(name, "gan_cls/avatars", {**common, **VARIANTS[name]}, seed) for seed in seeds]

    full, plain = (trained(name, seeds) for name in (GAN_INT_CLS, NO_INTERPOLATION))
    unaware = trained(NO_WRONG_PAIRS, seeds[:wrong_pair_seeds])
    ranked, ranked_unaware = (
        [v.note("right_text_above_wrong", right_above_wrong(v, captions, split)) for v in runs]
        for runs in (full, unaware)
    )
    found, found_plain, found_unaware = (
        [v.note("caption_retrieval/mean", mean_retrieval(v, scored["last"])) for v in runs]
        for runs in (full, plain, unaware)
    )
    matcher = encoders.load(encoder)
    largest = [v.note("largest_step", largest_step(v, matcher, walks, split)) for v in full]
    return {
        "ranking": mean_and_error(ranked),
        "ranking_lead": mean_and_error(paired(ranked, ranked_unaware)),
        "retrieval": mean_and_error(found),
        "retrieval_lead": mean_and_error(paired(found, found_unaware)),
        "interpolation_bound": t_bound(paired(found, found_plain)),
        "interpolation_mean": mean_and_error(paired(found, found_plain)),
        "largest_step": mean_and_error(largest),
    }


def paired(values, others):
    """What each value has above the other's of the same seed, for as many seeds as both have."""
    return [value - other for value, other in zip(values, others)]


def mean_retrieval(variant, last):
    """The mean of a run's `last` scorings: single ones swing by more than what is compared."""
    return np.mean([row["caption_retrieval"] for row in variant.scores[-last:]])


def right_above_wrong(variant, captions, split, seed=0):
    """The share of real pairs whose logit is above that of the same image with another one's text."""
    model = variant.model
    references = captioned_examples(variant.config, captions, split)
    images = (references["image"] / 127.5 - 1.0).astype(np.float32)
    text, names = references["text"], references["caption"]
    # A rotation pairs each image with another example's text; those of the same caption do not count.
    other = np.roll(np.arange(len(text)), np.random.default_rng(seed).integers(1, len(text)))
    right, wrong = (
        model.discriminator.predict({"image": images, "text": of}, batch_size=250, verbose=0)[:, 0]
        for of in (text, text[other])
    )
    return float((right > wrong)[names != names[other]].mean())


def largest_step(variant, matcher, walks, split, seed=0, points=9):
    """Along texts between two captions, z fixed, the largest step in mean steps; the mean over walks.

    Steps are distances between the `matcher`'s embeddings of images that follow one another.
    """
    model = variant.model
    references = captioned_examples(variant.config, 2 * walks, split)
    differ = references["caption"][:walks] != references["caption"][walks:]
    starts, ends = references["text"][:walks][differ], references["text"][walks:][differ]
    mixed = np.linspace(0.0, 1.0, points)[:, None, None]
    texts = (1 - mixed) * starts + mixed * ends
    z = np.tile(model.latents(len(starts), seed), (points, 1))
    images = model.decode(z, text=texts.reshape(len(z), -1))
    places = matcher.embed_images(images).reshape(points, len(starts), -1)
    steps = np.linalg.norm(np.diff(places, axis=0), axis=-1)
    # Where nothing moves at all, no step is large.
    return float((steps.max(axis=0) / np.maximum(steps.mean(axis=0), 1e-9)).mean())
