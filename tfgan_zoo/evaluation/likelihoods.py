"""Protocols on densities: likelihoods of held-out examples, and modes hit."""

import functools

import numpy as np

from tfgan_zoo import data, metrics
from tfgan_zoo.data import toys
from tfgan_zoo.evaluation.needs import draws_images, draws_points, has_known_modes, needs
from tfgan_zoo.evaluation.protocols import PROTOCOLS, Count, Seed
from tfgan_zoo.evaluation.references import reference_arrays, stamp
from tfgan_zoo.metrics import likelihood
from tfgan_zoo.utils import pictures


@PROTOCOLS.register
@needs(draws_points)
def held_out_log_likelihood(
    model, config, picture, samples: Count = 10_000, seed: Seed = 0, split: str = "test"
):
    """Held-out log-likelihood, in nats, of a KDE on samples beside a KDE and EM on the data."""
    count = min(samples, len(reference_arrays(config)["x"]))
    references = reference_arrays(config, split)
    held_out = references["x"]
    fake = model.generate(samples, seed=seed)
    beside = _training_densities(config.data, count, seed)
    values, densities = likelihood.held_out_log_likelihood(fake[:count], held_out, beside, seed)
    if picture is not None:
        draw = pictures.save_densities_1d if fake.shape[1] == 1 else pictures.save_densities_2d
        draw(fake, held_out, densities, picture)
    protocol = {
        **stamp(config, split, references),
        "n_real": len(held_out),
        "n_fake": len(fake),
        "unit": "nats",
        "seed": seed,
    }
    return [
        {"metric": f"log_likelihood/{name}", "value": value, "protocol": protocol}
        for name, value in values.items()
    ]


@functools.lru_cache(maxsize=2)
def _training_densities(settings, count, seed):
    """Fitted once for all the scorings of a run."""
    return likelihood.training_densities(data.arrays(**settings.model_dump())["x"], count, seed)


@PROTOCOLS.register
@needs(draws_points, has_known_modes)
def mode_coverage(model, config, picture, samples: Count = 2500, seed: Seed = 0):
    """Modes of a toy mixture that the samples hit, and the share of samples of high quality."""
    toy = toys.get(config.data.name)
    fake = model.generate(samples, seed=seed)
    hit, quality = metrics.mode_coverage(fake, toy.centres, toy.std)
    protocol = {"data": config.data.name, "n_fake": samples, "radius": "3 std", "seed": seed}
    return [
        {"metric": "modes", "value": int(hit), "protocol": protocol},
        {"metric": "high_quality_share", "value": float(quality), "protocol": protocol},
    ]


@PROTOCOLS.register
@needs(draws_images)
def parzen_log_likelihood(
    model,
    config,
    picture,
    samples: Count = 10_000,
    seed: Seed = 0,
    validation: str = "train[50000:]",
    split: str = "test",
):
    """Parzen-window log-likelihood, in nats, of held-out pixels in [0, 1], its standard error, and the bandwidth."""
    fake = (model.generate(samples, seed=seed).reshape(samples, -1) + 1) / 2
    references = reference_arrays(config, split)
    real = [
        (images.reshape(len(images), -1) / 255.0).astype(np.float32)
        for images in (reference_arrays(config, validation)["image"], references["image"])
    ]
    mean, error, sigma = likelihood.parzen_log_likelihood(fake, *real)
    protocol = {
        "features": "pixels in [0, 1]",
        **stamp(config, split, references),
        # What was found is a score beside: a stamp says how, and must be the same wherever it is computed.
        "bandwidth": f"likeliest for {validation}",
        "n_real": len(real[1]),
        "n_fake": samples,
        "unit": "nats",
        "seed": seed,
    }
    return [
        {"metric": "parzen_log_likelihood", "value": mean, "protocol": protocol},
        {"metric": "parzen_log_likelihood/error", "value": error, "protocol": protocol},
        {"metric": "parzen_log_likelihood/bandwidth", "value": sigma, "protocol": protocol},
    ]
