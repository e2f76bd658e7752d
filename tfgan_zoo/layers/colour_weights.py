"""Colours as weights on a grid of colours, in which those of a palette are one-hot."""

import keras
from keras import ops


@keras.saving.register_keras_serializable("tfgan_zoo")
class ColourWeights(keras.layers.Layer):
    """[B, H, W, C] in [-1, 1] -> [B, H, W, levels^C]: how near a colour is to each one of a regular grid.

    The grid has `levels` values in each channel, from -1 to 1, the last channel's running fastest. Weights
    are multilinear: they add up to 1, a colour of the grid has a single one, and one between two of them has
    both. Values outside [-1, 1] count as the nearest end.

    Args:
        levels: values in each channel, at least 2.
    """

    def __init__(self, levels, **kwargs):
        super().__init__(**kwargs)
        if levels < 2:
            raise ValueError(f"A grid of colours needs at least 2 levels in each channel; got {levels}.")
        self.levels = levels

    def call(self, inputs):
        place = (ops.clip(inputs, -1, 1) + 1) * ((self.levels - 1) / 2)
        # TensorFlow counts in no half precision.
        ticks = ops.cast(ops.arange(self.levels), inputs.dtype)
        near = ops.maximum(1 - ops.abs(place[..., None] - ticks), 0)
        weights = near[..., 0, :]
        for channel in range(1, inputs.shape[-1]):
            pairs = weights[..., :, None] * near[..., channel, None, :]
            count = weights.shape[-1] * self.levels
            weights = ops.reshape(pairs, [-1, *inputs.shape[1:-1], count])
        return weights

    def compute_output_shape(self, input_shape):
        return (*input_shape[:-1], self.levels ** input_shape[-1])

    def get_config(self):
        return {**super().get_config(), "levels": self.levels}
