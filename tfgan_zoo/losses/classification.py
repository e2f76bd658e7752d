"""Losses of classifiers, scalar means over the batch."""

import tensorflow as tf


def cross_entropy(labels, logits):
    """-E log softmax(logits)[label]: labels int [B], logits [B, classes]."""
    losses = tf.nn.sparse_softmax_cross_entropy_with_logits(labels, tf.cast(logits, tf.float32))
    return tf.reduce_mean(losses)
