"""Pixel shuffle: upscaling by rearrangement (Shi et al. 2016, arXiv:1609.05158, equation 4)."""

import keras
import tensorflow as tf


@keras.saving.register_keras_serializable("tfgan_zoo")
class PixelShuffle(keras.layers.Layer):
    """Maps [B, H, W, f^2 C] -> [B, f H, f W, C]: the channels of a pixel become a block of f x f pixels.

    Channel (f i + j) C + c is channel c of the pixel in row i and column j of its block.

    Args:
        factor: f, at least 2; its square divides the number of channels.

    Raises:
        ValueError: f is below 2, or its square does not divide the number of channels.
    """

    def __init__(self, factor=2, **kwargs):
        super().__init__(**kwargs)
        if factor < 2:
            raise ValueError(f"A pixel shuffle needs a factor of at least 2; got {factor}.")
        self.factor = factor

    def call(self, inputs):
        return tf.nn.depth_to_space(inputs, self.factor)

    def compute_output_shape(self, input_shape):
        batch, height, width, channels = input_shape
        if channels % self.factor**2:
            raise ValueError(
                f"A pixel shuffle by {self.factor} needs channels in multiples of {self.factor**2}; "
                f"got {channels}."
            )
        sides = [None if side is None else side * self.factor for side in (height, width)]
        return batch, *sides, channels // self.factor**2

    def get_config(self):
        return {**super().get_config(), "factor": self.factor}
