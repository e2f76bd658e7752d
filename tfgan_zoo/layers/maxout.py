"""Maxout (Goodfellow et al. 2013, arXiv:1302.4389, section 3)."""

import keras


@keras.saving.register_keras_serializable("tfgan_zoo")
class Maxout(keras.layers.Layer):
    """h_i(x) = max_j (x W_ij + b_ij) over `pieces` affine pieces; [B, d] -> [B, units].

    Args:
        units: the number of outputs.
        pieces: affine pieces of each output.
        kernel_initializer: as in `keras.layers.Dense`, for the [d, units * pieces] kernel.
    """

    def __init__(self, units, pieces, kernel_initializer="glorot_uniform", **kwargs):
        super().__init__(**kwargs)
        self.units = units
        self.pieces = pieces
        self.affine = keras.layers.Dense(
            units * pieces,
            kernel_initializer=kernel_initializer,
            dtype=self.dtype_policy,
            name="affine",
        )

    def build(self, input_shape):
        self.affine.build(input_shape)

    def call(self, inputs):
        outputs = keras.ops.reshape(self.affine(inputs), (-1, self.units, self.pieces))
        return keras.ops.max(outputs, axis=-1)

    def compute_output_shape(self, input_shape):
        return (*input_shape[:-1], self.units)

    def get_config(self):
        return {
            **super().get_config(),
            "units": self.units,
            "pieces": self.pieces,
            "kernel_initializer": keras.initializers.serialize(self.affine.kernel_initializer),
        }
