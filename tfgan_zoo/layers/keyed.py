"""Layers whose noise in training depends neither on the number of replicas nor on an interruption."""

import random

import keras
import tensorflow as tf

from tfgan_zoo.random import draws
from tfgan_zoo.random.noise import replica_rows


class Keyed(keras.layers.Layer):
    """Base of layers that draw noise for the whole global batch, keyed by their own count of calls in training.

    Keras' own layers give every replica the same noise, so that two replicas do not train as one would, and
    their random state is in no saved file. Here the count is a weight.

    Args:
        seed: an integer; by default drawn when the layer is made.
    """

    def __init__(self, seed=None, **kwargs):
        super().__init__(**kwargs)
        self.seed = random.randrange(2**31) if seed is None else seed

    def build(self, input_shape):
        self.calls = self.add_weight(
            name="calls",
            shape=(),
            dtype="int64",
            initializer="zeros",
            trainable=False,
            aggregation="only_first_replica",
        )

    def drawn(self, draw, inputs):
        """This replica's noise of the shape of `inputs`, by a function of (shape, key) such as `draws.normal`."""
        key = tf.stack([tf.cast(self.seed, tf.int64), self.calls.value])
        self.calls.assign(self.calls + 1)
        return replica_rows(lambda everyone: draw(everyone, key), [tf.shape(inputs)[0], *inputs.shape[1:]])

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self):
        return {**super().get_config(), "seed": self.seed}


@keras.saving.register_keras_serializable("tfgan_zoo")
class ReplicaGaussianNoise(Keyed):
    """Adds normal noise in training, as `keras.layers.GaussianNoise` does.

    Args:
        stddev: of the noise, not negative.
        seed: as in `Keyed`.
    """

    def __init__(self, stddev, seed=None, **kwargs):
        super().__init__(seed, **kwargs)
        if stddev < 0:
            raise ValueError(f"Noise needs a standard deviation of 0 or more; got {stddev}.")
        self.stddev = stddev

    def call(self, inputs, training=False):
        if not training or self.stddev == 0:
            return inputs
        return inputs + tf.cast(self.stddev * self.drawn(draws.normal, inputs), inputs.dtype)

    def get_config(self):
        return {**super().get_config(), "stddev": self.stddev}
