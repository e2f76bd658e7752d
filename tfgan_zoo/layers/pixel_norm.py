"""Pixelwise normalisation of feature vectors (Karras et al. 2018, arXiv:1710.10196, section 4.2)."""

import keras
from keras import ops


@keras.saving.register_keras_serializable("tfgan_zoo")
class PixelNorm(keras.layers.Layer):
    """b = a / sqrt(mean_c a_c^2 + 1e-8): every pixel's vector of maps [..., C] gets mean square 1."""

    def call(self, inputs):
        # A mean of squares in half precision would lose the small ones.
        x = ops.cast(inputs, "float32")
        x = x * ops.rsqrt(ops.mean(ops.square(x), axis=-1, keepdims=True) + 1e-8)
        return ops.cast(x, self.compute_dtype)

    def compute_output_shape(self, input_shape):
        return input_shape
