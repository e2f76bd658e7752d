"""The convolution rate that this machine reaches at best, to measure training against."""

import time

import tensorflow as tf

_SHAPES = (
    # (batch, size, channels, filters): 3x3 layers of common classifiers and GANs.
    (16, 32, 128, 128),
    (8, 64, 64, 64),
    (16, 16, 256, 256),
    (32, 28, 96, 96),
)


def convolution_peak(seconds=4.0):
    """The best forward 3x3 convolution rate over a few shapes, in GFLOP/s.

    A multiply and an add count as two operations. The best of many runs is taken, since a shared
    machine can only make a run slower.

    Args:
        seconds: how long to try, over all shapes.
    """
    return max(_rate(shape, seconds / len(_SHAPES)) for shape in _SHAPES)


def _rate(shape, seconds):
    batch, size, channels, filters = shape
    images = tf.random.stateless_normal([batch, size, size, channels], [0, 0])
    kernel = tf.random.stateless_normal([3, 3, channels, filters], [0, 1])
    convolve = tf.function(lambda x, w: tf.nn.conv2d(x, w, 1, "SAME"))
    convolve(images, kernel)
    operations = 2 * batch * size * size * channels * filters * 9
    best, stop = float("inf"), time.perf_counter() + seconds
    while time.perf_counter() < stop:
        begun = time.perf_counter()
        convolve(images, kernel).numpy()
        best = min(best, time.perf_counter() - begun)
    return operations / best / 1e9
