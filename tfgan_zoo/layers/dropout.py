"""Dropout whose masks do not depend on the number of replicas."""

import keras
import tensorflow as tf

from tfgan_zoo.training.noise import replica_rows


@keras.saving.register_keras_serializable("tfgan_zoo")
class ReplicaDropout(keras.layers.Dropout):
    """`keras.layers.Dropout` that draws one mask for the whole global batch.

    Keras' own layer gives every replica the same mask, so that two replicas do not train as one
    would. Survivors are scaled by 1 / (1 - rate), as in Keras.
    """

    def call(self, inputs, training=False):
        if not training or self.rate == 0:
            return inputs
        key = tf.cast(self.seed_generator.next(), tf.int64)
        uniform = replica_rows(
            lambda shape: tf.random.stateless_uniform(shape, key, alg="philox"), tf.shape(inputs)
        )
        kept = tf.cast(uniform >= self.rate, inputs.dtype)
        return inputs * kept / tf.cast(1.0 - self.rate, inputs.dtype)
