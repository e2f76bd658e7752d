"""Minibatch discrimination (Salimans et al. 2016, arXiv:1606.03498, section 3.2)."""

import keras
import tensorflow as tf

from tfgan_zoo.utils.distribution import rows_of_all_replicas


@keras.saving.register_keras_serializable("tfgan_zoo")
class MinibatchDiscrimination(keras.layers.Layer):
    """Appends to each example how near the others of its batch are to it: [B, A] -> [B, A + kernels].

    With rows M_ib of `dims` numbers that are linear in the features of example i, one for each kernel b, what is
    appended is o_b = sum over j != i of exp(-|M_ib - M_jb|_1), from 0, where all others are far, to B - 1, where
    all are alike. The batch is that of all replicas. Reals and fakes are to pass in batches of their own.

    Args:
        kernels: numbers that are appended; the paper's 100.
        dims: of the space in which a kernel measures distances; the paper's 5.
    """

    def __init__(self, kernels=100, dims=5, **kwargs):
        super().__init__(**kwargs)
        self.kernels = kernels
        self.dims = dims

    def build(self, input_shape):
        self.kernel = self.add_weight(
            name="kernel",
            shape=[input_shape[-1], self.kernels * self.dims],
            initializer=keras.initializers.RandomNormal(stddev=0.05),
        )

    def call(self, inputs):
        x = tf.cast(inputs, tf.float32)
        rows = tf.reshape(tf.matmul(x, tf.cast(self.kernel, tf.float32)), [-1, self.kernels, self.dims])
        everyone = rows_of_all_replicas(rows)
        distances = tf.reduce_sum(tf.abs(rows[:, None] - everyone[None]), axis=-1)
        # The example itself is at distance 0, and is not counted.
        near = tf.reduce_sum(tf.exp(-distances), axis=1) - 1.0
        return tf.concat([inputs, tf.cast(near, inputs.dtype)], axis=-1)

    def compute_output_shape(self, input_shape):
        return (*input_shape[:-1], input_shape[-1] + self.kernels)

    def get_config(self):
        return {**super().get_config(), "kernels": self.kernels, "dims": self.dims}
