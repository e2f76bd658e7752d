"""The terms of the evidence lower bound, in nats, one value an example; float32.

Pixels are summed, as the divergence is: a mean over pixels would weigh the divergence by their number.
"""

import math

import tensorflow as tf


def bernoulli(x, logits):
    """log p(x | z), decoded to logits: Kingma & Welling 2014, appendix C.1.

    Args:
        x: what was observed, [..., H, W, C] in [0, 1].
        logits: [..., H, W, C]; leading axes are broadcast.
    """
    logits = tf.cast(logits, tf.float32)
    return _over_pixels(x * logits - tf.nn.softplus(logits))


def gaussian(x, mean, log_variance):
    """log p(x | z), decoded to a mean, with one variance: Kingma & Welling 2014, appendix C.2.

    Args:
        x, mean: [..., H, W, C]; leading axes are broadcast.
        log_variance: a scalar.
    """
    squares = tf.square(x - tf.cast(mean, tf.float32)) * tf.exp(-log_variance)
    return -0.5 * _over_pixels(squares + log_variance + math.log(2 * math.pi))


def divergence(mu, logvar):
    """KL(N(mu, diag e^logvar) || N(0, I)) of rows [B, d]: Kingma & Welling 2014, appendix B."""
    return 0.5 * tf.reduce_sum(tf.square(mu) + tf.exp(logvar) - 1.0 - logvar, axis=-1)


def mean_divergence(mu, logvar):
    """`divergence` of rows [B, d] as a mean over rows and dimensions, a scalar: the release of StackGAN."""
    return tf.reduce_mean(divergence(mu, logvar)) / mu.shape[-1]


def _over_pixels(values):
    return tf.reduce_sum(values, axis=[-3, -2, -1])
