"""Sliced Wasserstein distances, of vectors and of Laplacian-pyramid patches."""

import numpy as np
from scipy.ndimage import correlate1d

from tfgan_zoo.metrics._checks import as_unit, as_vector_pair

_BINOMIAL = np.array([1, 4, 6, 4, 1]) / 16


def sliced_wasserstein(real, fake, projections=1000, seed=0, order=2):
    """Sliced Wasserstein distance of two sets of vectors.

        SW_p = ( mean over unit directions u of W_p^p(u'x, u'y) )^(1/p)

    with the exact one-dimensional W_p^p = integral |F^-1(t) - G^-1(t)|^p dt, for sets of any two
    sizes. Bonneel et al. 2015 (JMIV 51); `projections` directions uniform on the sphere, by
    `seed`. real [n, d], fake [m, d]. Lower is better: a perfect generator scores 0 in the limit, a
    collapsed one about the reals' root mean square distance from its point over sqrt(d).
    """
    real, fake = as_vector_pair(real, fake)
    if projections < 1 or order < 1:
        raise ValueError(f"projections and order must be 1 or more; got {projections}, {order}")
    rng = np.random.default_rng(seed)
    return _mean_power(real, fake, projections, order, rng) ** (1 / order)


def laplacian_sliced_wasserstein(
    real, fake, patches=128, size=7, projections=512, smallest=16, seed=0
):
    """Sliced Wasserstein distance of patches of each Laplacian level: {side: distance}.

        SWD_l = 1000 mean over directions u of W_1(u'P_l(x), u'P_l(y))

    Karras et al. 2018 (arXiv:1710.10196), section 5: from each image `patches` patches of size x
    size at each level, from full resolution down to `smallest`, each set normalised to mean 0 and
    deviation 1 in each channel, `projections` random directions. The last level is the low-pass
    image itself. real, fake: images [n, H, W, C], square, of one size. Lower is better: a perfect
    generator scores 0 in the limit on every level, a collapsed one high on every level, and blur
    shows on the fine ones.
    """
    real, fake = as_unit(real, "real"), as_unit(fake, "fake")
    if real.shape[1:] != fake.shape[1:] or real.shape[1] != real.shape[2]:
        raise ValueError(
            f"images must be square and of one size; got {list(real.shape[1:])} "
            f"and {list(fake.shape[1:])}"
        )
    if real.shape[1] < size:
        raise ValueError(f"patches of {size} x {size} do not fit {list(real.shape[1:])} images")
    rng = np.random.default_rng(seed)
    distances = {}
    for ours, theirs in zip(_pyramid(real, smallest), _pyramid(fake, smallest)):
        vectors = [_patches(level, patches, size, rng) for level in (ours, theirs)]
        distances[ours.shape[1]] = 1e3 * _mean_power(*vectors, projections, 1, rng)
    return distances


def _mean_power(real, fake, projections, order, rng, batch=64):
    """Mean over random directions of W_p^p."""
    n, m = len(real), len(fake)
    # Both quantile functions are steps: they are constant between these edges, in units 1 / nm.
    edges = np.union1d(np.arange(1, n + 1) * m, np.arange(1, m + 1) * n)
    widths = np.diff(edges, prepend=0) / (n * m)
    of_real, of_fake = (edges - 1) // m, (edges - 1) // n
    total = 0.0
    for start in range(0, projections, batch):
        directions = rng.normal(size=(min(batch, projections - start), real.shape[1]))
        directions /= np.linalg.norm(directions, axis=1, keepdims=True)
        a, b = np.sort(directions @ real.T), np.sort(directions @ fake.T)
        total += (np.abs(a[:, of_real] - b[:, of_fake]) ** order @ widths).sum()
    return float(total / projections)


def _pyramid(images, smallest):
    """Yields the Laplacian levels from fine to coarse, and the low-pass image last."""
    while images.shape[1] % 2 == 0 and images.shape[1] // 2 >= smallest:
        low = _smooth(images)[:, ::2, ::2]
        raised = np.zeros_like(images)
        raised[:, ::2, ::2] = low
        yield images - 4 * _smooth(raised)
        images = low
    yield images


def _smooth(images):
    rows = correlate1d(images, _BINOMIAL, axis=1, mode="mirror")
    return correlate1d(rows, _BINOMIAL, axis=2, mode="mirror")


def _patches(images, patches, size, rng):
    """Random patches [n * patches, size * size * C], normalised in each channel."""
    n, height, width, channels = images.shape
    which = np.repeat(np.arange(n), patches)[:, None, None]
    top = rng.integers(height - size + 1, size=len(which))[:, None, None]
    left = rng.integers(width - size + 1, size=len(which))[:, None, None]
    offsets = np.arange(size)
    taken = images[which, top + offsets[:, None], left + offsets]
    taken = taken - taken.mean(axis=(0, 1, 2))
    deviation = taken.std(axis=(0, 1, 2))
    taken /= np.where(deviation > 0, deviation, 1)
    return taken.reshape(-1, size * size * channels)
