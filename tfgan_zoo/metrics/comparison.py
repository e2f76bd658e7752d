"""Two sets of images compared by the names of metrics, each value with the stamp that it needs."""

import dataclasses
import functools
import hashlib
import json
import os
import re

import numpy as np

from tfgan_zoo.index import nearest
from tfgan_zoo.metrics._checks import as_uint8
from tfgan_zoo.metrics.frechet import frechet_distance, frechet_distance_infinity
from tfgan_zoo.metrics.kernel import kernel_distance, kernel_distance_subsets
from tfgan_zoo.metrics.labels import am_score, inception_score
from tfgan_zoo.metrics.manifolds import density_coverage, precision_recall
from tfgan_zoo.metrics.statistics import Moments, cached_statistics, load_statistics


class ImageSide:
    """One side of a comparison: images with what an extractor makes of them, each computed once.

    images: [n, H, W, C], uint8 or floats in [-1, 1]. name: what they are, for the stamp.
    cache: a folder where the moments are kept, under a name that follows from the images'
    content and the extractor; None for none. seed: by which they were drawn, for the stamp; None
    where nothing was drawn.
    """

    def __init__(self, images, extractor, name=None, cache=None, seed=None):
        self.images = as_uint8(images, name or "images")
        self.extractor = extractor
        self.name = name
        self.cache = cache
        self.seed = seed

    @property
    def count(self):
        return len(self.images)

    @property
    def stamp(self):
        return self.extractor.protocol()

    @functools.cached_property
    def _outputs(self):
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
        stamp = dataclasses.replace(self.stamp, n_real=self.count, split=self.name)
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

    images = seed = None

    def __init__(self, path):
        self.moments, protocol = load_statistics(path)
        self.path = path
        self.name = protocol.split or os.path.basename(path)
        self.count = self.moments.count
        self.stamp = dataclasses.replace(protocol, n_real=None, n_fake=None, split=None)

    def _lacking(self):
        raise ValueError(
            f"{self.path} holds a mean and a covariance only, which serve fid (and fid_infinity "
            "for the reals); give the images for other metrics"
        )

    features = property(_lacking)
    logits = property(_lacking)


def compare(fake, real=None, metrics=("fid",), seed=0):
    """The scores of one side against another, as a list of dicts `{"metric", "value", "protocol"}`.

    fake, real: an `ImageSide` or a `StatisticsSide`; real may be None for "is". metrics: names in
    `METRICS`; seed: of those that draw subsets. One name may give several scores, as "prdc" does.

    Raises ProtocolMismatch where the sides' features are of unlike extractors, ValueError for
    unknown names, sides of unlike image sizes, and metrics that need what a side has not.
    """
    unknown = [name for name in metrics if name not in METRICS]
    if unknown:
        raise ValueError(f"no metric {unknown[0]!r}.{nearest(unknown[0], METRICS)}")
    alone = [name for name in metrics if name not in _OF_FAKES_ALONE]
    if real is None and alone:
        raise ValueError(f"{alone[0]} needs real images or their statistics to compare with")
    if real is not None:
        real.stamp.require(fake.stamp, "the other side")
        _require_one_size(real.images, fake.images)
    return [score for name in metrics for score in _scores(name, real, fake, seed)]


def _scores(name, real, fake, seed):
    measure, settings = METRICS[name]
    settings = {key: seed if key == "seed" else value for key, value in settings.items()}
    stamp = {**dataclasses.asdict(fake.stamp), "n_fake": fake.count, "seed": fake.seed}
    if name not in _OF_FAKES_ALONE:
        stamp |= {"n_real": real.count, "split": real.name}
    stamp = {key: value for key, value in (stamp | settings).items() if value is not None}
    return [
        {"metric": metric, "value": float(value), "protocol": stamp}
        for metric, value in measure(real, fake, **settings).items()
    ]


def _require_one_size(real, fake):
    if real is None or fake is None or real.shape[1:3] == fake.shape[1:3]:
        return
    raise ValueError(
        f"reals are {real.shape[1]} x {real.shape[2]} and fakes {fake.shape[1]} x "
        f"{fake.shape[2]}; bring both to one size, as with --image-size"
    )


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


# Each name with its function of (real, fake, settings) and the settings that its stamp shows.
METRICS = {
    "fid": (_fid, {}),
    "fid_infinity": (_fid_infinity, {"points": 15, "seed": 0}),
    "kid": (_kid, {}),
    "kid_subsets": (_kid_subsets, {"subsets": 100, "size": 1000, "seed": 0}),
    "is": (_inception_score, {"splits": 10}),
    "am": (_am_score, {}),
    "prdc": (_prdc, {"k_precision_recall": 3, "k_density_coverage": 5}),
}

_OF_FAKES_ALONE = {"is"}
