"""Noise of each pixel as an input of a generator's layers (Karras et al. 2019, arXiv:1812.04948, section 2)."""

import keras
import tensorflow as tf


@keras.saving.register_keras_serializable("tfgan_zoo")
class NoiseInjection(keras.layers.Layer):
    """Adds noise to maps, with a learned gain that starts at 0.

    [maps [B, H, W, C], noise [B, N]] -> maps; all C get the same H W numbers, noise[:, start : start + H W].

    Args:
        start: where this layer's part of the noise begins.
    """

    def __init__(self, start=0, **kwargs):
        super().__init__(**kwargs)
        self.start = start

    def build(self, input_shape):
        self.gain = self.add_weight(name="gain", shape=(), initializer="zeros")

    def call(self, inputs):
        maps, noise = inputs
        height, width = maps.shape[1:3]
        part = noise[:, self.start : self.start + height * width]
        return maps + self.gain * tf.reshape(part, [-1, height, width, 1])

    def compute_output_shape(self, input_shape):
        return input_shape[0]

    def get_config(self):
        return {**super().get_config(), "start": self.start}
