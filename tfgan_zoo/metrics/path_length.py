"""Perceptual path length: how smoothly the images follow their latents."""

import numpy as np

from tfgan_zoo.metrics._checks import as_vector_pair, require_finite


def perceptual_path_length(
    generate,
    features,
    start,
    end,
    epsilon=1e-4,
    interpolation="slerp",
    trim=0.01,
    batch_size=32,
    seed=0,
):
    """Mean perceptual distance of images whose latents are a step apart, over the step squared.

        PPL = E[ |f(G(h(z1, z2; t))) - f(G(h(z1, z2; t + eps)))|^2 / eps^2 ],   t ~ U(0, 1)

    Karras et al. 2019 (arXiv:1812.04948), equations 2 (h = slerp, in Z) and 3 (h = lerp, in W).
    The share `trim` of the distances is dropped at each end, as in the authors' program. It scores the
    map, not the distribution: lower is smoother. A collapsed generator scores 0, a perfect one some
    positive value; numbers are compared under one `features` and one `interpolation` only.

    Args:
        generate: latents float32 [b, d] -> images.
        features: images -> vectors [b, k] whose squared distance is the perceptual one.
        start, end: latents [n, d], z1 and z2, as the generator takes them.
        epsilon: the step, a share of the way.
        interpolation: "slerp" turns at constant speed while the length changes linearly, as
            `random.latents.slerp` does, so that z keeps lengths that G has seen in training;
            "unit_slerp" turns on the unit sphere, for a G that normalises z itself, as those of StyleGAN
            and ProgressiveGAN do; "lerp" goes straight.

    Raises:
        ValueError: start and end are not alike, features hold NaN or infinity, or a setting is not one.
    """
    start, end = as_vector_pair(start, end)
    if start.shape != end.shape:
        raise ValueError(f"start has {len(start)} latents and end {len(end)}; give as many")
    if interpolation not in _PATHS:
        raise ValueError(f"interpolation must be one of {sorted(_PATHS)}; got {interpolation!r}")
    if not 0 <= trim < 0.5 or epsilon <= 0:
        raise ValueError(f"trim must be in [0, 0.5) and epsilon above 0; got {trim}, {epsilon}")
    path = _PATHS[interpolation]
    position = np.random.default_rng(seed).uniform(size=(len(start), 1))
    distances = []
    for first in range(0, len(start), batch_size):
        rows = slice(first, first + batch_size)
        here, there = (
            np.asarray(features(generate(path(start[rows], end[rows], t).astype(np.float32))))
            for t in (position[rows], position[rows] + epsilon)
        )
        require_finite(here, "features")
        require_finite(there, "features")
        step = here.astype(np.float64) - there.astype(np.float64)
        distances.append(np.square(step.reshape(len(step), -1)).sum(axis=1) / epsilon**2)
    distances = np.concatenate(distances)
    low, high = np.quantile(distances, [trim, 1 - trim])
    return float(distances[(distances >= low) & (distances <= high)].mean())


def _lerp(a, b, t):
    return a + (b - a) * t


def _slerp(a, b, t):
    # With latents come TensorFlow's draws, for which metrics of arrays do not wait.
    from tfgan_zoo.random.latents import between

    return between(a, b, t)


def _unit_slerp(a, b, t):
    return _slerp(*(v / np.linalg.norm(v, axis=1, keepdims=True) for v in (a, b)), t)


_PATHS = {"lerp": _lerp, "slerp": _slerp, "unit_slerp": _unit_slerp}
