"""Dense and convolutional layers that compute with a function of their kernel, which itself stays as it is trained."""

import keras
import tensorflow as tf


class DerivedKernel(keras.layers.Layer):
    """Base: a kernel and a bias, of which `derived_kernel` makes the kernel that is computed with.

    The kernel is float32 under every dtype policy.
    """

    def __init__(self, outputs, use_bias, kernel_initializer, **kwargs):
        super().__init__(**kwargs)
        self.outputs = outputs
        self.use_bias = use_bias
        self.kernel_initializer = keras.initializers.get(kernel_initializer)

    def add_weights(self, kernel_shape):
        self.kernel = self.add_weight(
            name="kernel", shape=kernel_shape, initializer=self.kernel_initializer, autocast=False
        )
        self.add_state()
        self.bias = (
            self.add_weight(name="bias", shape=[self.outputs], initializer="zeros") if self.use_bias else None
        )

    def add_state(self):
        """Adds what `derived_kernel` needs beside the kernel, after that was made."""

    def derived_kernel(self):
        """A float32 tensor of the kernel's shape."""
        raise NotImplementedError

    def _kernel_to_compute_with(self):
        return tf.cast(self.derived_kernel(), self.compute_dtype)

    def _with_bias(self, outputs):
        return (
            outputs if self.bias is None else tf.nn.bias_add(outputs, tf.cast(self.bias.value, outputs.dtype))
        )

    def get_config(self):
        return {
            **super().get_config(),
            "use_bias": self.use_bias,
            "kernel_initializer": keras.initializers.serialize(self.kernel_initializer),
        }


class DerivedDense(DerivedKernel):
    """[B, d] -> [B, units].

    Args:
        units: the number of outputs.
        use_bias, kernel_initializer: as in `keras.layers.Dense`.
    """

    def __init__(self, units, use_bias=True, kernel_initializer="glorot_uniform", **kwargs):
        super().__init__(units, use_bias, kernel_initializer, **kwargs)
        self.units = units

    def build(self, input_shape):
        self.add_weights([input_shape[-1], self.units])

    def call(self, inputs):
        return self._with_bias(tf.matmul(inputs, self._kernel_to_compute_with()))

    def compute_output_shape(self, input_shape):
        return (*input_shape[:-1], self.units)

    def get_config(self):
        return {**super().get_config(), "units": self.units}


class DerivedConv2D(DerivedKernel):
    """[B, H, W, C] -> [B, H / strides, W / strides, filters] with zero padding, by a kernel [k, k, C, filters].

    Args:
        filters: the number of output maps.
        kernel_size: the side of the kernel.
        padding: "same" or "valid".
        strides, use_bias, kernel_initializer: as in `keras.layers.Conv2D`.
    """

    def __init__(
        self,
        filters,
        kernel_size,
        strides=1,
        use_bias=True,
        kernel_initializer="glorot_uniform",
        padding="same",
        **kwargs,
    ):
        super().__init__(filters, use_bias, kernel_initializer, **kwargs)
        self.filters = filters
        self.kernel_size = kernel_size
        self.strides = strides
        self.padding = padding

    def build(self, input_shape):
        self.add_weights([self.kernel_size, self.kernel_size, input_shape[-1], self.filters])

    def call(self, inputs):
        kernel = self._kernel_to_compute_with()
        return self._with_bias(tf.nn.conv2d(inputs, kernel, self.strides, self.padding.upper()))

    def compute_output_shape(self, input_shape):
        batch, height, width, _ = input_shape
        lost = self.kernel_size - 1 if self.padding == "valid" else 0
        sides = (None if side is None else -(-(side - lost) // self.strides) for side in (height, width))
        return (batch, *sides, self.filters)

    def get_config(self):
        own = {name: getattr(self, name) for name in ("filters", "kernel_size", "strides", "padding")}
        return {**super().get_config(), **own}
