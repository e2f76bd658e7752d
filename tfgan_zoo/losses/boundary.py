"""Losses by which a generator seeks the decision boundary: Hjelm et al. 2018, arXiv:1702.08431.

There e^logit, the density ratio of data to samples, is the same for all samples.
"""

import tensorflow as tf


def squared(fake_logits, log_z=0.0):
    """E (d - log Z)^2, where log Z normalises the density ratio; 0 is that of a discriminator at its best."""
    return tf.reduce_mean(tf.square(tf.cast(fake_logits, tf.float32) - log_z))


def cross_entropy(fake_logits):
    """-E [log D + log(1 - D)] / 2 = E [softplus(-d) + d / 2], which is least at d = 0: the release's."""
    logits = tf.cast(fake_logits, tf.float32)
    return tf.reduce_mean(tf.nn.softplus(-logits) + logits / 2)


def log_partition(fake_logits):
    """log E e^d over a batch, the estimate of log Z."""
    logits = tf.reshape(tf.cast(fake_logits, tf.float32), [-1])
    return tf.reduce_logsumexp(logits) - tf.math.log(tf.cast(tf.size(logits), tf.float32))
