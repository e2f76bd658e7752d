"""Images at twice and half the resolution through the filter [1, 3, 3, 1] (Karras et al. 2019, arXiv:1812.04948).

It keeps maps from aliasing where every second pixel is left out, and from a chequered pattern where zeros are put
between pixels. Beyond their edges maps are 0.
"""

import keras
import tensorflow as tf

_TAPS = (0.125, 0.375, 0.375, 0.125)


def blurred(maps, before, after, gain=1.0, strides=1):
    """Maps [B, H, W, C] after the filter, along both axes.

    Args:
        before, after: zeros put before and after each axis; 3 fewer pixels come out than go in.
        gain: what the filter's taps sum to, along both axes together.
        strides: 2 leaves out every second pixel.
    """
    maps = tf.pad(maps, [[0, 0], [before, after], [before, after], [0, 0]])
    taps = [tap * gain**0.5 for tap in _TAPS]
    for axis in (1, 2):
        count = maps.shape[axis] - 3
        parts = [tap * _every(maps, axis, place, count, strides) for place, tap in enumerate(taps)]
        maps = tf.add_n(parts)
    return maps


def _every(maps, axis, start, count, strides):
    """Every `strides`-th of `count` rows (axis 1) or columns (axis 2) from `start` on."""
    chosen = slice(start, start + count, strides)
    return maps[:, chosen] if axis == 1 else maps[:, :, chosen]


def halved(maps):
    """[B, H, W, C] of even sides -> [B, H/2, W/2, C]; a constant stays what it is, but at the edges."""
    return blurred(maps, 1, 1, strides=2)


def doubled(maps):
    """[B, H, W, C] -> [B, 2H, 2W, C]; a constant stays what it is, but at the edges.

    Along an axis pixel 2i is (x[i-1] + 3 x[i]) / 4 and pixel 2i+1 is (3 x[i] + x[i+1]) / 4.
    """
    for axis in (1, 2):
        size = maps.shape[axis]
        padded = tf.pad(maps, [[1, 1] if place == axis else [0, 0] for place in range(4)])
        before, after = (_every(padded, axis, start, size, 1) for start in (0, 2))
        pairs = tf.stack([0.25 * before + 0.75 * maps, 0.75 * maps + 0.25 * after], axis=axis + 1)
        shape = list(maps.shape)
        shape[0], shape[axis] = -1, 2 * size
        maps = tf.reshape(pairs, shape)
    return maps


@keras.saving.register_keras_serializable("tfgan_zoo")
class Halve(keras.layers.Layer):
    """`halved` as a layer."""

    def call(self, inputs):
        return halved(inputs)

    def compute_output_shape(self, input_shape):
        batch, height, width, maps = input_shape
        return (batch, height // 2, width // 2, maps)


@keras.saving.register_keras_serializable("tfgan_zoo")
class Double(keras.layers.Layer):
    """`doubled` as a layer."""

    def call(self, inputs):
        return doubled(inputs)

    def compute_output_shape(self, input_shape):
        batch, height, width, maps = input_shape
        return (batch, 2 * height, 2 * width, maps)


@keras.saving.register_keras_serializable("tfgan_zoo")
class Blur(keras.layers.Layer):
    """`blurred` with two zeros at every edge: [B, H, W, C] -> [B, H+1, W+1, C].

    What a convolution of 3x3 at stride 2 without padding halves to [B, H/2, W/2].
    """

    def call(self, inputs):
        return blurred(inputs, 2, 2)

    def compute_output_shape(self, input_shape):
        batch, height, width, maps = input_shape
        return (batch, height + 1, width + 1, maps)
