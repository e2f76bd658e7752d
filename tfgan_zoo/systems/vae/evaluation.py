"""Protocols on bounds on the likelihood of held-out images, which a VAE has."""

import numpy as np

from tfgan_zoo.evaluation import PROTOCOLS, reference_arrays
from tfgan_zoo.evaluation.protocols import Count, Seed
from tfgan_zoo.evaluation.references import stamp


@PROTOCOLS.register
def evidence_bound(
    model, config, picture, examples: Count | None = None, seed: Seed = 0, split: str = "test"
):
    """The evidence lower bound of held-out images, in nats, and its two terms."""
    images, protocol = _held_out_images(model, config, examples, seed, split)
    bound = model.evidence_bound(images, seed)
    names = {name: name if name == "evidence_bound" else f"evidence_bound/{name}" for name in bound}
    return [
        {"metric": names[name], "value": float(values.mean()), "protocol": protocol}
        for name, values in bound.items()
    ]


@PROTOCOLS.register
def importance_weighted_bound(
    model,
    config,
    picture,
    importance_samples: Count = 500,
    examples: Count = 1000,
    seed: Seed = 0,
    split: str = "test",
):
    """A tighter bound on the log-likelihood of held-out images, in nats."""
    images, protocol = _held_out_images(model, config, examples, seed, split)
    value = float(model.importance_weighted_bound(images, importance_samples, seed).mean())
    protocol = {**protocol, "importance_samples": importance_samples}
    return [{"metric": "importance_weighted_bound", "value": value, "protocol": protocol}]


def _held_out_images(model, config, examples, seed, split):
    """The first images of a split in [-1, 1], and what a bound on their likelihood depends on."""
    references = reference_arrays(config, split)
    images = references["image"][:examples]
    protocol = {
        **stamp(config, split, references),
        "image_size": images.shape[1],
        "n_real": len(images),
        "pixels": "binarised once, by the seed" if model.binarize else "grey",
        "unit": "nats",
        "seed": seed,
    }
    return images / np.float32(127.5) - np.float32(1), protocol
