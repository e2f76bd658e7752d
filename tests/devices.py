"""The devices of the tests."""

import functools

import tensorflow as tf


@functools.cache
def two_replicas():
    """One strategy for the whole process: two of them would mix up their collective operations."""
    return tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])


def split_cpu():
    """Makes two logical CPUs of one, which must come before TensorFlow is used: it then fixes its devices."""
    cpu = tf.config.list_physical_devices("CPU")[0]
    tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)
