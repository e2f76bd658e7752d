"""Keyed random numbers that are the same with and without XLA.

TensorFlow's Philox integers are the same in both; its floats are not, since XLA makes them from
other bits. So floats are made from the integers here.
"""

import tensorflow as tf


def uniform(shape, seed, low=0.0, high=1.0):
    """float32 of `shape`, uniform in the open interval (low, high), keyed by an integer pair."""
    bits = tf.random.stateless_uniform(shape, seed, None, None, tf.uint32, alg="philox")
    # 23 bits and a half: the centre of each of 2^23 cells, exact in float32, never 0 or 1.
    cell = tf.cast(tf.bitwise.right_shift(bits, tf.constant(9, tf.uint32)), tf.int32)
    unit = (tf.cast(cell, tf.float32) + 0.5) * 2.0**-23
    return low + (high - low) * unit


def integers(shape, seed, limit):
    """int32 of `shape`, uniform in [0, limit), keyed by an integer pair."""
    cells = tf.cast(uniform(shape, seed) * tf.cast(limit, tf.float32), tf.int32)
    # Rounding may lift the product to `limit` itself.
    return tf.minimum(cells, limit - 1)


def weighted(rows, seed, weights):
    """int32 [rows], each k with probability weights[k] / sum(weights), keyed by an integer pair."""
    ends = tf.cumsum(tf.cast(weights, tf.float32))
    places = tf.searchsorted(ends, uniform([rows], seed) * ends[-1], side="right")
    # Rounding may lift a product to the last end itself.
    return tf.minimum(places, tf.size(ends) - 1)


def normal(shape, seed):
    """float32 of `shape`, standard normal (within 5.3 of zero), keyed by an integer pair."""
    return tf.math.ndtri(uniform(shape, seed))
