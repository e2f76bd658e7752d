"""Protocols on samples: distances of features and pixels, and what a classifier reads."""

import numpy as np

from tfgan_zoo import metrics
from tfgan_zoo.evaluation.needs import (
    draws_images,
    fills_ten_splits,
    gives_logits,
    needs,
    tells_the_classes,
)
from tfgan_zoo.evaluation.protocols import PROTOCOLS, Count, Seed
from tfgan_zoo.evaluation.references import extractor_of, reference_arrays, stamp
from tfgan_zoo.metrics.comparison import compare
from tfgan_zoo.metrics.sides import ImageSide
from tfgan_zoo.utils import cache


@PROTOCOLS.register
@needs(draws_images)
def fid(
    model,
    config,
    picture,
    extractor: str,
    samples: Count | None = None,
    seed: Seed = 0,
    split: str | None = None,
):
    """Frechet distance of an extractor's features of samples, as many as reals if None, and reals."""
    extractor = extractor_of(extractor)
    references = reference_arrays(config, split)
    facts = stamp(config, split, references)
    kept = cache.folder() / "statistics"
    real = ImageSide(references["image"], extractor, facts.pop("data"), kept, facts=facts)
    images = model.generate(real.count if samples is None else samples, seed=seed)
    return compare(ImageSide(images, extractor, seed=seed), real, ["fid"])


@PROTOCOLS.register
@needs(draws_images, gives_logits, fills_ten_splits)
def inception_score(
    model, config, picture, extractor: str, samples: Count = 10_000, seed: Seed = 0
):
    """Inception score, mean and deviation over 10 splits, of samples by an extractor's logits."""
    images = model.generate(samples, seed=seed)
    return compare(ImageSide(images, extractor_of(extractor), seed=seed), metrics=["is"])


@PROTOCOLS.register
@needs(draws_images)
def sliced_wasserstein(
    model,
    config,
    picture,
    samples: Count = 2000,
    projections: Count = 256,
    seed: Seed = 0,
    split: str | None = None,
):
    """Sliced Wasserstein distance between pixels of samples and of real images."""
    references = reference_arrays(config, split)
    real = references["image"][:samples]
    fake = model.generate(len(real), seed=seed)
    value = metrics.sliced_wasserstein(
        (real / 127.5 - 1.0).reshape(len(real), -1),
        fake.reshape(len(fake), -1),
        projections=projections,
        seed=seed,
    )
    protocol = {
        "features": "pixels in [-1, 1]",
        **stamp(config, split, references),
        "n_real": len(real),
        "n_fake": len(fake),
        "projections": projections,
        "seed": seed,
    }
    return [{"metric": "sliced_wasserstein", "value": float(value), "protocol": protocol}]


@PROTOCOLS.register
@needs(draws_images, gives_logits, tells_the_classes)
def conditional_accuracy(
    model, config, picture, extractor: str, samples: Count = 10_000, seed: Seed = 0
):
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
