"""A code with a Gaussian: the head that gives its mean and variance, and its draws (Kingma & Welling 2014).

Its divergence from the standard normal is `losses.variational.divergence`, summed over the code's numbers.
"""

import tensorflow as tf
from keras import layers


def style_code(x, size):
    """Features [B, d] -> {"mu": [B, size], "logvar": [B, size]}, float32: an affine map each."""
    return {name: layers.Dense(size, name=name, dtype="float32")(x) for name in ("mu", "logvar")}


def drawn(mu, logvar, epsilon):
    """mu + sigma * epsilon, with sigma^2 = e^logvar: a draw, where epsilon is one of the standard normal."""
    return mu + tf.exp(0.5 * logvar) * epsilon
