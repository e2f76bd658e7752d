"""The scores that a config asks for under `eval`: each a protocol run on a model.

A score is a plain dict `{"metric", "value", "protocol"}`; the protocol says all that the value
depends on, so that two scores are compared only where their protocols agree.
"""

import functools

import numpy as np

from tfgan_zoo import data
from tfgan_zoo.config import ConfigError
from tfgan_zoo.data import cache
from tfgan_zoo.index import nearest


def evaluate(model, config, picture=None):
    """Every score that the config's `eval` section names.

    Args:
        model: a system.
        config: its `Config`; reference data are the config's own, unless the protocol says else.
        picture: where a protocol that draws a figure may write it; None for no figure.

    Returns:
        A list of score dicts, in the order of the config.
    """
    scores = []
    for name, settings in config.eval.items():
        if name not in PROTOCOLS:
            raise ConfigError(f"eval: no protocol {name!r}.{nearest(name, PROTOCOLS)}")
        try:
            scores += PROTOCOLS[name](model, config, picture=picture, **settings)
        except TypeError as error:
            raise ConfigError(f"eval.{name}: {error}") from error
    return scores


def reference_arrays(config, split=None):
    """The config's data as arrays, of its own split or another."""
    settings = config.data.model_dump()
    if split is not None:
        settings["split"] = split
    return data.arrays(**settings)


def sliced_wasserstein(model, config, picture, samples=2000, projections=256, seed=0, split=None):
    """Sliced Wasserstein distance between pixels of samples and of real images."""
    from tfgan_zoo import metrics

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


def held_out_log_likelihood(model, config, picture, samples=10_000, seed=0, split="test"):
    """Held-out log-likelihood, in nats, of a KDE on samples beside a KDE and EM on the data."""
    from tfgan_zoo import pictures
    from tfgan_zoo.metrics.likelihood import held_out_log_likelihood as likelihoods

    count = min(samples, len(reference_arrays(config)["x"]))
    held_out = reference_arrays(config, split)["x"]
    fake = model.generate(samples, seed=seed)
    beside = _training_densities(config.data, count, seed)
    values, densities = likelihoods(fake[:count], held_out, beside, seed)
    if picture is not None:
        draw = pictures.save_densities_1d if fake.shape[1] == 1 else pictures.save_densities_2d
        draw(fake, held_out, densities, picture)
    protocol = {
        "data": f"{config.data.name}:{split}",
        "n_real": len(held_out),
        "n_fake": len(fake),
        "unit": "nats",
        "seed": seed,
    }
    return [
        {"metric": f"log_likelihood/{name}", "value": value, "protocol": protocol}
        for name, value in values.items()
    ]


def mode_coverage(model, config, picture, samples=2500, seed=0):
    """Modes of a toy mixture that the samples hit, and the share of samples of high quality."""
    from tfgan_zoo import metrics
    from tfgan_zoo.data import toys

    toy = toys.get(config.data.name)
    fake = model.generate(samples, seed=seed)
    hit, quality = metrics.mode_coverage(fake, toy.centres, toy.std)
    protocol = {"data": config.data.name, "n_fake": samples, "radius": "3 std", "seed": seed}
    return [
        {"metric": "modes", "value": int(hit), "protocol": protocol},
        {"metric": "high_quality_share", "value": float(quality), "protocol": protocol},
    ]


def fid(model, config, picture, extractor, samples=None, seed=0, split=None):
    """Frechet distance of an extractor's features of samples, as many as reals if None, and reals."""
    from tfgan_zoo.metrics.comparison import ImageSide, compare

    extractor = _extractor(extractor)
    name = f"{config.data.name}:{split or config.data.split}"
    reals = reference_arrays(config, split)["image"]
    real = ImageSide(reals, extractor, name, cache.folder() / "statistics")
    images = model.generate(real.count if samples is None else samples, seed=seed)
    return compare(ImageSide(images, extractor, seed=seed), real, ["fid"])


def inception_score(model, config, picture, extractor, samples=10_000, seed=0):
    """Inception score, mean and deviation over 10 splits, of samples by an extractor's logits."""
    from tfgan_zoo.metrics.comparison import ImageSide, compare

    images = model.generate(samples, seed=seed)
    return compare(ImageSide(images, _extractor(extractor), seed=seed), metrics=["is"])


@functools.lru_cache(maxsize=2)
def _training_densities(settings, count, seed):
    """Fitted once for all the scorings of a run."""
    from tfgan_zoo.metrics.likelihood import training_densities

    return training_densities(data.arrays(**settings.model_dump())["x"], count, seed)


def conditional_accuracy(model, config, picture, extractor, samples=10_000, seed=0):
    """The share of samples that an extractor's classifier takes for the class they were asked for."""
    labels = np.arange(samples) % model.classes
    extractor = _extractor(extractor)
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


def parzen_log_likelihood(
    model, config, picture, samples=10_000, seed=0, validation="train[50000:]", split="test"
):
    """Parzen-window log-likelihood, in nats, of held-out pixels in [0, 1], and its standard error."""
    from tfgan_zoo.metrics.likelihood import parzen_log_likelihood as parzen

    fake = (model.generate(samples, seed=seed).reshape(samples, -1) + 1) / 2
    real = [
        (images.reshape(len(images), -1) / 255.0).astype(np.float32)
        for images in (reference_arrays(config, each)["image"] for each in (validation, split))
    ]
    mean, error, sigma = parzen(fake, *real)
    protocol = {
        "features": "pixels in [0, 1]",
        "data": f"{config.data.name}:{split}",
        "bandwidth": f"{sigma:.3g}, chosen on {validation}",
        "n_real": len(real[1]),
        "n_fake": samples,
        "unit": "nats",
        "seed": seed,
    }
    return [
        {"metric": "parzen_log_likelihood", "value": mean, "protocol": protocol},
        {"metric": "parzen_log_likelihood/error", "value": error, "protocol": protocol},
    ]


@functools.lru_cache(maxsize=2)
def _extractor(name):
    """Loaded once for all the scorings of a run."""
    from tfgan_zoo import metrics

    return metrics.load_extractor(name)


PROTOCOLS = {
    "fid": fid,
    "inception_score": inception_score,
    "sliced_wasserstein": sliced_wasserstein,
    "conditional_accuracy": conditional_accuracy,
    "parzen_log_likelihood": parzen_log_likelihood,
    "held_out_log_likelihood": held_out_log_likelihood,
    "mode_coverage": mode_coverage,
}
