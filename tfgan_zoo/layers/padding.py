"""Padding by reflection, which Keras lacks."""

import keras


@keras.saving.register_keras_serializable("tfgan_zoo")
class ReflectionPadding(keras.layers.Layer):
    """Images [B, H, W, C] -> [B, H + 2 p, W + 2 p, C], mirrored about the outermost pixels.

    Args:
        padding: p, smaller than H and W.
    """

    def __init__(self, padding, **kwargs):
        super().__init__(**kwargs)
        self.padding = padding

    def call(self, inputs):
        around = (self.padding, self.padding)
        return keras.ops.pad(inputs, [(0, 0), around, around, (0, 0)], mode="reflect")

    def compute_output_shape(self, input_shape):
        batch, height, width, channels = input_shape
        return batch, height + 2 * self.padding, width + 2 * self.padding, channels

    def get_config(self):
        return {**super().get_config(), "padding": self.padding}
