"""The devices of the tests."""

import functools

import tensorflow as tf


@functools.cache
def two_replicas():
    """One strategy for the whole process: two of them would mix up their collective operations."""
    return tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])
