"""Protocols on images that are drawn from the captions of a data set."""

import numpy as np

from tfgan_zoo.evaluation.references import reference_arrays


def caption_retrieval(model, config, picture, encoder, samples=1000, choices=10, split=None, seed=0):
    """The share of images of captions that a text encoder's image network gives to their own among some."""
    from tfgan_zoo.text import encoders
    from tfgan_zoo.text.retrieval import retrieved

    matcher = encoders.load(encoder)
    drawn, references = draw(model, config, samples, split, seed)
    captions = references["caption"]
    value = retrieved(matcher.embed_images(drawn), matcher.embed_captions(captions), captions, choices)
    protocol = {
        "encoder": matcher.name,
        "weights_hash": matcher.weights_hash,
        "data": f"{config.data.name}:{split or config.data.split}",
        "choices": choices,
        "n_fake": len(drawn),
        "seed": seed,
    }
    return [{"metric": "caption_retrieval", "value": value, "protocol": protocol}]


def caption_distance(model, config, picture, samples=1000, projections=256, split=None, seed=0):
    """Sliced Wasserstein distance between pixels of images of captions and of the captions' own images."""
    from tfgan_zoo import metrics

    drawn, references = draw(model, config, samples, split, seed)
    sides = (images.reshape(len(images), -1) for images in (references["image"] / 127.5 - 1.0, drawn))
    value = metrics.sliced_wasserstein(*sides, projections=projections, seed=seed)
    protocol = {
        "features": "pixels in [-1, 1]",
        "data": f"{config.data.name}:{split or config.data.split}",
        "n_real": len(drawn),
        "n_fake": len(drawn),
        "projections": projections,
        "seed": seed,
    }
    return [{"metric": "caption_distance", "value": float(value), "protocol": protocol}]


def draw(model, config, samples, split=None, seed=0):
    """An image for each of the first captions of a split, and what the data hold beside these captions.

    Returns: float32 [n, H, W, C] in [-1, 1], and {"image", "text", "caption"} of n rows.
    """
    config = config.model_copy(update={"data": config.data.model_copy(update={"keys": None})})
    found = reference_arrays(config, split)
    references = {key: np.asarray(found[key][:samples]) for key in ("image", "text", "caption")}
    text = references["text"]
    return model.generate(len(text), seed=seed, text=text), references
