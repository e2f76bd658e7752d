"""Spectral normalisation (Miyato et al. 2018, arXiv:1802.05957).

Kernels are divided by sigma, an estimate of their largest singular value. Keras' own `SpectralNormalization`
overwrites the kernel with the divided one, which mixes with the optimiser's steps, and takes sigma for a
constant in the gradient. Here the kernel stays as the optimiser left it, and sigma is a part of the forward
pass.
"""

import keras
import tensorflow as tf


def _unit(shape, dtype=None):
    """A random column of length 1."""
    return tf.math.l2_normalize(keras.initializers.RandomNormal(stddev=1.0)(shape, dtype))


class _Spectral(keras.layers.Layer):
    """A layer that computes with W / sigma, where sigma = |W u|.

    u is an estimate of the first right singular vector of W. Gradients flow through sigma, with u as a
    constant (equation 9). Only `power_step` changes u; a call does not. Kernel, u and sigma are float32 under
    every dtype policy.
    """

    def __init__(self, outputs, use_bias, kernel_initializer, **kwargs):
        super().__init__(**kwargs)
        self.outputs = outputs
        self.use_bias = use_bias
        self.kernel_initializer = keras.initializers.get(kernel_initializer)

    def _add_weights(self, kernel_shape):
        self.kernel = self.add_weight(
            name="kernel", shape=kernel_shape, initializer=self.kernel_initializer, autocast=False
        )
        self.u = self.add_weight(
            name="u",
            shape=[self.outputs, 1],
            initializer=_unit,
            trainable=False,
            autocast=False,
            aggregation="only_first_replica",
        )
        self.bias = (
            self.add_weight(name="bias", shape=[self.outputs], initializer="zeros") if self.use_bias else None
        )

    def _image(self):
        """W as a matrix [inputs, outputs], and W u [inputs, 1]."""
        matrix = tf.reshape(self.kernel.value, [-1, self.outputs])
        return matrix, tf.matmul(matrix, self.u.value)

    def sigma(self):
        """The estimate of the kernel's largest singular value, a float32 scalar above 0."""
        _, image = self._image()
        return tf.sqrt(tf.maximum(2.0 * tf.nn.l2_loss(image), 1e-24))

    def power_step(self):
        """One step of the power method: u <- W'W u / |W'W u| (Algorithm 1)."""
        matrix, image = self._image()
        self.u.assign(tf.math.l2_normalize(tf.matmul(matrix, image, transpose_a=True)))

    def _normalised_kernel(self):
        return tf.cast(self.kernel.value / self.sigma(), self.compute_dtype)

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


@keras.saving.register_keras_serializable("tfgan_zoo")
class SpectralDense(_Spectral):
    """[B, d] -> [B, units], a linear map of spectral norm 1, and a bias.

    Args:
        units: the number of outputs.
        use_bias, kernel_initializer: as in `keras.layers.Dense`.
    """

    def __init__(self, units, use_bias=True, kernel_initializer="glorot_uniform", **kwargs):
        super().__init__(units, use_bias, kernel_initializer, **kwargs)
        self.units = units

    def build(self, input_shape):
        self._add_weights([input_shape[-1], self.units])

    def call(self, inputs):
        return self._with_bias(tf.matmul(inputs, self._normalised_kernel()))

    def compute_output_shape(self, input_shape):
        return (*input_shape[:-1], self.units)

    def get_config(self):
        return {**super().get_config(), "units": self.units}


@keras.saving.register_keras_serializable("tfgan_zoo")
class SpectralConv2D(_Spectral):
    """[B, H, W, C] -> [B, H / strides, W / strides, filters], a zero-padded convolution and a bias.

    The kernel [k, k, C, filters], taken as a matrix [k k C, filters], has spectral norm 1; this is not the
    norm of the convolution as a linear map (section 2.1).

    Args:
        filters: the number of output maps.
        kernel_size: the side of the kernel.
        strides, use_bias, kernel_initializer: as in `keras.layers.Conv2D`.
    """

    def __init__(
        self, filters, kernel_size, strides=1, use_bias=True, kernel_initializer="glorot_uniform", **kwargs
    ):
        super().__init__(filters, use_bias, kernel_initializer, **kwargs)
        self.filters = filters
        self.kernel_size = kernel_size
        self.strides = strides

    def build(self, input_shape):
        self._add_weights([self.kernel_size, self.kernel_size, input_shape[-1], self.filters])

    def call(self, inputs):
        return self._with_bias(tf.nn.conv2d(inputs, self._normalised_kernel(), self.strides, "SAME"))

    def compute_output_shape(self, input_shape):
        batch, height, width, _ = input_shape
        sides = (None if side is None else -(-side // self.strides) for side in (height, width))
        return (batch, *sides, self.filters)

    def get_config(self):
        own = {"filters": self.filters, "kernel_size": self.kernel_size, "strides": self.strides}
        return {**super().get_config(), **own}


def layers_of(network):
    """The list of all spectral layers of a network, also those within other layers."""
    return [layer for layer in network._flatten_layers() if isinstance(layer, _Spectral)]


def power_step(*networks):
    """Takes one step of the power method in every spectral layer of each network."""
    for network in networks:
        for layer in layers_of(network):
            layer.power_step()
