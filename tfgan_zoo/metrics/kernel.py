"""The kernel (Inception) distance: the squared maximum mean discrepancy of features."""

import numpy as np

from tfgan_zoo.metrics._checks import as_vector_pair

_BLOCK = 1024


def kernel_distance(real, fake):
    """Unbiased estimate of the squared MMD over all samples; with Inception features, the KID.

        MMD^2 = sum_{i!=j} k(x_i, x_j) / (m (m-1)) + sum_{i!=j} k(y_i, y_j) / (n (n-1))
                - 2 sum_{i,j} k(x_i, y_j) / (m n),    k(x, y) = (x'y / d + 1)^3

    Binkowski et al. 2018 (arXiv:1801.01401); the estimator is Gretton et al. 2012
    (JMLR 13), equation 3. real [m, d], fake [n, d] with m, n >= 2. Lower is better: a perfect
    generator scores 0 on average, and below 0 half of the time since the estimate is unbiased;
    a collapsed one scores the MMD between the reals and a point.
    """
    real, fake = as_vector_pair(real, fake, at_least=2)
    return float(
        _mean_within(real) + _mean_within(fake)
        - 2 * _kernel_sum(real, fake) / (len(real) * len(fake))
    )


def kernel_distance_subsets(real, fake, subsets=100, size=1000, seed=0):
    """Mean and standard deviation of `kernel_distance` over random subsets: (mean, deviation).

    The usual KID protocol (Binkowski et al. 2018, arXiv:1801.01401):
    each subset takes `size` reals and as many fakes without replacement, drawn by `seed` alone.
    The mean has the same expectation as `kernel_distance`; the deviation is that of one subset.
    A perfect and a collapsed generator score as there.
    """
    real, fake = as_vector_pair(real, fake, at_least=2)
    smaller = min(len(real), len(fake))
    if not 2 <= size <= smaller:
        raise ValueError(f"size must be from 2 to {smaller}, the smaller set; got {size}")
    if subsets < 1:
        raise ValueError(f"subsets must be 1 or more; got {subsets}")
    rng = np.random.default_rng(seed)
    values = [
        kernel_distance(
            real[rng.choice(len(real), size, replace=False)],
            fake[rng.choice(len(fake), size, replace=False)],
        )
        for _ in range(subsets)
    ]
    return float(np.mean(values)), float(np.std(values))


def _mean_within(x):
    diagonal = ((np.einsum("ij,ij->i", x, x) / x.shape[1] + 1) ** 3).sum()
    return (_kernel_sum(x, x) - diagonal) / (len(x) * (len(x) - 1))


def _kernel_sum(x, y):
    total = 0.0
    for start in range(0, len(x), _BLOCK):
        base = x[start : start + _BLOCK] @ y.T
        base /= x.shape[1]
        base += 1
        total += np.vdot(base * base, base)
    return total
