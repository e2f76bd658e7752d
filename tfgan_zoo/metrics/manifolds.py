"""Fidelity and diversity apart: precision and recall, density and coverage."""

import numpy as np
from sklearn.metrics import pairwise_distances_chunked
from sklearn.neighbors import NearestNeighbors

from tfgan_zoo.metrics._checks import as_vector_pair

_WORKING_MIB = 128
# Distances equal on paper differ in their last digits when computed in blocks; ties are decided
# the same way everywhere by this relative slack, far below float32 feature noise.
_SLACK = 1e-9


def precision_recall(real, fake, k=3):
    """Improved precision and recall: (precision, recall), each in [0, 1].

        precision = share of fakes y with |y - x| <= r_k(x) for some real x
        recall    = share of reals x with |x - y| <= r_k(y) for some fake y

    where r_k is the distance to the k-th nearest neighbour within its own set, not counting the
    point itself. Kynkaanniemi et al. 2019 (arXiv:1904.06991), equations 1 and 2. real [n, d], fake
    [m, d] with n, m > k; memory above the features is bounded. A perfect generator scores about
    the same on both (as two halves of the reals do, near 1 in low dimensions); a collapsed one
    precision 0 or 1, as its point is real or not, and recall near 0.
    """
    real, fake = _centred_pair(real, fake, k)
    real_reach = _radii(real, k) * (1 + _SLACK)
    fake_reach = _radii(fake, k) * (1 + _SLACK)
    realistic, covered = np.zeros(len(fake), bool), np.zeros(len(real), bool)
    for rows, distances in _distance_blocks(real, fake):
        realistic |= (distances <= real_reach[rows, None]).any(axis=0)
        covered[rows] = (distances <= fake_reach).any(axis=1)
    return float(realistic.mean()), float(covered.mean())


def density_coverage(real, fake, k=5):
    """Density and coverage: (density, coverage).

        density  = (1 / (k m)) sum_j sum_i [ y_j in B(x_i, r_k(x_i)) ]
        coverage = (1 / n) sum_i [ some y_j in B(x_i, r_k(x_i)) ]

    with open balls around the reals only, r_k as in `precision_recall`. Naeem et al. 2020
    (arXiv:2002.09797), section 3. real [n, d], fake [m, d] with n, m > k. A perfect generator
    scores density 1 on average (it is not bounded by 1) and coverage near 1 - 2^-k for m = n; a
    collapsed one coverage near 0, and density 0 or large as its point is real or not. More than
    k equal reals have a ball of radius 0, which holds nothing.
    """
    real, fake = _centred_pair(real, fake, k)
    reach = _radii(real, k) * (1 - _SLACK)
    inside, covered = 0, 0
    for rows, distances in _distance_blocks(real, fake):
        hits = distances < reach[rows, None]
        inside += int(hits.sum())
        covered += int(hits.any(axis=1).sum())
    return inside / (k * len(fake)), covered / len(real)


def _centred_pair(real, fake, k):
    if k < 1:
        raise ValueError(f"k must be 1 or more; got {k}")
    real, fake = as_vector_pair(real, fake, at_least=k + 1)
    # |x|^2 + |y|^2 - 2 x'y loses digits to a common offset.
    centre = real.mean(axis=0)
    return real - centre, fake - centre


def _radii(points, k):
    neighbours = NearestNeighbors(n_neighbors=k, algorithm="brute").fit(points)
    return neighbours.kneighbors()[0][:, -1]


def _distance_blocks(x, y):
    """Yields (rows of x, their distances to all of y) in bounded memory."""
    start = 0
    for block in pairwise_distances_chunked(x, y, working_memory=_WORKING_MIB):
        yield slice(start, start + len(block)), block
        start += len(block)
