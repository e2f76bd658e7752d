"""Multiscale dilated convolution (Brock, Lim, Ritchie, Weston 2017, arXiv:1609.07093, section 3.2)."""

import keras
import tensorflow as tf

from tfgan_zoo.layers.derived_kernel import DerivedConv2D


@keras.saving.register_keras_serializable("tfgan_zoo")
class MultiscaleConv2D(DerivedConv2D):
    """[B, H, W, C] -> [B, H, W, filters] by one 3x3 kernel at several dilations, weighted and summed.

    Each output map has a weight for each dilation. The dilation 0 is a 1x1 convolution by the kernel's mean over
    its places.

    Args:
        filters: the number of output maps.
        dilations: list of integers, such as [0, 1, 2, 4].
    """

    def __init__(self, filters, dilations, kernel_size=3, **kwargs):
        super().__init__(filters, kernel_size, **kwargs)
        self.dilations = list(dilations)

    def add_state(self):
        share = keras.initializers.Constant(1.0 / len(self.dilations))
        self.shares = self.add_weight(
            name="shares", shape=[len(self.dilations), self.filters], initializer=share, autocast=False
        )

    def derived_kernel(self):
        return self.kernel.value

    def call(self, inputs):
        parts = []
        for dilation, share in zip(self.dilations, tf.unstack(self.shares.value)):
            kernel = self.derived_kernel()
            kernel = kernel if dilation else tf.reduce_mean(kernel, axis=[0, 1], keepdims=True)
            kernel = tf.cast(kernel * share, self.compute_dtype)
            parts.append(tf.nn.conv2d(inputs, kernel, 1, "SAME", dilations=max(dilation, 1)))
        return self._with_bias(tf.add_n(parts))

    def get_config(self):
        return {**super().get_config(), "dilations": self.dilations}
