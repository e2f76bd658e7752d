"""Dense layers of a masked autoencoder (Germain, Gregor, Murray, Larochelle 2015, arXiv:1502.03509)."""

import keras
import numpy as np
import tensorflow as tf

from tfgan_zoo.layers.derived_kernel import DerivedDense


@keras.saving.register_keras_serializable("tfgan_zoo")
class MaskedDense(DerivedDense):
    """[B, d] -> [B, units], where each unit reads the inputs of lower ranks alone (equations 8 and 9).

    The mask is saved with the weights.

    Args:
        units: the number of outputs.
        read: list of d integers, the ranks of the inputs.
        ranks: list of `units` integers, the ranks of the units.
        strict: whether a unit reads ranks below its own alone, as the last layer does, and not its own, too.
    """

    def __init__(self, units, read, ranks, strict, **kwargs):
        super().__init__(units, **kwargs)
        self.read = [int(rank) for rank in read]
        self.ranks = [int(rank) for rank in ranks]
        self.strict = strict

    def add_state(self):
        compare = np.less if self.strict else np.less_equal
        seen = compare(np.reshape(self.read, [-1, 1]), np.reshape(self.ranks, [1, -1])).astype(np.float32)
        self.mask = self.add_weight(
            name="mask",
            shape=seen.shape,
            initializer=lambda shape, dtype=None: tf.constant(seen),
            trainable=False,
            autocast=False,
        )

    def derived_kernel(self):
        return self.kernel.value * self.mask.value

    def get_config(self):
        return {**super().get_config(), "read": self.read, "ranks": self.ranks, "strict": self.strict}
