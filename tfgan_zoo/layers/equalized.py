"""Equalised learning rate (Karras et al. 2018, arXiv:1710.10196, section 4.1)."""

import keras
from keras import ops


class _Equalized(keras.layers.Layer):
    """A layer whose kernel is drawn from N(0, 1) and multiplied by gain / sqrt(fan_in) at each call.

    He's scale in the forward pass, not in the initial values: every weight then has the same range,
    and an optimiser whose steps do not depend on the gradient's size moves all layers equally fast.
    """

    def __init__(self, gain, **kwargs):
        super().__init__(**kwargs)
        self.gain = gain

    def _add_weights(self, kernel_shape):
        *taps, outputs = kernel_shape
        self.kernel = self.add_weight(
            name="kernel",
            shape=kernel_shape,
            initializer=keras.initializers.RandomNormal(stddev=1.0),
        )
        self.bias = self.add_weight(name="bias", shape=[outputs], initializer="zeros")
        fan_in = 1
        for size in taps:
            fan_in *= size
        self.scale = self.gain / fan_in**0.5

    def get_config(self):
        return {**super().get_config(), "gain": self.gain}


@keras.saving.register_keras_serializable("tfgan_zoo")
class EqualizedDense(_Equalized):
    """[B, d] -> [B, units] with an equalised learning rate.

    Args:
        units: the number of outputs.
        gain: sqrt(2) before a (leaky) ReLU, 1 before nothing.
    """

    def __init__(self, units, gain=2**0.5, **kwargs):
        super().__init__(gain, **kwargs)
        self.units = units

    def build(self, input_shape):
        self._add_weights([input_shape[-1], self.units])

    def call(self, inputs):
        return ops.matmul(inputs, self.kernel * self.scale) + self.bias

    def compute_output_shape(self, input_shape):
        return (*input_shape[:-1], self.units)

    def get_config(self):
        return {**super().get_config(), "units": self.units}


@keras.saving.register_keras_serializable("tfgan_zoo")
class EqualizedConv2D(_Equalized):
    """[B, H, W, C] -> [B, H, W, filters]: a convolution, zero-padded, with an equalised learning rate.

    Args:
        filters: the number of output maps.
        kernel_size: the side of the kernel.
        gain: sqrt(2) before a (leaky) ReLU, 1 before nothing.
    """

    def __init__(self, filters, kernel_size, gain=2**0.5, **kwargs):
        super().__init__(gain, **kwargs)
        self.filters = filters
        self.kernel_size = kernel_size

    def build(self, input_shape):
        self._add_weights([self.kernel_size, self.kernel_size, input_shape[-1], self.filters])

    def call(self, inputs):
        return ops.conv(inputs, self.kernel * self.scale, padding="same") + self.bias

    def compute_output_shape(self, input_shape):
        return (*input_shape[:-1], self.filters)

    def get_config(self):
        return {
            **super().get_config(),
            "filters": self.filters,
            "kernel_size": self.kernel_size,
        }
