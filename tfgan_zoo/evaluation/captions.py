"""Protocols on images that are drawn from the captions of a data set."""

import numpy as np

from tfgan_zoo import metrics
from tfgan_zoo.evaluation.needs import has_captions, needs
from tfgan_zoo.evaluation.protocols import PROTOCOLS, Count, Seed
from tfgan_zoo.evaluation.references import reference_arrays, stamp
from tfgan_zoo.text import encoders
from tfgan_zoo.text.retrieval import retrieved


@PROTOCOLS.register
@needs(has_captions)
def caption_retrieval(
    model,
    config,
    picture,
    encoder: str,
    samples: Count = 1000,
    choices: Count = 10,
    split: str | None = None,
    seed: Seed = 0,
):
    """The share of images of captions that a text encoder's image network gives to their own among some."""
    matcher = encoders.load(encoder)
    references = captioned_examples(config, samples, split)
    drawn, captions = draw(model, references, seed), references["caption"]
    value = retrieved(matcher.embed_images(drawn), matcher.embed_captions(captions), captions, choices)
    protocol = {
        "encoder": matcher.name,
        "weights_hash": matcher.weights_hash,
        **stamp(config, split, references),
        "choices": choices,
        "n_fake": len(drawn),
        "seed": seed,
    }
    return [{"metric": "caption_retrieval", "value": value, "protocol": protocol}]


@PROTOCOLS.register
@needs(has_captions)
def caption_distance(
    model,
    config,
    picture,
    samples: Count = 1000,
    projections: Count = 256,
    split: str | None = None,
    seed: Seed = 0,
):
    """Sliced Wasserstein distance between pixels of images of captions and of the captions' own images."""
    references = captioned_examples(config, samples, split)
    drawn = draw(model, references, seed)
    sides = (images.reshape(len(images), -1) for images in (references["image"] / 127.5 - 1.0, drawn))
    value = metrics.sliced_wasserstein(*sides, projections=projections, seed=seed)
    protocol = {
        "features": "pixels in [-1, 1]",
        **stamp(config, split, references),
        "n_real": len(drawn),
        "n_fake": len(drawn),
        "projections": projections,
        "seed": seed,
    }
    return [{"metric": "caption_distance", "value": float(value), "protocol": protocol}]


def captioned_examples(config, samples, split=None):
    """{"image": uint8, "text", "caption"} of a config's first examples, of its own split or another."""
    whole = config.data.model_copy(update={"keys": None})
    found = reference_arrays(config.model_copy(update={"data": whole}), split)
    return {key: np.asarray(found[key][:samples]) for key in ("image", "text", "caption")}


def draw(model, references, seed=0):
    """An image for each text of `captioned_examples`: float32 [n, H, W, C] in [-1, 1]."""
    text = references["text"]
    return model.generate(len(text), seed=seed, text=text)
