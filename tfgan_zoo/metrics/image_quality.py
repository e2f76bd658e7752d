"""Similarity of image pairs: PSNR, SSIM and its multi-scale form, and diversity measured by it.

All take images [n, H, W, C], uint8 or floats in [-1, 1], and work in float64 on the range [0, 1].
"""

import numpy as np
from scipy.ndimage import correlate1d

from tfgan_zoo.metrics._checks import as_images, as_labels, as_unit

_K1, _K2 = 0.01, 0.03
_WINDOW, _SIGMA = 11, 1.5
_SCALE_WEIGHTS = np.array([0.0448, 0.2856, 0.3001, 0.2363, 0.1333])


def psnr(first, second):
    """Peak signal-to-noise ratio of each pair in decibels [n]; equal images give infinity.

        PSNR = 10 log10( 1 / mean (a - b)^2 )        (images scaled to [0, 1])

    Higher is better. The mean is over pixels and channels of a pair. A perfect restoration scores
    infinity; one collapsed onto a flat grey scores -10 log10 of the image's mean square about it.
    """
    first, second = _pair(first, second)
    error = np.square(first - second).mean(axis=(1, 2, 3))
    with np.errstate(divide="ignore"):
        return -10 * np.log10(error)


def ssim(first, second):
    """Structural similarity of each pair, in [-1, 1]: [n].

        SSIM = mean of (2 m_a m_b + c1) (2 s_ab + c2) / ((m_a^2 + m_b^2 + c1) (s_a^2 + s_b^2 + c2))

    with means and (co)variances under an 11 x 11 Gaussian window of deviation 1.5, wholly inside
    the image, c1 = 0.01^2 and c2 = 0.03^2. Wang et al. 2004 (IEEE TIP 13), equation 13, averaged
    over positions and channels. Images are at least 11 x 11. A perfect restoration scores 1; a
    flat grey about 0 wherever the image has texture.
    """
    first, second = _pair(first, second)
    _check_side(first)
    luminance, contrast = _components(first, second)
    return (luminance * contrast).mean(axis=(1, 2, 3))


def ms_ssim(first, second, scales=None):
    """Multi-scale structural similarity of each pair, in [0, 1]: [n].

        MS-SSIM = l_M^(w_M) prod_{j=1}^{M} cs_j^(w_j)

    where cs_j is SSIM's contrast-structure term at scale j, l_M its luminance term at the
    coarsest, each averaged over positions (negative averages count as 0), and each scale halves by
    2 x 2 means. Wang et al. 2003 (Asilomar), equation 7, with the weights of their section 3.2: at 5
    scales as published, though they add up to 1.0001; of fewer scales the first ones, divided by their
    sum. Channels are averaged. `scales` None takes as many of the 5 as keep 11 pixels; 5 need 176. Where more
    are asked for, a scale of fewer pixels has a window of its own side, whose deviation shrinks with it. A
    perfect restoration scores 1, a flat grey about 0.

    Raises ValueError for images of fewer than 11 pixels, and where `scales` is not from 1 to 5 or leaves
    a single pixel.
    """
    first, second = _pair(first, second)
    scales = _most_scales(first) if scales is None else scales
    if not 1 <= scales <= len(_SCALE_WEIGHTS):
        raise ValueError(f"scales must be from 1 to {len(_SCALE_WEIGHTS)}; got {scales}")
    _check_side(first, scales)
    weights = _SCALE_WEIGHTS[:scales]
    if scales < len(_SCALE_WEIGHTS):
        weights = weights / weights.sum()
    result = 1.0
    for scale, weight in enumerate(weights, start=1):
        luminance, contrast = _components(first, second)
        term = luminance * contrast if scale == scales else contrast
        result = result * np.clip(term.mean(axis=(1, 2)), 0, None) ** weight
        first, second = _halve(first), _halve(second)
    return result.mean(axis=-1)


def ms_ssim_diversity(images, pairs=1000, labels=None, seed=0):
    """Mean MS-SSIM of random pairs of different images of one set, a float in [0, 1].

        E_{i != j} MS-SSIM(x_i, x_j)

    Odena et al. 2017 (arXiv:1610.09585), section 4.2. With integer `labels` [n], pairs are within
    a class, `pairs` for each, and the mean is over classes. Lower is more diverse: a perfect
    generator scores the real data's own value, a collapsed one 1. Noise scores near 0, so read it
    beside a measure of quality.
    """
    images = as_images(images)
    groups = [np.arange(len(images))]
    if labels is not None:
        labels = as_labels(labels, len(images), "labels")
        groups = [np.flatnonzero(labels == label) for label in np.unique(labels)]
    if min(map(len, groups)) < 2:
        raise ValueError("a pair needs 2 images, in each class where labels are given")
    rng = np.random.default_rng(seed)
    return float(np.mean([_mean_similarity(images, group, pairs, rng) for group in groups]))


def _mean_similarity(images, group, pairs, rng, batch=128):
    first = rng.integers(len(group), size=pairs)
    second = (first + rng.integers(1, len(group), size=pairs)) % len(group)
    values = [
        ms_ssim(images[group[first[i : i + batch]]], images[group[second[i : i + batch]]])
        for i in range(0, pairs, batch)
    ]
    return np.concatenate(values).mean()


def _pair(first, second):
    first, second = as_unit(first, "first"), as_unit(second, "second")
    if first.shape != second.shape:
        raise ValueError(
            f"images of a pair must have one shape; got {list(first.shape)} and {list(second.shape)}"
        )
    return first, second


def _components(first, second):
    """The luminance and contrast-structure maps [n, H - s + 1, W - s + 1, C], with windows of s pixels."""
    mean_a, mean_b = _blur(first), _blur(second)
    square = mean_a**2 + mean_b**2
    luminance = (2 * mean_a * mean_b + _K1**2) / (square + _K1**2)
    covariance = _blur(first * second) - mean_a * mean_b
    variances = _blur(first**2 + second**2) - square
    return luminance, (2 * covariance + _K2**2) / (variances + _K2**2)


def _blur(images):
    height, width = images.shape[1:3]
    side = min(_WINDOW, height, width)
    places = np.arange(side) - (side - 1) / 2
    window = np.exp(-0.5 * (places / (_SIGMA * side / _WINDOW)) ** 2)
    window /= window.sum()
    blurred = correlate1d(correlate1d(images, window, axis=1), window, axis=2)
    # Only where the window lies wholly inside; its centre is the later one of two.
    first = side // 2
    return blurred[:, first : first + height - side + 1, first : first + width - side + 1]


def _halve(images):
    odd = [(0, 0), (0, images.shape[1] % 2), (0, images.shape[2] % 2), (0, 0)]
    images = np.pad(images, odd, mode="edge")
    rows = images[:, ::2] + images[:, 1::2]
    return (rows[:, :, ::2] + rows[:, :, 1::2]) / 4


def _most_scales(images):
    smallest = min(images.shape[1:3])
    fitting = [s for s in range(1, 6) if _side(smallest, s) >= _WINDOW]
    return max(fitting, default=1)


def _side(side, scales):
    return -(-side // 2 ** (scales - 1))


def _check_side(images, scales=1):
    height, width = images.shape[1:3]
    if min(height, width) < _WINDOW:
        raise ValueError(f"images of {height} x {width} are smaller than the window of {_WINDOW} pixels")
    if _side(min(height, width), scales) < 2:
        raise ValueError(
            f"images of {height} x {width} leave a single pixel at scale {scales}; use fewer scales"
        )
