"""Equalised learning rate (Karras et al. 2018, arXiv:1710.10196, section 4.1)."""

import keras
from keras import ops


class _Equalized(keras.layers.Layer):
    """A layer whose kernel is drawn from N(0, 1) and multiplied by gain / sqrt(fan_in) at each call.

    He's scale in the forward pass, not in the initial values: every weight then has the same range,
    and an optimiser whose steps do not depend on the gradient's size moves all layers equally fast.

    With a learning-rate multiplier m, kernel and bias are stored divided by m and multiplied by it at each
    call: the layer starts the same, and such an optimiser moves it m times as fast.
    """

    def __init__(self, gain, use_bias, rate_multiplier, bias_start, **kwargs):
        super().__init__(**kwargs)
        self.gain = gain
        self.use_bias = use_bias
        self.rate_multiplier = rate_multiplier
        self.bias_start = bias_start

    def _add_weights(self, kernel_shape):
        *taps, outputs = kernel_shape
        self.kernel = self.add_weight(
            name="kernel",
            shape=kernel_shape,
            initializer=keras.initializers.RandomNormal(stddev=1.0 / self.rate_multiplier),
        )
        start = keras.initializers.Constant(self.bias_start / self.rate_multiplier)
        self.bias = self.use_bias and self.add_weight(name="bias", shape=[outputs], initializer=start)
        fan_in = 1
        for size in taps:
            fan_in *= size
        self.scale = self.gain * self.rate_multiplier / fan_in**0.5

    def _with_bias(self, outputs):
        if not self.use_bias:
            return outputs
        return outputs + (self.bias if self.rate_multiplier == 1 else self.bias * self.rate_multiplier)

    def get_config(self):
        names = ("gain", "use_bias", "rate_multiplier", "bias_start")
        return {**super().get_config(), **{name: getattr(self, name) for name in names}}


@keras.saving.register_keras_serializable("tfgan_zoo")
class EqualizedDense(_Equalized):
    """[B, d] -> [B, units] with an equalised learning rate.

    Args:
        units: the number of outputs.
        gain: sqrt(2) before a (leaky) ReLU, 1 before nothing.
        use_bias: whether there is a bias.
        rate_multiplier: of the learning rate.
        bias_start: what all biases start at.
    """

    def __init__(
        self, units, gain=2**0.5, use_bias=True, rate_multiplier=1.0, bias_start=0.0, **kwargs
    ):
        super().__init__(gain, use_bias, rate_multiplier, bias_start, **kwargs)
        self.units = units

    def build(self, input_shape):
        self._add_weights([input_shape[-1], self.units])

    def call(self, inputs):
        return self._with_bias(ops.matmul(inputs, self.kernel * self.scale))

    def compute_output_shape(self, input_shape):
        return (*input_shape[:-1], self.units)

    def get_config(self):
        return {**super().get_config(), "units": self.units}


@keras.saving.register_keras_serializable("tfgan_zoo")
class EqualizedConv2D(_Equalized):
    """[B, H, W, C] -> [B, H, W, filters]: a convolution, zero-padded, with an equalised learning rate.

    At stride 2 there is no padding, and the sides are those of Keras' padding "valid".

    Args:
        filters: the number of output maps.
        kernel_size: the side of the kernel.
        gain: sqrt(2) before a (leaky) ReLU, 1 before nothing.
        strides: 1 or 2.
        use_bias, rate_multiplier, bias_start: as of `EqualizedDense`.
    """

    def __init__(
        self,
        filters,
        kernel_size,
        gain=2**0.5,
        strides=1,
        use_bias=True,
        rate_multiplier=1.0,
        bias_start=0.0,
        **kwargs,
    ):
        super().__init__(gain, use_bias, rate_multiplier, bias_start, **kwargs)
        self.filters = filters
        self.kernel_size = kernel_size
        self.strides = strides

    def build(self, input_shape):
        self._add_weights([self.kernel_size, self.kernel_size, input_shape[-1], self.filters])

    def call(self, inputs):
        return self._with_bias(ops.conv(inputs, self.kernel * self.scale, self.strides, self._padding()))

    def _padding(self):
        return "same" if self.strides == 1 else "valid"

    def compute_output_shape(self, input_shape):
        batch, *sides, _ = input_shape
        if self.strides > 1:
            sides = [side and (side - self.kernel_size) // self.strides + 1 for side in sides]
        return (batch, *sides, self.filters)

    def get_config(self):
        names = ("filters", "kernel_size", "strides")
        return {**super().get_config(), **{name: getattr(self, name) for name in names}}
