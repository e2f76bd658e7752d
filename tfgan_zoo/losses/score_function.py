"""Losses of generators whose samples are discrete: no gradient passes through a sample, but through its likelihood.

grad E_x r(x) = E_x r(x) grad log g(x): Williams 1992, REINFORCE.
"""

import tensorflow as tf


def normalized_ratios(logits):
    """Density ratios of the samples of each group, over their sum: Hjelm et al. 2018, arXiv:1702.08431.

    Args:
        logits: a discriminator's, [B, M], of M samples in each of B groups. The ratio of data to samples is
            e^logit, up to a factor that cancels.

    Returns:
        float32 [B, M] without gradient, whose rows sum to 1.
    """
    return tf.stop_gradient(tf.nn.softmax(tf.cast(logits, tf.float32), axis=1))


def loss(weights, log_likelihoods):
    """-E_B sum_M w log g(x), a scalar. The weights pass no gradient.

    Args:
        weights: what each sample is worth, [B, M], the higher the better.
        log_likelihoods: log g(x) of the samples, [B, M], with g's gradient and none of the samples.
    """
    weights = tf.stop_gradient(tf.cast(weights, tf.float32))
    return -tf.reduce_mean(tf.reduce_sum(weights * tf.cast(log_likelihoods, tf.float32), axis=1))


def effective_samples(weights):
    """1 / sum_M w^2 for weights [B, M] whose rows sum to 1, a mean over rows: M if all are equal, 1 if one has all."""
    return tf.reduce_mean(1 / tf.reduce_sum(tf.square(weights), axis=1))
