"""Hinge losses on scores, to be minimised, each a scalar mean over the batch."""

import tensorflow as tf

# -E D(G(z)), as a critic's.
from tfgan_zoo.losses.wasserstein import generator

__all__ = ["SATURATED", "discriminator", "generator", "leaky_generator", "ranking"]


def discriminator(real_scores, fake_scores):
    """E max(0, 1 - D(x)) + E max(0, 1 + D(G(z))): Zhang et al. 2019, arXiv:1805.08318, equation 4."""
    real, fake = (tf.cast(scores, tf.float32) for scores in (real_scores, fake_scores))
    return tf.reduce_mean(tf.nn.relu(1.0 - real)) + tf.reduce_mean(tf.nn.relu(1.0 + fake))


def leaky_generator(fake_scores, slope=0.1):
    """E leaky(1 - D(G(z))) with that slope below 0: the generator's hinge in the release of Lim & Ye 2017,
    arXiv:1705.02894."""
    return tf.reduce_mean(tf.nn.leaky_relu(1.0 - tf.cast(fake_scores, tf.float32), slope))


def ranking(upper_scores, lower_scores, margin):
    """E max(0, b + margin - a) over pairs of scores a and b in the same places, where each a is to be above its b.

    The loss of a critic of Juefei-Xu et al. 2017, arXiv:1704.04865.
    """
    upper, lower = (tf.cast(scores, tf.float32) for scores in (upper_scores, lower_scores))
    return tf.reduce_mean(tf.nn.relu(lower + margin - upper))


# A discriminator whose loss stays below this has nearly all examples beyond its margins, where their gradient
# is 0; one that cannot tell reals from fakes has a loss of 2.
SATURATED = 0.05
