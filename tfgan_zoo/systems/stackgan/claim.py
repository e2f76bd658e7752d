"""StackGAN's claim: Stage II adds details that the small image of Stage I cannot hold, and keeps what it shows."""

import numpy as np

from tfgan_zoo import metrics
from tfgan_zoo.evaluation.captions import captioned_examples, draw
from tfgan_zoo.reproduce import Check
from tfgan_zoo.reproduce.probes import gradient_distance, mean_and_error
from tfgan_zoo.text import encoders
from tfgan_zoo.text.retrieval import retrieved
from tfgan_zoo.utils.batching import in_batches
from tfgan_zoo.utils.pictures import to_uint8
from tfgan_zoo.utils.resize import bicubic

CLAIM = (
    "Stage II adds details that enlarging the image of Stage I cannot, and its images fit their captions no worse."
)
PAPER = (
    "Table 1: inception score on CUB 3.70, of GAN-INT-CLS 2.88; table 2 credits Stage II and conditioning "
    "augmentation"
)

CHECKS = [
    Check(
        "gradient_ratio",
        "Distance to the gradients of real images, Stage II over Stage I enlarged",
        headline=True,
    ),
    Check("retrieval_lead", "Share of held-out captions found among ten, Stage II less Stage I enlarged"),
    Check("retrieval", "Share of held-out captions found among ten in images of Stage II"),
    Check("retrieval_stage1", "Share of held-out captions found among ten in images of Stage I enlarged"),
    Check("retrieval_real", "Share of held-out captions found among ten in real images"),
    Check("gradient_distance", "Distance to the gradients of real images, Stage II"),
    Check("gradient_distance_stage1", "Distance to the gradients of real images, Stage I enlarged"),
    Check("gradient_distance_halved", "Distance to the gradients of real images, these halved and enlarged"),
    Check("frechet_ratio", "Frechet distance in the matcher's features, Stage II over Stage I enlarged"),
    Check("change", "Mean absolute difference of Stage II and Stage I enlarged, pixels in [-1, 1]"),
    Check("retrieval_own_text", "Share found of captions that Stage II alone reads"),
    Check("retrieval_first_text", "Share found of captions that Stage I alone reads"),
    Check("retrieval_single_stage", "Share of held-out captions found among ten in images of GAN-CLS"),
    Check("gradient_distance_single_stage", "Distance to the gradients of real images, GAN-CLS"),
]

CONFIG, SINGLE_STAGE = "stackgan/avatars", "gan_cls/avatars"


def measure(bench, encoder, captions, split, single_stage_steps, seeds):
    """Compares the two stages of StackGAN, trained from each seed, and a GAN-CLS of one stage beside them.

    Args:
        encoder: the text encoder by which images are judged, of another seed than that of the data.
        captions, split: how many held-out captions are drawn, and whence.
        single_stage_steps: of GAN-CLS, trained from the first seed.
        seeds: the first may be that of the weights that ship. Figures of StackGAN are means over them.
    """
    matcher, found = encoders.load(encoder), []
    for seed in seeds:
        variant = bench.shipped("stackgan", CONFIG, seed)
        references = captioned_examples(variant.config, captions, split)
        figures = compared(variant.model, references, matcher, seed)
        found.append({name: variant.note(name, value) for name, value in figures.items()})
    overrides = {"train.steps": single_stage_steps, "eval": None}
    single = bench.train("gan_cls", SINGLE_STAGE, overrides, seeds[0])
    images = to_uint8(draw(single.model, references, seeds[0]))
    retrieval = _retrieval(matcher, images, references["caption"])
    distance = gradient_distance(images, references["image"])
    beside = {
        "retrieval_single_stage": single.note("retrieval", retrieval),
        "gradient_distance_single_stage": single.note("gradient_distance", distance),
    }
    means = {key: mean_and_error([figures[key] for figures in found]) for key in found[0]}
    return {check.key: (means | beside)[check.key] for check in CHECKS}


def compared(model, references, matcher, seed=0):
    """The figures of a StackGAN by key, on images of the captions of `captioned_examples`."""
    real, captions, size = (references["image"], references["caption"], references["image"].shape[1:3])
    small, large, mixed, other = drawn(model, references["text"], seed)
    enlarged = bicubic(small, size)
    halved = bicubic(bicubic(real, small.shape[1:3]), size)
    own, first = (_retrieval(matcher, images, captions) for images in (large, enlarged))
    distances = [gradient_distance(images, real) for images in (large, enlarged, halved)]
    features = [matcher.embed_images(images) for images in (real, large, enlarged)]
    frechet = [metrics.frechet_distance(features[0], of) for of in features[1:]]
    return {
        "gradient_ratio": distances[0] / distances[1],
        "retrieval_lead": own - first,
        "retrieval": own,
        "retrieval_stage1": first,
        "retrieval_real": _retrieval(matcher, real, captions),
        "gradient_distance": distances[0],
        "gradient_distance_stage1": distances[1],
        "gradient_distance_halved": distances[2],
        "frechet_ratio": frechet[0] / frechet[1],
        "change": np.abs(large.astype(np.float32) - enlarged).mean() / 127.5,
        "retrieval_own_text": _retrieval(matcher, mixed, captions[other]),
        "retrieval_first_text": _retrieval(matcher, mixed, captions),
    }


def drawn(model, text, seed=0):
    """Images of texts [n, e], uint8: Stage I, Stage II, Stage II with other texts; and the places of these.

    The third are drawn from the same images of Stage I, each with the text of another example.
    """
    inputs = model.sampler.inputs_of(len(text), seed, text=text)
    shift = np.random.default_rng(seed).integers(1, len(text))
    other = np.roll(np.arange(len(text)), shift)

    def make(rows):
        small, _ = model.draw_small(rows)
        large, _ = model.draw_large(small, rows)
        mixed, _ = model.draw_large(small, {**rows, "text": rows["other"]})
        return small, large, mixed

    with model.averaged():
        made = in_batches(make, {**inputs, "other": text[other]}, batch_size=250)
    return *(to_uint8(images) for images in made), other


def _retrieval(matcher, images, captions, choices=10):
    return retrieved(matcher.embed_images(images), matcher.embed_captions(captions), captions, choices)
