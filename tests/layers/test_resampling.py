"""The filter [1, 3, 3, 1] by hand, along one axis and both."""

import numpy as np
import pytest
import tensorflow as tf

from tfgan_zoo.layers.resampling import Blur, Double, Halve, doubled, halved

RNG = np.random.default_rng(0)
ROW = RNG.normal(size=6).astype(np.float32)
COLUMN = RNG.normal(size=4).astype(np.float32)


def outer(column, row):
    """An image [1, H, W, 2] whose second channel is twice the first, the product of a column and a row."""
    image = np.outer(column, row)
    return tf.constant(np.stack([image, 2 * image], axis=-1)[None], tf.float32)


def half_of(line):
    padded = np.pad(line, 1)
    return np.array([padded[i : i + 4] @ [1, 3, 3, 1] / 8 for i in range(0, len(line), 2)])


def double_of(line):
    padded = np.pad(line, 1)
    even, odd = padded[:-2] / 4 + padded[1:-1] * 3 / 4, padded[1:-1] * 3 / 4 + padded[2:] / 4
    return np.stack([even, odd], axis=1).ravel()


@pytest.mark.parametrize("function, by_hand", [(halved, half_of), (doubled, double_of)])
def test_both_axes_are_filtered_and_channels_are_not_mixed(function, by_hand):
    expected = outer(by_hand(COLUMN), by_hand(ROW))
    np.testing.assert_allclose(function(outer(COLUMN, ROW)), expected, rtol=1e-5, atol=1e-6)


def test_layers_do_so_for_any_batch_and_a_constant_stays():
    ones = np.ones([3, 8, 8, 2], np.float32)
    np.testing.assert_allclose(Halve()(ones)[:, 1:-1, 1:-1], 1, rtol=1e-6)
    np.testing.assert_allclose(Double()(ones)[:, 1:-1, 1:-1], 1, rtol=1e-6)
    blurred = Blur()(ones)
    assert blurred.shape == (3, 9, 9, 2) == Blur().compute_output_shape((3, 8, 8, 2))
    np.testing.assert_allclose(blurred[:, 2:-2, 2:-2], 1, rtol=1e-6)
