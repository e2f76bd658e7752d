"""Measures the Frechet distance, statistics to value, against the two usual ways.

    python tests/metrics/measure_frechet.py

The ways alternate and the fastest of three runs counts, so that a busy machine slows all alike.
"""

import time

import numpy as np
from scipy import linalg

from tfgan_zoo import metrics


def statistics(seed, scale, n=10_000, d=2048):
    """Moments of non-negative, correlated features with a spectrum that decays."""
    rng = np.random.default_rng(0)
    mixing = rng.normal(size=(d, d)) / d**0.5 * np.geomspace(1, 0.01, d)
    features = np.random.default_rng(seed).normal(size=(n, d)) @ mixing
    return metrics.Moments(scale * np.maximum(features + 0.3, 0))


def by_square_root(real, fake):
    root = linalg.sqrtm(real.covariance @ fake.covariance)
    return _value(real, fake, np.trace(root).real)


def by_general_eigenvalues(real, fake):
    values = np.linalg.eigvals(real.covariance @ fake.covariance)
    return _value(real, fake, np.sqrt(np.maximum(values.real, 0)).sum())


def _value(real, fake, cross):
    traces = np.trace(real.covariance) + np.trace(fake.covariance)
    return np.square(real.mean - fake.mean).sum() + traces - 2 * cross


def measure(repeats=3):
    """{way: (seconds, value)}."""
    real, fake = statistics(1, 1.0), statistics(2, 1.1)
    ways = [metrics.frechet_distance, by_general_eigenvalues, by_square_root]
    best = {}
    for _ in range(repeats):
        for way in ways:
            start = time.perf_counter()
            value = way(real, fake)
            seconds = time.perf_counter() - start
            best[way.__name__] = min(best.get(way.__name__, (np.inf, value)), (seconds, value))
    return best


if __name__ == "__main__":
    results = measure()
    ours = results["frechet_distance"][0]
    for name, (seconds, value) in results.items():
        print(f"{name:24} {seconds:7.2f} s  {seconds / ours:5.1f} x  {value:.10f}")
