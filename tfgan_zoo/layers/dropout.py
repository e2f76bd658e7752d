"""Dropout whose masks depend neither on the number of replicas nor on an interruption."""

import keras
import tensorflow as tf

from tfgan_zoo.layers.keyed import Keyed
from tfgan_zoo.random import draws


@keras.saving.register_keras_serializable("tfgan_zoo")
class ReplicaDropout(Keyed):
    """Dropout with one mask for the whole global batch. Survivors are scaled by 1 / (1 - rate), as in Keras.

    Args:
        rate: the share of inputs to drop, in [0, 1).
        seed: as in `Keyed`.
    """

    def __init__(self, rate, seed=None, **kwargs):
        super().__init__(seed, **kwargs)
        if not 0 <= rate < 1:
            raise ValueError(f"Dropout needs a rate in [0, 1); got {rate}.")
        self.rate = rate

    def call(self, inputs, training=False):
        if not training or self.rate == 0:
            return inputs
        kept = tf.cast(self.drawn(draws.uniform, inputs) >= self.rate, inputs.dtype)
        return inputs * kept / tf.cast(1.0 - self.rate, inputs.dtype)

    def get_config(self):
        return {**super().get_config(), "rate": self.rate}


@keras.saving.register_keras_serializable("tfgan_zoo")
class GivenDropout(keras.layers.Layer):
    """Dropout by given noise, a pure function: the noise is an input, in training and after it.

    [maps [B, H, W, C], noise [B, N] uniform in [0, 1)] -> maps, of which those are kept whose own number
    in noise[:, start : start + H W C] is at least `rate`, scaled by 1 / (1 - rate).

    Args:
        rate: the share of inputs to drop, in [0, 1).
        start: where this layer's part of the noise begins.
    """

    def __init__(self, rate, start=0, **kwargs):
        # The noise must not be rounded to half precision: it is compared with the rate.
        super().__init__(**{"autocast": False, **kwargs})
        if not 0 <= rate < 1:
            raise ValueError(f"Dropout needs a rate in [0, 1); got {rate}.")
        self.rate = rate
        self.start = start

    def call(self, inputs):
        maps, noise = inputs
        shape = maps.shape[1:]
        part = noise[:, self.start : self.start + shape.num_elements()]
        kept = tf.reshape(part >= self.rate, [-1, *shape])
        return maps * tf.cast(kept, maps.dtype) / tf.cast(1.0 - self.rate, maps.dtype)

    def compute_output_shape(self, input_shape):
        return input_shape[0]

    def get_config(self):
        return {**super().get_config(), "rate": self.rate, "start": self.start}
