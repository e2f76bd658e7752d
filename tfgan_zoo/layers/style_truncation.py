"""Truncation of styles towards their mean (Karras et al. 2019, arXiv:1812.04948, appendix B)."""

import keras
import tensorflow as tf

from tfgan_zoo.utils.distribution import mean_over_replicas


@keras.saving.register_keras_serializable("tfgan_zoo")
class StyleTruncation(keras.layers.Layer):
    """[w [B, d], psi [B]] -> mean + psi (w - mean), with the running mean of all w seen in training.

    In training w passes as it is, and mean <- momentum mean + (1 - momentum) E w over the global batch.
    Otherwise psi = 1 leaves w as it is, and psi = 0 gives the mean to all.

    Args:
        momentum: of the mean, which starts at 0.
    """

    def __init__(self, momentum=0.995, **kwargs):
        super().__init__(**kwargs)
        self.momentum = momentum

    def build(self, input_shape):
        self.mean = self.add_weight(
            name="mean",
            shape=[input_shape[0][-1]],
            initializer="zeros",
            trainable=False,
            autocast=False,
            aggregation="only_first_replica",
        )

    def call(self, inputs, training=False):
        w, psi = inputs
        mean = self.mean.value
        if training:
            batch = tf.stop_gradient(tf.reduce_mean(tf.cast(w, tf.float32), axis=0))
            self.mean.assign(self.momentum * mean + (1 - self.momentum) * mean_over_replicas(batch))
            return w
        return w + (psi[:, None] - 1) * (w - tf.cast(mean, w.dtype))

    def compute_output_shape(self, input_shape):
        return input_shape[0]

    def get_config(self):
        return {**super().get_config(), "momentum": self.momentum}
