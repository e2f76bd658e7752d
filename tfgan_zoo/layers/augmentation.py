"""Random changes of images by which a discriminator sees more than there are (Karras et al. 2020, arXiv:2006.06676).

The geometric and colour transformations of section 2.3 and appendix B, in their order there. Each is applied to an
image with probability p. An image's geometric ones are multiplied into one 3x3 matrix, and those of its colours
into one 4x4 matrix, so that it is interpolated once.
"""

import math

import tensorflow as tf

from tfgan_zoo.layers.warp import matrices, rotation, scaling, translation, warped

# How many uniform numbers an image asks for: one for each of 13 gates, and 15 for what is done.
NUMBERS = 28

# The axis of the greys in the space of colours.
_GREY = 3**-0.5


def augmented(images, numbers, p):
    """Images [B, H, W, C] after random transformations; differentiable by the images.

    Beyond the edges images are mirrored, and between pixels interpolated bilinearly, where the paper samples
    through a wavelet. Colours may leave [-1, 1]. At p = 0 every image stays what it is.

    Args:
        images: of 1 or 3 channels.
        numbers: [B, 28], independent and uniform in (0, 1).
        p: a scalar in [0, 1], the probability of each transformation.

    Raises:
        ValueError: images have another number of channels.
    """
    if images.shape[-1] not in (1, 3):
        raise ValueError(f"Augmentation changes images of 1 or 3 channels; these have {images.shape[-1]}.")
    draws = _Draws(numbers, p)
    inverse = _geometry(draws, *images.shape[1:3])
    return _recoloured(warped(images, inverse), _colours(draws))


class _Draws:
    """Reads an image's random numbers one after the other."""

    def __init__(self, numbers, p):
        numbers = tf.cast(numbers, tf.float32)
        # Each number as a uniform and as a normal one, of which one is used.
        self.columns = zip(tf.unstack(numbers, axis=1), tf.unstack(tf.math.ndtri(numbers), axis=1))
        self.p = p

    def between(self, low, high):
        return low + (high - low) * next(self.columns)[0]

    def below(self, limit):
        """Whole numbers from 0 to limit - 1."""
        return tf.floor(limit * next(self.columns)[0])

    def normal(self, deviation):
        return deviation * next(self.columns)[1]

    def gated(self, matrix, p=None):
        """The matrices [B, n, n] of those examples for which it falls so, with probability p; else the identity."""
        happens = next(self.columns)[0] < (self.p if p is None else p)
        return tf.where(happens[:, None, None], matrix, tf.eye(matrix.shape[-1]))


def _geometry(draws, height, width):
    """Inverse transformations [B, 3, 3], see `warp.warped`.

    Every step is drawn as its inverse, which has the distribution of the step itself.
    """
    # That of a rotation before or after the change of proportions is p.
    turns = 1.0 - tf.sqrt(tf.maximum(1.0 - draws.p, 0.0))

    x, y = tf.constant(float(width)), tf.constant(float(height))

    def turn():
        return rotation(draws.between(-math.pi, math.pi))

    steps = [
        draws.gated(scaling(1 - 2 * draws.below(2), 1.0)),
        draws.gated(rotation(math.pi / 2 * draws.below(4))),
        draws.gated(
            translation(tf.round(x * draws.between(-0.125, 0.125)), tf.round(y * draws.between(-0.125, 0.125)))
        ),
        draws.gated(_stretching(draws.normal(0.2), 1.0)),
        draws.gated(turn(), turns),
        draws.gated(_stretching(draws.normal(0.2), -1.0)),
        draws.gated(turn(), turns),
        draws.gated(translation(x * draws.normal(0.125), y * draws.normal(0.125))),
    ]
    # The first one is undone last.
    return _product(steps)


def _stretching(logarithm, other):
    """Scaling by 2^logarithm along x, and along y by that to the power of `other`."""
    return scaling(tf.pow(2.0, logarithm), tf.pow(2.0, other * logarithm))


def _colours(draws):
    """Transformations of colours [B, 4, 4]."""
    steps = [
        draws.gated(_brightening(draws.normal(0.2))),
        draws.gated(_contrasting(tf.pow(2.0, draws.normal(0.5)))),
        draws.gated(_about_grey(1 - 2 * draws.below(2), 1.0)),
        draws.gated(_hue(draws.between(-math.pi, math.pi))),
        draws.gated(_about_grey(1.0, tf.pow(2.0, draws.normal(1.0)))),
    ]
    return _product(reversed(steps))


def _product(steps):
    """The matrix product of a sequence."""
    product, *others = steps
    for step in others:
        product = tf.matmul(product, step)
    return product


def _brightening(offset):
    identity = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]
    return matrices([[*row, offset] for row in identity] + [[0.0, 0.0, 0.0, 1.0]])


def _contrasting(factor):
    return _about_grey(factor, factor)


def _about_grey(along, across):
    """[B, 4, 4] that scales colours along the axis of greys and across it, by numbers or tensors [B]."""
    same, other = (along + 2 * across) / 3, (along - across) / 3
    return matrices(
        [[same if i == j else other for j in range(3)] + [0.0] for i in range(3)] + [[0.0, 0.0, 0.0, 1.0]]
    )


def _hue(angle):
    """[B, 4, 4] that turns colours about the axis of greys (Rodrigues' formula)."""
    cosine, sine = tf.cos(angle), tf.sin(angle) * _GREY
    same, other = (1 + 2 * cosine) / 3, (1 - cosine) / 3
    less, more = other - sine, other + sine
    return matrices(
        [[same, less, more, 0.0], [more, same, less, 0.0], [less, more, same, 0.0], [0.0, 0.0, 0.0, 1.0]]
    )


def _recoloured(images, matrix):
    """Images [B, H, W, 1 or 3] under [B, 4, 4]; grey ones have the mean of what a grey colour becomes."""
    matrix = tf.cast(matrix[:, :3], images.dtype)
    linear, offset = matrix[..., :3], matrix[..., 3]
    _, height, width, channels = images.shape
    if channels == 1:
        slope = tf.reduce_mean(tf.reduce_sum(linear, axis=2), axis=1)
        return images * slope[:, None, None, None] + tf.reduce_mean(offset, axis=1)[:, None, None, None]
    pixels = tf.reshape(images, [-1, height * width, 3])
    pixels = tf.matmul(pixels, linear, transpose_b=True) + offset[:, None]
    return tf.reshape(pixels, [-1, height, width, 3])
