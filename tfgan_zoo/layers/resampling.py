"""Images at twice and half the resolution through the filter [1, 3, 3, 1] (Karras et al. 2019, arXiv:1812.04948).

It keeps maps from aliasing where every second pixel is left out, and from a chequered pattern where zeros are put
between pixels. Beyond their edges maps are 0.
"""

import keras
import numpy as np
import tensorflow as tf

_TAPS = (0.125, 0.375, 0.375, 0.125)


def blurred(maps, before, after, gain=1.0, strides=1):
    """Maps [B, H, W, C] after the filter, along both axes.

    Args:
        before, after: zeros put before and after each axis; 3 fewer pixels come out than go in.
        gain: what the filter's taps sum to, along both axes together.
        strides: 2 leaves out every second pixel.
    """
    taps = np.outer(_TAPS, _TAPS)[:, :, None, None] * np.ones([maps.shape[-1], 1]) * gain
    maps = tf.pad(maps, [[0, 0], [before, after], [before, after], [0, 0]])
    return tf.nn.depthwise_conv2d(maps, tf.constant(taps, maps.dtype), [1, strides, strides, 1], "VALID")


def halved(maps):
    """[B, H, W, C] of even sides -> [B, H/2, W/2, C]; a constant stays what it is, but at the edges."""
    return blurred(maps, 1, 1, strides=2)


def doubled(maps):
    """[B, H, W, C] -> [B, 2H, 2W, C]; a constant stays what it is, but at the edges.

    Along an axis pixel 2i is (x[i-1] + 3 x[i]) / 4 and pixel 2i+1 is (3 x[i] + x[i+1]) / 4.
    """
    _, height, width, channels = maps.shape
    apart = tf.pad(maps[:, :, None, :, None], [[0, 0], [0, 0], [0, 1], [0, 0], [0, 1], [0, 0]])
    # Of four pixels, three are zeros.
    return blurred(tf.reshape(apart, [-1, 2 * height, 2 * width, channels]), 2, 1, gain=4.0)


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
