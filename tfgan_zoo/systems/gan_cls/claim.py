"""GAN-CLS's claim: images that fit captions which training never saw, better with wrong pairs."""

import numpy as np

from tfgan_zoo.evaluation.captions import captioned_examples
from tfgan_zoo.reproduce import at_least, at_most, reported
from tfgan_zoo.text import encoders

CLAIM = (
    "Images are drawn from captions never seen; GAN-CLS and GAN-INT make them fit, and between two texts "
    "they change gradually."
)
PAPER = "Qualitative: figures 3 and 4 (GAN-INT-CLS fits the text best) and figure 8 (interpolated sentences)"


# What is compared, as overrides of the config.
VARIANTS = {
    "gan_int_cls": {},
    "without_wrong_pairs": {"system_args.matching_aware": False},
    "without_interpolation": {"system_args.interpolate": False},
}


def check(bench, steps, encoder, captions, walks, split, seeds):
    """Trains GAN-INT-CLS, the same without wrong pairs, and the same without interpolated texts.

    Args:
        steps: updates of each player.
        encoder: the text encoder by which images are judged, of another seed than that of the data.
        captions, split: how many held-out captions are drawn, and whence.
        walks: how many pairs of captions are walked between.
        seeds: a list; every figure is the median over them.
    """
    found = [_of_seed(bench, seed, steps, encoder, captions, walks, split) for seed in seeds]
    ranked, unaware, retrieved, gain, mixed, step = np.median(found, axis=0)
    over = f"medians of {len(seeds)} seeds"
    return [
        at_least(f"share of real pairs that D puts above a wrong text, {over}", ranked, 0.8),
        at_least("the same, less that without wrong pairs", unaware, 0.15),
        at_least("share of held-out captions found among 10", retrieved, 0.4),
        at_least("the same, less that without wrong pairs", gain, 1e-9),
        at_least("the same, less that without interpolation", mixed, 0.0),
        at_most("largest of 8 steps between two texts, in mean steps", step, 3.0),
        *(
            reported(f"{what}, seed {seed}", value)
            for seed, values in zip(seeds, found)
            for what, value in zip(("share ranked", "less without wrong pairs"), values)
        ),
    ]


def _of_seed(bench, seed, steps, encoder, captions, walks, split):
    """The six figures of `check` for the three variants of one seed."""
    variants = {
        name: bench.train(name, "gan_cls/avatars", {"train.steps": steps, **changes}, seed)
        for name, changes in VARIANTS.items()
    }
    settings = {"encoder": encoder, "samples": captions, "split": split}
    ranked, found = {}, {}
    for name, variant in variants.items():
        ranked[name] = variant.note("right_text_above_wrong", right_above_wrong(variant, captions, split))
        found[name] = variant.score("caption_retrieval", **settings)
    full, plain, alone = VARIANTS
    step = largest_step(variants[full], encoders.load(encoder), walks, split)
    return [
        ranked[full],
        ranked[full] - ranked[plain],
        found[full],
        found[full] - found[plain],
        found[full] - found[alone],
        variants[full].note("largest_step", step),
    ]


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
