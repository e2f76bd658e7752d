"""Searches for latents that stay within (-1, 1), the range of the prior: they go over u = artanh z."""

import tensorflow as tf

from tfgan_zoo.core.search import Found, descend

# The largest |z|, of which float32 still knows artanh.
_LARGEST = 1 - 1e-6


def search(loss, start, steps, learning_rate, beta_1=0.9):
    """Adam on u = artanh z, from `start`: for each row the latent of least loss that was met.

    Args:
        loss: latents [B, d] -> losses [B], each of its own row.
        start: latents [B, d] in (-1, 1).
        steps: how many updates.
        learning_rate, beta_1: of Adam.

    Returns:
        `Found`: latents [B, d] in (-1, 1) and their losses [B].
    """
    found = descend(lambda u: loss(to_latent(u)), to_unbounded(start), steps, learning_rate, beta_1)
    return Found(to_latent(found.z), found.loss)


def to_latent(u):
    return tf.clip_by_value(tf.tanh(u), -_LARGEST, _LARGEST)


def to_unbounded(z):
    return tf.atanh(tf.clip_by_value(z, -_LARGEST, _LARGEST))
