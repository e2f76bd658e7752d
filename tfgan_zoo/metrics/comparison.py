"""Two sets of images compared by the names of metrics, each value with the stamp that it needs."""

import dataclasses
import functools
import hashlib
import json
import os
import re
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from tfgan_zoo.metrics._checks import as_uint8
from tfgan_zoo.metrics.frechet import frechet_distance, frechet_distance_infinity
from tfgan_zoo.metrics.image_quality import ms_ssim_diversity, psnr, ssim
from tfgan_zoo.metrics.kernel import kernel_distance, kernel_distance_subsets
from tfgan_zoo.metrics.labels import am_score, inception_score
from tfgan_zoo.metrics.manifolds import density_coverage, precision_recall
from tfgan_zoo.metrics.protocol import Protocol, ProtocolMismatch
from tfgan_zoo.metrics.statistics import (
    Moments,
    cached_statistics,
    load_statistics,
    save_statistics,
)
from tfgan_zoo.metrics.wasserstein import sliced_wasserstein
from tfgan_zoo.utils.spelling import nearest

# What a side's stamp says of data beside their name and number; the first two are one for both sides.
_FACTS = ("image_size", "fit", "contents")


class ImageSide:
    """One side of a comparison: images with what an extractor makes of them, each computed once.

    images: [n, H, W, C], uint8 or floats in [-1, 1]. extractor: None serves the metrics of pixels
    only. name: what the images are, for the stamp.
    cache: a folder where the moments are kept, under a name that follows from the images'
    content and the extractor; None for none. seed: by which they were drawn, for the stamp; None
    where nothing was drawn. facts: what else the stamp says of them: the `image_size` to which they
    were brought, by which `fit`, and a hash of their `contents`.
    """

    def __init__(self, images, extractor, name=None, cache=None, seed=None, facts=None):
        self.images = as_uint8(images, name or "images")
        self.extractor = extractor
        self.name = name
        self.cache = cache
        self.seed = seed
        self.facts = facts or {}

    @property
    def count(self):
        return len(self.images)

    @property
    def shape(self):
        return self.images.shape[1:]

    @property
    def stamp(self):
        return Protocol() if self.extractor is None else self.extractor.protocol()

    @functools.cached_property
    def _outputs(self):
        if self.extractor is None:
            raise ValueError("this metric is of features; give an extractor, as with --extractor")
        return self.extractor(self.images)

    @property
    def features(self):
        return self._outputs["features"]

    @property
    def logits(self):
        if "logits" not in self._outputs:
            raise ValueError(f"{self.extractor.name} has no logits, which this metric needs")
        return self._outputs["logits"]

    @functools.cached_property
    def moments(self):
        if self.cache is None:
            return self._moments()
        stamp = _own_stamp(self)
        digest = hashlib.sha256(json.dumps(dataclasses.asdict(stamp)).encode())
        digest.update(np.ascontiguousarray(self.images))
        readable = re.sub(r"\W+", "_", f"{self.extractor.name}_{self.name}")[-60:]
        path = os.path.join(self.cache, f"{readable}-{digest.hexdigest()[:16]}.npz")
        return cached_statistics(path, stamp, self._moments)

    def _moments(self, block=1000):
        moments = Moments()
        for start in range(0, self.count, block):
            moments.update(self.features[start : start + block])
        return moments


class StatisticsSide:
    """One side of a comparison: a file of `save_statistics`, which has moments and nothing else."""

    shape = None

    def __init__(self, path):
        self.moments, protocol = load_statistics(path)
        self.path = path
        self.name = protocol.split or os.path.basename(path)
        self.count = self.moments.count
        self.seed = protocol.seed
        of_data = ("n_real", "n_fake", "split", "seed", *_FACTS)
        self.facts = {key: value for key in _FACTS if (value := getattr(protocol, key)) is not None}
        self.stamp = dataclasses.replace(protocol, **dict.fromkeys(of_data))

    def _lacking(self):
        raise ValueError(
            f"{self.path} holds a mean and a covariance only, which serve fid (and fid_infinity "
            "for the reals); give the images for other metrics"
        )

    images = property(_lacking)
    features = property(_lacking)
    logits = property(_lacking)


