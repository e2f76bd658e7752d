"""Protocols on samples: distances of features and pixels, and what a classifier reads."""

import numpy as np

from tfgan_zoo import metrics
from tfgan_zoo.evaluation.protocols import PROTOCOLS
from tfgan_zoo.evaluation.references import extractor_of, reference_arrays
from tfgan_zoo.metrics.comparison import ImageSide, compare
from tfgan_zoo.utils import cache


@PROTOCOLS.register
def fid(model, config, picture, extractor, samples=None, seed=0, split=None):
    """Frechet distance of an extractor's features of samples, as many as reals if None, and reals."""
    extractor = extractor_of(extractor)
    name = f"{config.data.name}:{split or config.data.split}"
    reals = reference_arrays(config, split)["image"]
    real = ImageSide(reals, extractor, name, cache.folder() / "statistics")
    images = model.generate(real.count if samples is None else samples, seed=seed)
    return compare(ImageSide(images, extractor, seed=seed), real, ["fid"])


@PROTOCOLS.register
def inception_score(model, config, picture, extractor, samples=10_000, seed=0):
    """Inception score, mean and deviation over 10 splits, of samples by an extractor's logits."""
    images = model.generate(samples, seed=seed)
    return compare(ImageSide(images, extractor_of(extractor), seed=seed), metrics=["is"])


@PROTOCOLS.register
def sliced_wasserstein(model, config, picture, samples=2000, projections=256, seed=0, split=None):
    """Sliced Wasserstein distance between pixels of samples and of real images."""
    real = reference_arrays(config, split)["image"][:samples]
    fake = model.generate(len(real), seed=seed)
    value = metrics.sliced_wasserstein(
        (real / 127.5 - 1.0).reshape(len(real), -1),
        fake.reshape(len(fake), -1),
        projections=projections,
        seed=seed,
    )
    protocol = {
        "features": "pixels in [-1, 1]",
        "data": f"{config.data.name}:{split or config.data.split}",
        "n_real": len(real),
        "n_fake": len(fake),
        "projections": projections,
        "seed": seed,
    }
    return [{"metric": "sliced_wasserstein", "value": float(value), "protocol": protocol}]


@PROTOCOLS.register
def conditional_accuracy(model, config, picture, extractor, samples=10_000, seed=0):
    """The share of samples that an extractor's classifier takes for the class they were asked for."""
    labels = np.arange(samples) % model.classes
    extractor = extractor_of(extractor)
    logits = extractor(model.generate(samples, seed=seed, label=labels))["logits"]
    protocol = {
        "extractor": extractor.name,
        "weights_hash": extractor.weights_hash,
        "labels": "every class as often",
        "n_fake": samples,
        "seed": seed,
    }
    value = float((logits.argmax(axis=1) == labels).mean())
    return [{"metric": "conditional_accuracy", "value": value, "protocol": protocol}]
