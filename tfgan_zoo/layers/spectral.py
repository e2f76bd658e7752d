"""Spectral normalisation (Miyato et al. 2018, arXiv:1802.05957).

Kernels are divided by sigma, an estimate of their largest singular value. Keras' own `SpectralNormalization`
overwrites the kernel with the divided one, which mixes with the optimiser's steps, and takes sigma for a
constant in the gradient. Here the kernel stays as the optimiser left it, and sigma is a part of the forward
pass.
"""

import keras
import tensorflow as tf

from tfgan_zoo.layers.derived_kernel import DerivedConv2D, DerivedDense, DerivedKernel


def _unit(shape, dtype=None):
    """A random column of length 1."""
    return tf.math.l2_normalize(keras.initializers.RandomNormal(stddev=1.0)(shape, dtype))


class _Spectral(DerivedKernel):
    """A layer that computes with W / sigma, where sigma = |W u|.

    u is an estimate of the first right singular vector of W. Gradients flow through sigma, with u as a
    constant (equation 9). Only `power_step` changes u; a call does not. Kernel, u and sigma are float32 under
    every dtype policy.
    """

    def add_state(self):
        self.u = self.add_weight(
            name="u",
            shape=[self.outputs, 1],
            initializer=_unit,
            trainable=False,
            autocast=False,
            aggregation="only_first_replica",
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

    def derived_kernel(self):
        return self.kernel.value / self.sigma()


@keras.saving.register_keras_serializable("tfgan_zoo")
class SpectralDense(_Spectral, DerivedDense):
    """`DerivedDense` with a linear map of spectral norm 1, and a bias."""


@keras.saving.register_keras_serializable("tfgan_zoo")
class SpectralConv2D(_Spectral, DerivedConv2D):
    """`DerivedConv2D` whose kernel, taken as a matrix [k k C, filters], has spectral norm 1.

    This is not the norm of the convolution as a linear map (section 2.1).
    """


def layers_of(network):
    """The list of all spectral layers of a network, also those within other layers."""
    return [layer for layer in network._flatten_layers() if isinstance(layer, _Spectral)]


def power_step(*networks):
    """Takes one step of the power method in every spectral layer of each network."""
    for network in networks:
        for layer in layers_of(network):
            layer.power_step()