def save_moments(side, path):
    """Writes the moments of a side with their stamp to `path`, for a `StatisticsSide` to read."""
    save_statistics(path, side.moments, _own_stamp(side))


def _own_stamp(side):
    """The stamp of one side alone: whose features of how many images, which, and how drawn."""
    return dataclasses.replace(
        side.stamp, n_real=side.count, split=side.name, seed=side.seed, **side.facts
    )


def _size(side):
    """The (height, width) of a side's images; None of statistics that do not say it."""
    size = side.shape[:2] if side.shape else side.facts.get("image_size")
    return (size, size) if isinstance(size, int) else size and tuple(size)


def _form(side):
    """The size to which a side's data were brought, and how, as its stamp says it."""
    return {key: side.facts[key] for key in _FACTS[:2] if key in side.facts}


def compare(fake, real=None, metrics=("fid",), seed=0):
    """The scores of one side against another, as a list of dicts `{"metric", "value", "protocol"}`.

    fake, real: an `ImageSide` or a `StatisticsSide`; real may be None for metrics of fakes alone.
    metrics: names in `METRICS`; seed: of those that draw at random. One name may give several
    scores, as "prdc" does.

    Raises ProtocolMismatch where the sides' features are of unlike extractors, ValueError for
    unknown names, sides of unlike image sizes, and metrics that need what a side has not.
    """
    of_features = uses_features(metrics)
    if real is not None and of_features:
        real.stamp.require(fake.stamp, "the other side")
    for name in metrics:
        if not METRICS[name].alone:
            _require_alike(name, real, fake)
    return [score for name in metrics for score in _scores(name, real, fake, seed)]


def uses_features(metrics):
    """Whether any of the named metrics needs an extractor. Raises ValueError for unknown names."""
    unknown = [name for name in metrics if name not in METRICS]
    if unknown:
        raise ValueError(f"no metric {unknown[0]!r}.{nearest(unknown[0], METRICS)}")
    return any(METRICS[name].pixels is None for name in metrics)


def _require_alike(name, real, fake):
    """Raises ValueError where a metric of two sides cannot be computed of these."""
    metric = METRICS[name]
    if real is None:
        raise ValueError(f"{name} needs real images or their statistics to compare with")
    sizes = _size(real), _size(fake)
    if all(sizes) and sizes[0] != sizes[1]:
        of_real, of_fake = (" x ".join(map(str, size)) for size in sizes)
        raise ValueError(
            f"reals are {of_real} and fakes {of_fake}; bring both to one size, as with --image-size"
        )
    if _form(real) and _form(fake) and _form(real) != _form(fake):
        raise ProtocolMismatch(
            f"reals were brought to their size by {_form(real)} and fakes by {_form(fake)}; read both alike"
        )
    if metric.pixels and real.images.shape[3] != fake.images.shape[3]:
        raise ValueError(
            f"{name} compares pixels; reals have {real.shape[2]} channel(s), fakes {fake.shape[2]}"
        )
    if metric.paired and real.count != fake.count:
        raise ValueError(
            f"{name} compares the images pair by pair, in their order; there are {real.count} reals "
            f"and {fake.count} fakes, and these must be as many"
        )


def _scores(name, real, fake, seed):
    metric = METRICS[name]
    settings = {key: seed if key == "seed" else value for key, value in metric.settings.items()}
    if metric.pixels is None:
        stamp = dataclasses.asdict(fake.stamp)
    else:
        stamp = {"features": metric.pixels, "shape": list(fake.images.shape[1:])}
    stamp |= {"n_fake": fake.count, "seed": fake.seed} | _form(fake)
    if not metric.alone:
        stamp |= {"n_real": real.count, "split": real.name} | real.facts
    stamp = {key: value for key, value in (stamp | settings).items() if value is not None}
    return [
        {"metric": score, "value": float(value), "protocol": stamp}
        for score, value in metric.measure(real, fake, **settings).items()
    ]


