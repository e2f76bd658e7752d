"""Modulated convolutions against convolutions with each example's own kernel."""

import numpy as np
import pytest
import tensorflow as tf

from tfgan_zoo.layers.modulated import ModulatedConv2D
from tfgan_zoo.layers.resampling import blurred

RNG = np.random.default_rng(0)
MAPS = tf.constant(RNG.normal(size=(2, 4, 6, 3)), tf.float32)
SCALES = tf.constant(RNG.normal(size=(2, 3)) + 1, tf.float32)


def own_kernels(layer, scales):
    """Equations 1 and 3 of arXiv:1912.04958, example by example."""
    for scale in scales.numpy():
        kernel = layer.kernel.numpy() * scale[:, None]
        if layer.demodulate:
            yield kernel / np.sqrt(np.square(kernel).sum(axis=(0, 1, 2)) + 1e-8)
        else:
            yield kernel / np.sqrt(np.prod(kernel.shape[:3]))


@pytest.mark.parametrize("size, demodulate", [(3, True), (1, False)])
def test_each_example_has_a_kernel_of_its_own(size, demodulate):
    layer = ModulatedConv2D(5, size, demodulate=demodulate)
    made = layer([MAPS, SCALES])
    kernels = list(own_kernels(layer, SCALES))
    np.testing.assert_allclose(layer.kernels(SCALES), kernels, rtol=1e-5, atol=1e-6)
    for place, kernel in enumerate(kernels):
        expected = tf.nn.conv2d(MAPS[place : place + 1], tf.constant(kernel, tf.float32), 1, "SAME")
        np.testing.assert_allclose(made[place : place + 1], expected, rtol=1e-4, atol=1e-5)


def test_demodulated_kernels_have_length_one_whatever_the_scales():
    layer = ModulatedConv2D(5, 3)
    layer([MAPS, SCALES])
    for scales in (SCALES, 100 * SCALES):
        lengths = np.sqrt(np.square(layer.kernels(scales)).sum(axis=(1, 2, 3)))
        np.testing.assert_allclose(lengths, 1, rtol=1e-5)
    np.testing.assert_allclose(layer([MAPS, SCALES]), layer([MAPS, 100 * SCALES]), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("size", [1, 3])
def test_doubling_puts_zeros_between_pixels_convolves_and_filters(size):
    layer = ModulatedConv2D(5, size, doubles=True)
    made = layer([MAPS, SCALES])
    assert made.shape == (2, 8, 12, 5) == layer.compute_output_shape([(2, 4, 6, 3), (2, 3)])
    apart = np.zeros([2, 12, 16, 3], np.float32)
    apart[:, 2:10:2, 2:14:2] = MAPS
    for place, kernel in enumerate(own_kernels(layer, SCALES)):
        # A transposed convolution correlates with the mirrored kernel.
        mirrored = tf.constant(kernel[::-1, ::-1], tf.float32)
        whole = tf.nn.conv2d(apart[place : place + 1], mirrored, 1, "SAME")
        # The margin of two pixels is what the filter takes before the image.
        expected = blurred(whole, 0, 0, gain=4.0)[0, :8, :12]
        np.testing.assert_allclose(made[place], expected, rtol=1e-4, atol=1e-5)
