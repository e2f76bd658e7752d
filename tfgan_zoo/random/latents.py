"""Latent priors, and walks and arithmetic in latent space.

A prior is named, so that configs and saved models can carry it.
"""

from functools import partial

import numpy as np

from tfgan_zoo.random import draws

PRIORS = {
    "normal": draws.normal,
    "uniform": partial(draws.uniform, low=-1.0, high=1.0),
    "unit_hypercube": draws.uniform,
    "uniform_unit_variance": partial(draws.uniform, low=-(3.0**0.5), high=3.0**0.5),
}


def prior(name):
    """The sampler `(shape, seed pair) -> float32 tensor` of a prior named in `PRIORS`."""
    if name not in PRIORS:
        raise ValueError(f"Unknown latent prior {name!r}; the known ones are {', '.join(PRIORS)}.")
    return PRIORS[name]


def slerp(start, end, steps):
    """Spherical interpolation between latents (White 2016, arXiv:1609.04468, section 2.1).

    The direction turns at constant speed along the great circle while the length changes linearly,
    so that the points between two normal latents keep a length that the generator has seen.

    Args:
        start, end: arrays [..., d].
        steps: how many points, both ends included (at least 2).

    Returns:
        float32 array [steps, ..., d]; its first point is `start` and its last is `end`.
    """
    if steps < 2:
        raise ValueError(f"slerp needs at least 2 steps to hold both ends; got {steps}.")
    return np.stack([between(start, end, t) for t in np.linspace(0.0, 1.0, steps)]).astype(np.float32)


def between(start, end, position):
    """The points of `slerp` at given positions: float64 array [..., d].

    Args:
        start, end: arrays [..., d].
        position: array that broadcasts with [..., 1]; 0 at `start`, 1 at `end`.
    """
    start, end = np.asarray(start, np.float64), np.asarray(end, np.float64)
    if start.shape != end.shape:
        raise ValueError(f"slerp needs latents of one shape; got {start.shape} and {end.shape}.")
    length_a = np.linalg.norm(start, axis=-1, keepdims=True)
    length_b = np.linalg.norm(end, axis=-1, keepdims=True)
    if not (length_a.all() and length_b.all()):
        raise ValueError("slerp has no direction for a latent of length zero.")
    a, b = start / length_a, end / length_b
    angle = np.arccos(np.clip(np.sum(a * b, axis=-1, keepdims=True), -1.0, 1.0))
    # sin(t x)/sin(x) tends to t as x tends to 0; antiparallel ends have no unique circle.
    straight = np.sin(angle) < 1e-7
    safe = np.where(straight, 1.0, np.sin(angle))
    weight_a = np.where(straight, 1.0 - position, np.sin((1.0 - position) * angle) / safe)
    weight_b = np.where(straight, position, np.sin(position * angle) / safe)
    return (weight_a * a + weight_b * b) * ((1.0 - position) * length_a + position * length_b)


def arithmetic(plus, minus=()):
    """Vector arithmetic on latents (Radford et al. 2016, section 6.3.2).

    Each concept is the mean of several latents, since single ones are unstable: the paper averages
    three.

    Args:
        plus, minus: sequences of arrays [k, d], each holding the k latents of one concept.

    Returns:
        float32 array [d]: the sum of the means in `plus` less the means in `minus`.
    """

    def mean(concept):
        concept = np.asarray(concept, np.float64)
        if concept.ndim != 2:
            raise ValueError(f"A concept is an array [k, d] of latents; got shape {concept.shape}.")
        return concept.mean(axis=0)

    if not len(plus):
        raise ValueError("Latent arithmetic needs at least one concept to add.")
    total = sum(mean(concept) for concept in plus)
    for concept in minus:
        total = total - mean(concept)
    return total.astype(np.float32)
