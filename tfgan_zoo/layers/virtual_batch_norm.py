"""Virtual batch norm (Salimans et al. 2016, arXiv:1606.03498, section 3.5).

Each example is normalised by the statistics of a reference batch, fixed at the start of training, and its own. The
reference batch passes through the network anew in each call: `ReferenceBatch` puts it before the examples,
`VirtualBatchNormalization` takes its statistics at each layer, and `WithoutReference` takes it off again.
"""

import keras
import tensorflow as tf

from tfgan_zoo.layers.state import state
from tfgan_zoo.utils.distribution import from_first_replica


class _WithSize(keras.layers.Layer):
    """Base: a layer that knows how many examples the reference batch has."""

    def __init__(self, size, **kwargs):
        super().__init__(**kwargs)
        self.size = size

    def get_config(self):
        return {**super().get_config(), "size": self.size}


@keras.saving.register_keras_serializable("tfgan_zoo")
class ReferenceBatch(_WithSize):
    """Puts the reference batch before a network's inputs: [B, ...] -> [size + B, ...].

    It is the first `size` inputs that the layer sees in training, and is saved with the weights.

    Args:
        size: examples of the reference batch, at most those of a batch of training on a replica.
    """

    def build(self, input_shape):
        self.reference = state(self, "reference", [self.size, *input_shape[1:]])
        self.is_set = state(self, "is_set", [], "bool")

    def call(self, inputs, training=False):
        reference = self.reference.value
        if training:
            if inputs.shape[0] is not None and inputs.shape[0] < self.size:
                raise ValueError(
                    f"A reference batch of {self.size} examples cannot be taken of a batch of {inputs.shape[0]} (on "
                    "each replica); make the batch larger or the reference batch smaller."
                )
            first = from_first_replica(tf.cast(inputs[: self.size], tf.float32))
            reference = tf.where(self.is_set.value, reference, first)
            self.reference.assign(reference)
            self.is_set.assign(True)
        return tf.concat([tf.cast(reference, inputs.dtype), inputs], axis=0)

    def compute_output_shape(self, input_shape):
        return (None, *input_shape[1:])


@keras.saving.register_keras_serializable("tfgan_zoo")
class VirtualBatchNormalization(_WithSize):
    """Normalises each example by the reference batch and itself, then scales and shifts as is learnt.

    With n the size of the reference batch, mean and mean square of an example are n / (n + 1) times those of the
    reference batch and 1 / (n + 1) times its own, over its positions where it has such. Examples of the reference
    batch are normalised by its statistics alone.

    Args:
        size: as in `ReferenceBatch`.
        epsilon: added to variances.
    """

    def __init__(self, size, epsilon=1e-5, **kwargs):
        super().__init__(size, **kwargs)
        self.epsilon = epsilon

    def build(self, input_shape):
        self.gamma = self.add_weight(name="gamma", shape=[input_shape[-1]], initializer="ones")
        self.beta = self.add_weight(name="beta", shape=[input_shape[-1]], initializer="zeros")

    def call(self, inputs):
        x = tf.cast(inputs, tf.float32)
        positions = list(range(1, len(x.shape) - 1))
        own = [tf.reduce_mean(each, positions, keepdims=True) for each in (x, tf.square(x))]
        mean, square = (self._of_each(moment) for moment in own)
        scale = tf.math.rsqrt(square - tf.square(mean) + self.epsilon) * tf.cast(self.gamma, tf.float32)
        return tf.cast((x - mean) * scale + tf.cast(self.beta, tf.float32), inputs.dtype)

    def _of_each(self, own):
        """A moment of each example [size + B, ..., C] -> the one by which it is normalised."""
        of_reference = tf.reduce_mean(own[: self.size], axis=0, keepdims=True)
        others = (self.size * of_reference + own[self.size :]) / (self.size + 1)
        return tf.concat([tf.repeat(of_reference, self.size, axis=0), others], axis=0)

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self):
        return {**super().get_config(), "epsilon": self.epsilon}


@keras.saving.register_keras_serializable("tfgan_zoo")
class WithoutReference(_WithSize):
    """Takes the reference batch off what a network made of it and its inputs: [size + B, ...] -> [B, ...].

    Args:
        size: as in `ReferenceBatch`.
    """

    def call(self, inputs):
        return inputs[self.size :]

    def compute_output_shape(self, input_shape):
        return (None, *input_shape[1:])