def _fid(real, fake):
    return {"fid": frechet_distance(real.moments, fake.moments)}


def _fid_infinity(real, fake, points, seed):
    value = frechet_distance_infinity(real.moments, fake.features, points=points, seed=seed)
    return {"fid_infinity": value}


def _kid(real, fake):
    return {"kid": kernel_distance(real.features, fake.features)}


def _kid_subsets(real, fake, subsets, size, seed):
    mean, deviation = kernel_distance_subsets(real.features, fake.features, subsets, size, seed)
    return {"kid_subsets": mean, "kid_subsets/deviation": deviation}


def _inception_score(real, fake, splits):
    mean, deviation = inception_score(fake.logits, splits)
    return {"inception_score": mean, "inception_score/deviation": deviation}


def _am_score(real, fake):
    return {"am_score": am_score(real.logits, fake.logits)}


def _prdc(real, fake, k_precision_recall, k_density_coverage):
    precision, recall = precision_recall(real.features, fake.features, k_precision_recall)
    density, coverage = density_coverage(real.features, fake.features, k_density_coverage)
    return {"precision": precision, "recall": recall, "density": density, "coverage": coverage}


def _sliced_wasserstein(real, fake, projections, seed):
    rows = [side.images.reshape(side.count, -1) / 127.5 - 1 for side in (real, fake)]
    return {"sliced_wasserstein": sliced_wasserstein(*rows, projections, seed)}


def _ms_ssim_diversity(real, fake, pairs, seed):
    return {"ms_ssim_diversity": ms_ssim_diversity(fake.images, pairs, seed=seed)}


def _psnr(real, fake):
    return {"psnr": _mean_over_pairs(psnr, real.images, fake.images)}


def _ssim(real, fake):
    return {"ssim": _mean_over_pairs(ssim, real.images, fake.images)}


def _mean_over_pairs(similarity, real, fake, block=256):
    starts = range(0, len(real), block)
    values = [similarity(real[i : i + block], fake[i : i + block]) for i in starts]
    return np.concatenate(values).mean()


class Metric(NamedTuple):
    """What a name in `METRICS` stands for.

    measure: a function of (real, fake, **settings) -> {score: value}. settings: what its stamp
    shows beside the sides. pixels: for a metric of pixels, not features, how they are scaled.
    alone: it is of the fakes alone. paired: it takes the i-th fake with the i-th real.
    """

    measure: Callable
    settings: dict = {}
    pixels: str | None = None
    alone: bool = False
    paired: bool = False


_SIGNED, _UNIT = "pixels in [-1, 1], 256 levels", "pixels in [0, 1], 256 levels"

METRICS = {
    "fid": Metric(_fid),
    "fid_infinity": Metric(_fid_infinity, {"points": 15, "seed": 0}),
    "kid": Metric(_kid),
    "kid_subsets": Metric(_kid_subsets, {"subsets": 100, "size": 1000, "seed": 0}),
    "is": Metric(_inception_score, {"splits": 10}, alone=True),
    "am": Metric(_am_score),
    "prdc": Metric(_prdc, {"k_precision_recall": 3, "k_density_coverage": 5}),
    "sliced_wasserstein": Metric(_sliced_wasserstein, {"projections": 256, "seed": 0}, _SIGNED),
    "ms_ssim_diversity": Metric(_ms_ssim_diversity, {"pairs": 1000, "seed": 0}, _UNIT, alone=True),
    "psnr": Metric(_psnr, pixels=_UNIT, paired=True),
    "ssim": Metric(_ssim, pixels=_UNIT, paired=True),
}
