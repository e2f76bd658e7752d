"""Gaussian codes of encoders: the head with their mean and log-variance, and draws of them.

Kingma & Welling 2014 (arXiv:1312.6114), section 2.4. The divergence of such a Gaussian from the standard
normal is `losses.variational.divergence`.
"""

import tensorflow as tf
from keras import layers


def style_code(x, size):
    """Symbolic features [B, d] -> {"mu": [B, size], "logvar": [B, size]}, float32, by an affine map each."""
    return {name: layers.Dense(size, name=name, dtype="float32")(x) for name in ("mu", "logvar")}


def drawn(mu, logvar, epsilon):
    """A draw of the Gaussian: mu + sigma * epsilon, with sigma^2 = e^logvar. All are [B, size].

    epsilon is drawn from the standard normal.
    """
    return mu + tf.exp(0.5 * logvar) * epsilon
