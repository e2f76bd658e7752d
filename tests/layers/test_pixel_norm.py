"""Pixel norm by hand."""

import numpy as np

from tfgan_zoo.layers.pixel_norm import PixelNorm


def test_every_pixels_vector_gets_mean_square_one():
    x = np.zeros([1, 1, 2, 2], np.float32)
    x[0, 0, 0] = [3, -4]
    outputs = np.array(PixelNorm()(x))
    np.testing.assert_allclose(outputs[0, 0, 0], [3 / 12.5**0.5, -4 / 12.5**0.5], rtol=1e-6)
    np.testing.assert_array_equal(outputs[0, 0, 1], [0, 0])


def test_epsilon_is_within_the_root():
    np.testing.assert_allclose(PixelNorm()(np.array([[1e-4, 1e-4]], np.float32)), [[0.5**0.5] * 2], rtol=1e-4)


def test_latents_are_normalised_by_the_row():
    z = np.random.default_rng(0).normal(size=(5, 64)).astype(np.float32)
    outputs = np.array(PixelNorm()(z))
    np.testing.assert_allclose(np.square(outputs).mean(axis=1), 1, rtol=1e-5)
    np.testing.assert_allclose(outputs, PixelNorm()(7 * z), rtol=1e-5)


def test_half_precision_does_not_overflow_in_the_squares():
    x = np.full([1, 1, 1, 2], 300.0, np.float16)
    np.testing.assert_allclose(PixelNorm(dtype="float16")(x), np.ones([1, 1, 1, 2]), rtol=1e-3)
