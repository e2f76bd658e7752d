"""What is compared: images with what an extractor makes of them, or moments of a file."""

import dataclasses
import functools
import hashlib
import json
import os
import re

import numpy as np

from tfgan_zoo.metrics._checks import as_uint8
from tfgan_zoo.metrics.protocol import Protocol
from tfgan_zoo.metrics.statistics import (
    Moments,
    cached_statistics,
    load_statistics,
    save_statistics,
)

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


def size_of(side):
    """The (height, width) of a side's images; None of statistics that do not say it."""
    size = side.shape[:2] if side.shape else side.facts.get("image_size")
    return (size, size) if isinstance(size, int) else size and tuple(size)


def form_of(side):
    """The size to which a side's data were brought, and how, as its stamp says it."""
    return {key: side.facts[key] for key in _FACTS[:2] if key in side.facts}
