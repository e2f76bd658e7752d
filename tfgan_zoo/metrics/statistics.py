"""Streaming float64 mean and covariance, and the stamped files that hold them."""

import dataclasses
import json
import os
import tempfile

import numpy as np

from tfgan_zoo.metrics._checks import as_vectors, check_same_dimension
from tfgan_zoo.metrics.protocol import Protocol, ProtocolMismatch
from tfgan_zoo.utils.files import ARCHIVE_DAMAGE


class StatisticsFileError(ValueError):
    """A statistics file is damaged, unstamped or not a statistics file."""


class Moments:
    """Count, mean [d] and covariance [d, d] of vectors that arrive in batches.

    Batches are joined by the pairwise update of Chan, Golub and LeVeque (1979): with n, m vectors
    in the two parts and delta = mean_b - mean_a,

        mean = mean_a + delta m / (n + m),  S = S_a + S_b + delta delta' n m / (n + m),

    where S = sum (x - mean)(x - mean)'. The covariance is the unbiased S / (count - 1).
    """

    def __init__(self, features=None):
        self.count, self.mean, self._scatter = 0, None, None
        if features is not None:
            self.update(features)

    @classmethod
    def from_covariance(cls, count, mean, covariance):
        """Moments known already, as from another program's file."""
        moments = cls()
        mean, covariance = np.asarray(mean, np.float64), np.asarray(covariance, np.float64)
        if mean.ndim != 1 or covariance.shape != 2 * mean.shape:
            raise ValueError(
                f"a mean [d] and covariance [d, d] are needed, not {list(mean.shape)} "
                f"and {list(covariance.shape)}"
            )
        if not (np.isfinite(mean).all() and np.isfinite(covariance).all()):
            raise ValueError("the mean or covariance holds NaN or infinity")
        if count < 2:
            raise ValueError(f"a covariance needs at least 2 samples, not {count}")
        moments.count, moments.mean = int(count), mean
        moments._scatter = covariance * (count - 1)
        return moments

    def update(self, features):
        """Adds a batch [b, d] and returns self."""
        features = as_vectors(features, "features")
        mean = features.mean(axis=0)
        centred = features - mean
        self._join(len(features), mean, centred.T @ centred)
        return self

    def merge(self, other):
        """Adds what `other` has seen and returns self."""
        if other.count:
            self._join(other.count, other.mean, other._scatter)
        return self

    def _join(self, count, mean, scatter):
        if self.count == 0:
            self.count, self.mean, self._scatter = count, mean.copy(), scatter.copy()
            return
        check_same_dimension(len(self.mean), len(mean))
        total = self.count + count
        delta = mean - self.mean
        self._scatter += scatter
        self._scatter += np.outer(delta * (self.count * count / total), delta)
        self.mean = self.mean + delta * (count / total)
        self.count = total

    @property
    def covariance(self):
        if self.count < 2:
            raise ValueError(f"a covariance needs at least 2 samples, not {self.count}")
        return self._scatter / (self.count - 1)


def save_statistics(path, moments, protocol):
    """Writes `moments` and their stamp to an .npz file (no pickle), whole or not at all."""
    arrays = {"count": moments.count, "mean": moments.mean, "covariance": moments.covariance}
    stamp = json.dumps(dataclasses.asdict(protocol), sort_keys=True)
    folder = os.path.dirname(os.path.abspath(path))
    os.makedirs(folder, exist_ok=True)
    handle, temporary = tempfile.mkstemp(suffix=".npz.part", dir=folder)
    try:
        with os.fdopen(handle, "wb") as file:
            np.savez(file, stamp=stamp, **arrays)
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise


def load_statistics(path, expected=None):
    """Reads a statistics file as (Moments, Protocol).

    `expected` is the protocol that the file must have; another is a `ProtocolMismatch`, and a
    damaged file a `StatisticsFileError`, both naming the file.
    """
    try:
        with np.load(path, allow_pickle=False) as file:
            protocol = Protocol(**json.loads(str(file["stamp"])))
            moments = Moments.from_covariance(
                int(file["count"]), file["mean"], file["covariance"]
            )
    except FileNotFoundError:
        raise
    except KeyError as error:
        raise StatisticsFileError(
            f"{path} has no {error.args[0]!r}; write it with save_statistics"
        ) from error
    except ARCHIVE_DAMAGE as error:
        raise StatisticsFileError(
            f"{path} is damaged or no statistics file ({error}); delete it and compute it again"
        ) from error
    if expected is not None:
        try:
            expected.require(protocol, str(path))
        except ProtocolMismatch as error:
            raise ProtocolMismatch(f"{error}; use another file or delete this one") from None
    return moments, protocol


def cached_statistics(path, protocol, compute):
    """The moments in `path`, computed by `compute()` and written there the first time."""
    if not os.path.exists(path):
        save_statistics(path, compute(), protocol)
    return load_statistics(path, protocol)[0]
