"""Euclidean distances of all pairs: at the speed of a matrix product, and exact between equal points."""

import numpy as np

_BLOCK_MIB = 16
# |x|^2 + |y|^2 - 2 x'y keeps nine digits or more where it is above this share of |x|^2 + |y|^2.
_NEAR = 1e-6


def squared_distance_blocks(x, y):
    """Yields (rows of x, their squared distances to all of y) in bounded memory.

    x [n, d], y [m, d]: float64. A value is good to a relative 1e-9, of near points and far ones alike, and 0
    for equal points.
    """
    size = max(1, _BLOCK_MIB * 2**20 // (8 * len(y)))
    for start in range(0, len(x), size):
        rows = slice(start, start + size)
        yield rows, _squared_distances(x[rows], y)


def _squared_distances(x, y):
    result = x @ y.T
    result *= -2
    norms = np.einsum("ij,ij->i", x, x)[:, None] + np.einsum("ij,ij->i", y, y)
    result += norms
    norms *= _NEAR
    near = result < norms
    for row in np.flatnonzero(near.any(axis=1)):
        columns = np.flatnonzero(near[row])
        if len(columns):
            # Seen from this row, its neighbours lie about the origin, and nothing cancels.
            rows = np.flatnonzero(near[:, columns].any(axis=1))
            result[np.ix_(rows, columns)] = _squared_distances(x[rows] - x[row], y[columns] - x[row])
            near[np.ix_(rows, columns)] = False
    return result
