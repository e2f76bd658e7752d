"""Convolutions whose kernels a style scales (Karras et al. 2020, arXiv:1912.04958, section 2.2 and figure 2)."""

import keras
import tensorflow as tf

from tfgan_zoo.layers.resampling import blurred

_EPSILON = 1e-8


@keras.saving.register_keras_serializable("tfgan_zoo")
class ModulatedConv2D(keras.layers.Layer):
    """[maps [B, H, W, C], scales [B, C]] -> [B, H, W, filters]: each example has a kernel of its own.

    Its kernel is w'_ijk = s_i w_ijk for input map i, output map j and tap k (equation 1), and, demodulated,
    w'_ijk / sqrt(sum_ik w'_ijk^2 + 1e-8) (equation 3): every output map then has a kernel of length 1.

    It is computed with one kernel for all examples, since s_i may scale the maps that go in, and the root the
    maps that come out. There is no bias.

    Args:
        filters: the number of output maps.
        kernel_size: the side of the kernel.
        demodulate: whether lengths are made 1; else the kernel is divided by the root of its inputs.
        doubles: whether the output has sides 2H and 2W: zeros are put between the pixels, and the filter
            [1, 3, 3, 1] follows the convolution.
    """

    def __init__(self, filters, kernel_size, demodulate=True, doubles=False, **kwargs):
        super().__init__(**kwargs)
        self.filters = filters
        self.kernel_size = kernel_size
        self.demodulate = demodulate
        self.doubles = doubles

    def build(self, input_shape):
        maps, _ = input_shape
        self.kernel = self.add_weight(
            name="kernel",
            shape=[self.kernel_size, self.kernel_size, maps[-1], self.filters],
            initializer=keras.initializers.RandomNormal(stddev=1.0),
            autocast=False,
        )

    def call(self, inputs):
        maps, scales = inputs
        maps = self._convolved(maps * scales[:, None, None, :], tf.cast(self._weights(), maps.dtype))
        if self.demodulate:
            maps = maps * tf.cast(self._shares(scales), maps.dtype)[:, None, None, :]
        return maps

    def _shares(self, scales):
        """What output maps are multiplied by so that their kernels have length 1, float32 [B, filters]."""
        # In float32, as sums of squares lose small ones in half precision.
        squares = tf.reduce_sum(tf.square(self.kernel.value), axis=[0, 1])
        lengths = tf.matmul(tf.square(tf.cast(scales, tf.float32)), squares)
        return tf.math.rsqrt(lengths + _EPSILON)

    def kernels(self, scales):
        """The kernels that examples of these scales [B, C] have, float32 [B, k, k, C, filters]."""
        kernels = self._weights() * scales[:, None, None, :, None]
        return kernels * self._shares(scales)[:, None, None, None, :] if self.demodulate else kernels

    def _weights(self):
        """The kernel before modulation."""
        if self.demodulate:
            return self.kernel.value
        return self.kernel.value / (self.kernel_size**2 * self.kernel.shape[2]) ** 0.5

    def _convolved(self, maps, kernel):
        if not self.doubles:
            return tf.nn.conv2d(maps, kernel, 1, "SAME")
        _, height, width, _ = maps.shape
        sides = [2 * side - 2 + self.kernel_size for side in (height, width)]
        kernel = tf.transpose(kernel, [0, 1, 3, 2])
        maps = tf.nn.conv2d_transpose(maps, kernel, [tf.shape(maps)[0], *sides, self.filters], 2, "VALID")
        before = (6 - self.kernel_size) // 2
        # Of four pixels, three were zeros.
        return blurred(maps, before, 5 - self.kernel_size - before, gain=4.0)

    def compute_output_shape(self, input_shape):
        batch, height, width, _ = input_shape[0]
        times = 2 if self.doubles else 1
        return (batch, height * times, width * times, self.filters)

    def get_config(self):
        names = ("filters", "kernel_size", "demodulate", "doubles")
        return {**super().get_config(), **{name: getattr(self, name) for name in names}}
