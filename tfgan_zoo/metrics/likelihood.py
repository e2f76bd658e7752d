"""Held-out log-likelihoods of low-dimensional samples, against two classical density estimators."""

import numpy as np
from scipy.special import logsumexp
from sklearn.mixture import GaussianMixture
from sklearn.model_selection import cross_val_score
from sklearn.neighbors import KernelDensity

from tfgan_zoo.metrics._checks import as_vectors, require_finite
from tfgan_zoo.metrics._distances import squared_distance_blocks
from tfgan_zoo.utils.maximum import maximise

_BANDWIDTHS = np.geomspace(0.005, 1.0, 16)


def kernel_density(points, seed=0):
    """A Gaussian kernel density estimate whose bandwidth maximises 3-fold likelihood on `points`.

    The bandwidth is that of the maximum, between 0.005 and 1.

    Args:
        points: array [n, d]; at most 5,000 of them, chosen by `seed`, are used.

    Returns:
        A fitted `sklearn.neighbors.KernelDensity`.
    """
    points = _some(points, 5000, seed)
    fewer = _some(points, 2000, seed)

    def score(bandwidth):
        return cross_val_score(_estimate(fewer, bandwidth), fewer, cv=3).mean()

    return _estimate(points, maximise(score, _BANDWIDTHS)).fit(points)


def _estimate(points, bandwidth):
    # A tree of many leaves subtracts bounds on nodes from a running sum, which leaves rounding noise where
    # all samples are far. One leaf is the plain sum.
    return KernelDensity(bandwidth=bandwidth, leaf_size=len(points))


def gaussian_mixture(points, components=(1, 2, 3, 4, 6, 8, 10, 16, 25, 30), seed=0):
    """A Gaussian mixture fitted by EM, its number of components chosen by the lowest BIC.

    EM starts twice for each number. The fit that is chosen goes on until it no longer moves, so that starts
    which lead to the same maximum give the same fit.

    Args:
        points: array [n, d]; at most 5,000 of them, chosen by `seed`, are used.
        components: the numbers to choose from.

    Returns:
        A fitted `sklearn.mixture.GaussianMixture`.
    """
    points = _some(points, 5000, seed)
    fits = [
        GaussianMixture(count, n_init=2, random_state=seed, reg_covar=1e-5).fit(points)
        for count in components
    ]
    best = min(fits, key=lambda fit: fit.bic(points))
    return best.set_params(n_init=1, warm_start=True, tol=1e-7, max_iter=1000).fit(points)


def training_densities(train, count, seed=0):
    """What the data themselves give: a KDE of `count` training points, and EM on all.

    They do not depend on a generator, so that one fit serves all its scorings.

    Args:
        train: training points [m, d].
        count: as many as there will be samples, so that both KDEs have an equal chance.

    Returns:
        {"kde_train": f, "gmm_train": g}, functions [n, d] -> log densities [n].
    """
    return {
        "kde_train": kernel_density(_some(train, count, seed), seed).score_samples,
        "gmm_train": gaussian_mixture(train, seed=seed).score_samples,
    }


def held_out_log_likelihood(samples, held_out, beside, seed=0):
    """Mean log-likelihood, in nats, of held-out points under a KDE on samples and other densities.

    A perfect generator scores what a KDE of as many training points scores; a collapsed one
    scores far below, since points of the missing modes lie where its density vanishes.

    Args:
        samples: generated points [n, d].
        held_out: test points [k, d].
        beside: the densities to compare with, as `training_densities` gives them.

    Returns:
        (scores, densities): dicts with the key `kde_samples` and the keys of `beside`, the first
        of floats, the second of functions [n, d] -> log densities [n].
    """
    densities = {"kde_samples": kernel_density(samples, seed).score_samples, **beside}
    scores = {name: float(np.mean(density(held_out))) for name, density in densities.items()}
    return scores, densities


def _some(points, count, seed):
    points = np.asarray(points, np.float64)
    if points.ndim != 2:
        raise ValueError(f"Density estimates take points [n, d]; got shape {points.shape}.")
    require_finite(points, "points")
    if len(points) <= count:
        return points
    return points[np.random.default_rng(seed).choice(len(points), count, replace=False)]


def parzen_log_likelihood(samples, validation, test, bandwidths=np.geomspace(0.1, 1.0, 10)):
    """Log-likelihood of test points under a Parzen window fitted to samples, in nats.

    Goodfellow et al. 2014, section 5: log p(x) = log mean_i N(x; s_i, sigma^2 I), with the sigma under
    which the validation points are most likely. High in variance and kind to memorising; kept because
    early papers report it.

    Args:
        samples, validation, test: arrays [n, d], pixels in [0, 1].
        bandwidths: values of sigma; the likeliest sigma is sought between the neighbours of the best.

    Returns:
        (mean over the test points, its standard error, the chosen sigma).
    """
    names = ("samples", "validation", "test")
    samples, validation, test = (as_vectors(x, n) for x, n in zip((samples, validation, test), names))
    if not samples.shape[1] == validation.shape[1] == test.shape[1]:
        raise ValueError("Samples, validation and test points must have the same dimension.")
    # The choice needs no more than some of the validation points.
    parts = [squares for _, squares in squared_distance_blocks(validation[:1000], samples)]
    dims = samples.shape[1]

    def score(sigma):
        return np.mean(np.concatenate([_parzen(squares, dims, sigma) for squares in parts]))

    sigma = maximise(score, bandwidths)
    values = np.concatenate(
        [_parzen(squares, dims, sigma) for _, squares in squared_distance_blocks(test, samples)]
    )
    return float(values.mean()), float(values.std() / np.sqrt(len(values))), sigma


def _parzen(squares, dims, sigma):
    """log p of points, [n], by their squared distances to the samples, [n, samples]."""
    normaliser = np.log(squares.shape[1]) + dims / 2 * np.log(2 * np.pi * sigma**2)
    return logsumexp(-squares / (2 * sigma**2), axis=1) - normaliser
