"""The Frechet (Inception) distance, its limit of infinitely many samples, and its class mean."""

import numpy as np
from scipy import linalg

from tfgan_zoo.metrics._checks import as_labels, as_vectors, check_same_dimension
from tfgan_zoo.metrics.statistics import Moments


def frechet_distance(real, fake):
    """Frechet distance of two Gaussians fitted to the features; with Inception, the FID.

        d^2 = |m_r - m_f|^2 + tr(C_r + C_f - 2 (C_r C_f)^(1/2))

    Heusel et al. 2017 (arXiv:1706.08500), equation 6, with unbiased covariances. The eigenvalues of
    C_r C_f are those of the symmetric L' C_f L with C_r = L L', so the value is real and finite
    for any covariances, singular ones included.

    real, fake: features [n, d] with n >= 2, or `Moments`. Lower is better: a perfect generator
    scores 0 in the limit (finite samples bias the value upwards), a collapsed one scores the real
    features' mean squared distance from its point. Constant features are allowed.
    """
    real, fake = _as_moments(real, "real"), _as_moments(fake, "fake")
    check_same_dimension(len(real.mean), len(fake.mean))
    fewer, more = (real, fake) if real.count <= fake.count else (fake, real)
    return _distance(fewer, _root(fewer.covariance, fewer.count), more)


def frechet_distance_infinity(real, fake, points=15, smallest=None, seed=0):
    """The Frechet distance extrapolated to infinitely many fakes, FID-infinity.

    The distance at n fakes is about FID_inf + c / n (Chong and Forsyth 2020, arXiv:1911.07023): it
    is measured at `points` sizes evenly spaced from `smallest` (a tenth of the fakes if None) to
    all, each a random subset, and the fitted line in 1/n is read at 0.

    real: features [n, d] or `Moments`; fake: features [n, d]. A perfect generator scores about
    the bias that the finite reals leave, and the value can fall below 0 by chance.
    """
    real, fake = _as_moments(real, "real"), as_vectors(fake, "fake", at_least=2)
    check_same_dimension(len(real.mean), fake.shape[1])
    smallest = max(2, len(fake) // 10) if smallest is None else smallest
    if points < 2 or not 2 <= smallest < len(fake):
        raise ValueError(
            f"extrapolation needs 2 or more points and 2 <= smallest < {len(fake)} fakes; "
            f"got points={points}, smallest={smallest}"
        )
    root = _root(real.covariance, real.count)
    rng = np.random.default_rng(seed)
    sizes = np.linspace(smallest, len(fake), points).astype(int)
    distances = [
        _distance(real, root, Moments(fake[rng.choice(len(fake), size, replace=False)]))
        for size in sizes
    ]
    slope, intercept = np.polyfit(1 / sizes, distances, 1)
    return float(intercept)


def intra_class_frechet_distance(real, real_labels, fake, fake_labels):
    """Mean over classes of the Frechet distance within each class: (mean, {class: distance}).

    Miyato and Koyama 2018 (arXiv:1802.05637), "intra FID". real, fake: features
    [n, d]; labels: integers [n]. Every class of the reals needs 2 or more samples on both sides.
    A perfect generator scores 0 in the limit. One that ignores its label, or collapses within
    each class, scores high even where the plain distance is low.
    """
    real, fake = as_vectors(real, "real", 2), as_vectors(fake, "fake", 2)
    real_labels = as_labels(real_labels, len(real), "real_labels")
    fake_labels = as_labels(fake_labels, len(fake), "fake_labels")
    distances = {}
    for label in np.unique(real_labels).tolist():
        sides = real[real_labels == label], fake[fake_labels == label]
        if min(map(len, sides)) < 2:
            raise ValueError(
                f"class {label} has {len(sides[0])} real and {len(sides[1])} fake samples; "
                "each needs at least 2"
            )
        distances[label] = frechet_distance(*sides)
    return float(np.mean(list(distances.values()))), distances


def _as_moments(values, name):
    if isinstance(values, Moments):
        return values
    return Moments(as_vectors(values, name, at_least=2))


def _distance(first, root, second):
    """The distance of two `Moments`, given L with L L' = the first covariance."""
    covariance, cross = second.covariance, 0.0
    if root.size:
        inner = root.T @ covariance @ root
        eigenvalues = linalg.eigvalsh(inner, overwrite_a=True, check_finite=False)
        cross = np.sqrt(np.clip(eigenvalues, 0, None)).sum()
    squared = np.square(first.mean - second.mean).sum()
    traces = np.trace(first.covariance) + np.trace(covariance)
    return max(0.0, float(squared + traces - 2 * cross))


def _root(covariance, count):
    """L [d, rank] with L L' = covariance: by Cholesky, or by eigenvectors where it is singular."""
    scale = np.finfo(np.float64).eps * len(covariance)
    if count > len(covariance):
        try:
            root = linalg.cholesky(covariance, lower=True)
        except linalg.LinAlgError:
            pass
        else:
            pivots = np.diag(root) ** 2
            if pivots.min() > scale * pivots.max():
                return root
    # Rounding noise in the null space would enter the sum of square roots as sqrt(eps), so the
    # null space is cut off here.
    values, vectors = linalg.eigh(covariance)
    kept = values > scale * max(values[-1], 0)
    return vectors[:, kept] * np.sqrt(values[kept])
