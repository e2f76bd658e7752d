"""Fidelity and diversity apart: precision and recall, density and coverage."""

import numpy as np

from tfgan_zoo.metrics._checks import as_vector_pair
from tfgan_zoo.metrics._distances import squared_distance_blocks

# Distances equal on paper differ in their last digits; ties are decided the same way everywhere by this
# relative slack of their squares, far below float32 feature noise. Those of equal points are exactly 0.
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
    real, fake = _checked(real, fake, k)
    real_reach = _squared_radii(real, k) * (1 + _SLACK)
    fake_reach = _squared_radii(fake, k) * (1 + _SLACK)
    realistic, covered = np.zeros(len(fake), bool), np.zeros(len(real), bool)
    for rows, squares in squared_distance_blocks(real, fake):
        realistic |= (squares <= real_reach[rows, None]).any(axis=0)
        covered[rows] = (squares <= fake_reach).any(axis=1)
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
    real, fake = _checked(real, fake, k)
    reach = _squared_radii(real, k) * (1 - _SLACK)
    inside, covered = 0, 0
    for rows, squares in squared_distance_blocks(real, fake):
        hits = squares < reach[rows, None]
        inside += int(hits.sum())
        covered += int(hits.any(axis=1).sum())
    return inside / (k * len(fake)), covered / len(real)


def _checked(real, fake, k):
    if k < 1:
        raise ValueError(f"k must be 1 or more; got {k}")
    return as_vector_pair(real, fake, at_least=k + 1)


def _squared_radii(points, k):
    # The smallest of each row is the point's distance to itself.
    blocks = squared_distance_blocks(points, points)
    return np.concatenate([np.partition(squares, k, axis=1)[:, k] for _, squares in blocks])
