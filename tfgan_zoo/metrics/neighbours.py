"""The nearest training examples of each sample, as numbers and as a picture; how far apart examples are."""

import numpy as np
from scipy.spatial.distance import pdist

from tfgan_zoo.metrics._checks import as_uint8, as_vectors, check_same_dimension
from tfgan_zoo.metrics._distances import squared_distance_blocks


def nearest_neighbours(samples, train, k=1):
    """Indices and distances, both [n, k], of the k nearest rows of `train`, nearest first.

        j_1(x) = argmin_j | x - t_j |        (the first j of equally near ones)

    The check for memorising that goes back to Goodfellow et al. 2014 (arXiv:1406.2661), figure 2.
    samples [n, d], train [m, d] with m >= k: flattened images or features. A perfect generator has
    the distances that held-out data has; one that memorises has distances near 0; a collapsed one
    has the same few indices everywhere.
    """
    samples, train = as_vectors(samples, "samples"), as_vectors(train, "train", at_least=k)
    check_same_dimension(train.shape[1], samples.shape[1])
    if k < 1:
        raise ValueError(f"k must be 1 or more; got {k}")
    nearest = [
        _nearest(row, k) for _, squares in squared_distance_blocks(samples, train) for row in squares
    ]
    indices, squares = (np.stack(each) for each in zip(*nearest))
    return indices, np.sqrt(squares)


def _nearest(squares, k):
    """The places of the k smallest values of a row, and the values; of equal ones the first come first."""
    kth = np.partition(squares, k - 1)[k - 1]
    places = np.flatnonzero(squares <= kth)
    places = places[np.argsort(squares[places], kind="stable")][:k]
    return places, squares[places]


def mean_distance(examples):
    """The mean Euclidean distance of all pairs of different examples, [n, ...] with n at least 2."""
    return float(pdist(np.reshape(examples, [len(examples), -1])).mean())


def neighbours_picture(samples, train, indices, gap=2):
    """One uint8 picture [H', W', C]: each row a sample, a gap, then its neighbours in order.

    samples [n, H, W, C] and train [m, H, W, C] are images (uint8 or floats in [-1, 1]); indices
    [n, k] come from `nearest_neighbours`. A sample that memorises equals its first neighbour.
    """
    samples, train = as_uint8(samples, "samples"), as_uint8(train, "train")
    indices = np.asarray(indices)
    if samples.shape[1:] != train.shape[1:]:
        raise ValueError(
            f"samples are {list(samples.shape[1:])} and train {list(train.shape[1:])}; "
            "resize them to one size first"
        )
    if indices.ndim != 2 or len(indices) != len(samples):
        raise ValueError(f"indices must have shape [{len(samples)}, k], not {list(indices.shape)}")
    n, height, width, channels = samples.shape
    neighbours = train[indices].transpose(0, 2, 1, 3, 4)
    neighbours = neighbours.reshape(n, height, indices.shape[1] * width, channels)
    white = np.full((n, height, gap, channels), 255, np.uint8)
    rows = np.concatenate([samples, white, neighbours], axis=2)
    return rows.reshape(n * height, -1, channels)
