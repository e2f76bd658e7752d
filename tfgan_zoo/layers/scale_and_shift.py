"""A trained scale and shift of each dimension: the generators of toys."""

import keras
from keras import ops


@keras.saving.register_keras_serializable("tfgan_zoo")
class ScaleAndShift(keras.layers.Layer):
    """x [B, d] -> exp(log_scale) x + shift, which makes any Gaussian of independent dimensions of a normal one.

    Args:
        log_scale, shift: where the two weights [d] of these names start.
    """

    def __init__(self, log_scale=0.0, shift=0.0, **kwargs):
        super().__init__(**kwargs)
        self._starts = {"log_scale": log_scale, "shift": shift}

    def build(self, shape):
        for name, start in self._starts.items():
            weight = self.add_weight(
                name=name, shape=[shape[-1]], initializer=keras.initializers.Constant(start)
            )
            setattr(self, name, weight)

    def call(self, inputs):
        return ops.exp(self.log_scale) * inputs + self.shift

    def get_config(self):
        return {**super().get_config(), **self._starts}
