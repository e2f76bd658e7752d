"""Losses of critics that estimate the Wasserstein distance, to be minimised."""

import tensorflow as tf


def critic(real_scores, fake_scores):
    """E f(G(z)) - E f(x), the negated estimate of the distance: Arjovsky et al. 2017, equation 3."""
    return -estimate(real_scores, fake_scores)


def generator(fake_scores):
    """-E f(G(z)): Arjovsky et al. 2017, Algorithm 1, line 10."""
    return -tf.reduce_mean(tf.cast(fake_scores, tf.float32))


def estimate(real_scores, fake_scores):
    """E f(x) - E f(G(z)): Arjovsky et al. 2017, equation 3, for a critic f that is K-Lipschitz."""
    real, fake = (tf.cast(scores, tf.float32) for scores in (real_scores, fake_scores))
    return tf.reduce_mean(real) - tf.reduce_mean(fake)
