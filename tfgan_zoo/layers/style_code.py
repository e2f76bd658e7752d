"""Gaussian codes of encoders: the head with their mean and log-variance, and draws of them.

Kingma & Welling 2014 (arXiv:1312.6114), section 2.4. The divergence of such a Gaussian from the standard
normal is `losses.variational.divergence`.
"""

import keras
from keras import layers


def style_code(x, size, stddev=None):
    """Symbolic features [B, d] -> {"mu": [B, size], "logvar": [B, size]}, float32, by an affine map each.

    stddev: of the normal numbers with which kernels start; None for Keras' default.
    """

    def affine(name):
        start = "glorot_uniform" if stddev is None else keras.initializers.RandomNormal(stddev=stddev)
        return layers.Dense(size, name=name, dtype="float32", kernel_initializer=start)(x)

    return {name: affine(name) for name in ("mu", "logvar")}


def drawn(mu, logvar, epsilon):
    """A draw of the Gaussian: mu + sigma * epsilon, with sigma^2 = e^logvar. All are [B, size].

    epsilon is drawn from the standard normal.
    """
    return mu + keras.ops.exp(0.5 * logvar) * epsilon
