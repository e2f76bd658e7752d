"""Weight normalisation (Salimans, Kingma 2016, arXiv:1602.07868)."""

import keras
import tensorflow as tf

from tfgan_zoo.layers.derived_kernel import DerivedConv2D, DerivedDense, DerivedKernel


class _WeightNorm(DerivedKernel):
    """A layer that computes with g v / |v| for each output: its length g and direction v are trained apart.

    Lengths start as those of v, so that the layer starts as one without weight norm; the paper's start depends on
    data (section 3).

    Args:
        train_length: whether lengths are trained; else they stay, as those of hidden layers do in the code of
            Salimans et al. 2016 (arXiv:1606.03498).
    """

    def __init__(self, *args, train_length=True, **kwargs):
        super().__init__(*args, **kwargs)
        self.train_length = train_length

    def add_state(self):
        self.length = self.add_weight(
            name="length",
            shape=[self.outputs],
            initializer=lambda shape, dtype=None: self._norm(),
            trainable=self.train_length,
            autocast=False,
        )

    def _norm(self):
        axes = list(range(len(self.kernel.shape) - 1))
        return tf.sqrt(tf.reduce_sum(tf.square(self.kernel.value), axis=axes) + 1e-12)

    def get_config(self):
        return {**super().get_config(), "train_length": self.train_length}

    def derived_kernel(self):
        return self.kernel.value * (self.length.value / self._norm())


@keras.saving.register_keras_serializable("tfgan_zoo")
class WeightNormDense(_WeightNorm, DerivedDense):
    """`DerivedDense` with weight norm."""


@keras.saving.register_keras_serializable("tfgan_zoo")
class WeightNormConv2D(_WeightNorm, DerivedConv2D):
    """`DerivedConv2D` with weight norm."""
