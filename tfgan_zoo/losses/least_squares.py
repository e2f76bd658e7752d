"""Least-squares losses on scores (Mao et al. 2017, arXiv:1611.04076), to be minimised; 0-1 coding."""

import tensorflow as tf


def discriminator(real_scores, fake_scores):
    """E (D(x) - 1)^2 + E D(G(z))^2: twice equation 9."""
    real, fake = (tf.cast(scores, tf.float32) for scores in (real_scores, fake_scores))
    return tf.reduce_mean(tf.square(real - 1.0)) + tf.reduce_mean(tf.square(fake))


def generator(fake_scores):
    """E (D(G(z)) - 1)^2: twice equation 9."""
    return tf.reduce_mean(tf.square(tf.cast(fake_scores, tf.float32) - 1.0))


# A discriminator whose loss stays below this, which means scores within 0.07 of 0 and 1, tells real from fake so
# surely that its gradient says little; one that knows nothing has 0.5.
SATURATED = 0.01
