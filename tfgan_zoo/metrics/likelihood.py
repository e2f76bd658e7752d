"""Held-out log-likelihoods of low-dimensional samples, against two classical density estimators."""

import numpy as np
from scipy.special import logsumexp
from sklearn.mixture import GaussianMixture
from sklearn.model_selection import GridSearchCV
from sklearn.neighbors import KernelDensity

_BANDWIDTHS = np.geomspace(0.005, 1.0, 16)


def kernel_density(points, seed=0):
    """A Gaussian kernel density estimate whose bandwidth maximises 3-fold likelihood on `points`.

    Args:
        points: array [n, d]; at most 5,000 of them, chosen by `seed`, are used.

    Returns:
        A fitted `sklearn.neighbors.KernelDensity`.
    """
    points = _some(points, 5000, seed)
    search = GridSearchCV(KernelDensity(rtol=1e-4), {"bandwidth": _BANDWIDTHS}, cv=3)
    return search.fit(_some(points, 2000, seed)).best_estimator_.fit(points)


def gaussian_mixture(points, components=(1, 2, 3, 4, 6, 8, 10, 16, 25, 30), seed=0):
    """A Gaussian mixture fitted by EM, its number of components chosen by the lowest BIC.

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
    return min(fits, key=lambda fit: fit.bic(points))


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
    if not np.isfinite(points).all():
        raise ValueError("Density estimates take finite points; some are NaN or infinite.")
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
        bandwidths: the values of sigma to choose from.

    Returns:
        (mean over the test points, its standard error, the chosen sigma).
    """
    samples, validation, test = (np.asarray(x, np.float64) for x in (samples, validation, test))
    if not samples.shape[1] == validation.shape[1] == test.shape[1]:
        raise ValueError("Samples, validation and test points must have the same dimension.")
    # The choice needs no more than some of the validation points.
    sigma = max(bandwidths, key=lambda s: _parzen(samples, validation[:1000], s).mean())
    values = _parzen(samples, test, sigma)
    return float(values.mean()), float(values.std() / np.sqrt(len(values))), float(sigma)


def _parzen(samples, points, sigma, block=500):
    """log p of each of `points`, [n]."""
    count, dims = samples.shape
    norms = np.square(samples).sum(axis=1)
    found = []
    for start in range(0, len(points), block):
        part = points[start : start + block]
        squares = np.square(part).sum(axis=1)[:, None] + norms - 2 * part @ samples.T
        found.append(logsumexp(-squares / (2 * sigma**2), axis=1))
    return np.concatenate(found) - np.log(count) - dims / 2 * np.log(2 * np.pi * sigma**2)
