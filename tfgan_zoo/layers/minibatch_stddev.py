"""Minibatch standard deviation (Karras et al. 2018, arXiv:1710.10196, section 3)."""

import keras
import tensorflow as tf
from keras import ops


@keras.saving.register_keras_serializable("tfgan_zoo")
class MinibatchStddev(keras.layers.Layer):
    """Appends a map that says how much the examples of a group differ: [B, H, W, C] -> [B, H, W, C + 1].

    The standard deviation of each feature at each position over a group, averaged over features and
    positions, fills the map of every example of the group. A group is `group` rows that follow each
    other, so that it lies within one replica, and replicas make the groups that one device makes.

    Args:
        group: examples of a group; each batch, on each replica, is a multiple of it.
    """

    def __init__(self, group=4, **kwargs):
        super().__init__(**kwargs)
        self.group = group

    def call(self, inputs):
        batch, height, width, maps = ops.shape(inputs)
        batch = self._checked(batch)
        x = ops.reshape(ops.cast(inputs, "float32"), [batch // self.group, self.group, height, width, maps])
        x = x - ops.mean(x, axis=1, keepdims=True)
        # The derivative of the root is infinite at 0.
        deviation = ops.sqrt(ops.mean(ops.square(x), axis=1, keepdims=True) + 1e-8)
        mean = ops.mean(deviation, axis=[2, 3, 4], keepdims=True)
        spread = ops.reshape(ops.tile(mean, [1, self.group, height, width, 1]), [batch, height, width, 1])
        return ops.concatenate([inputs, ops.cast(spread, inputs.dtype)], axis=-1)

    def _checked(self, batch):
        """The number of examples, an int, or a tensor where it is not fixed, once it makes whole groups."""
        groups = f"Minibatch standard deviation takes groups of {self.group}"
        remedy = "change the batch size or `group`, or batch the data with drop_remainder=True."
        if not isinstance(batch, int):
            told = f"{groups}, and a batch (on each replica) is no multiple of that; {remedy}"
            with tf.control_dependencies([tf.debugging.Assert(batch % self.group == 0, [told])]):
                return tf.identity(batch)
        if batch % self.group:
            raise ValueError(
                f"{groups}, and a batch of {batch} (on each replica) is no multiple of that; {remedy}"
            )
        return batch

    def compute_output_shape(self, input_shape):
        return (*input_shape[:-1], input_shape[-1] + 1)

    def get_config(self):
        return {**super().get_config(), "group": self.group}
