"""Weights of colours on a grid, by hand."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from tfgan_zoo.data.pairs import PALETTE
from tfgan_zoo.layers.colour_weights import ColourWeights


def test_a_colour_between_two_of_the_grid_has_both():
    outputs = np.array(ColourWeights(3)(np.array([[[[-1.0], [-0.25], [0.5], [1.0]]]], np.float32)))
    np.testing.assert_allclose(outputs[0, 0], [[1, 0, 0], [0.25, 0.75, 0], [0, 0.5, 0.5], [0, 0, 1]])


def test_weights_of_two_channels_multiply_and_the_last_runs_fastest():
    outputs = np.array(ColourWeights(2)(np.array([[[[-0.5, 0.8]]]], np.float32)))
    np.testing.assert_allclose(outputs[0, 0, 0], [0.075, 0.675, 0.025, 0.225], rtol=1e-6)


def test_a_layouts_colours_are_one_hot_in_the_order_of_its_classes():
    colours = (PALETTE[None, None] / 127.5 - 1).astype(np.float32)
    weights = np.array(ColourWeights(3)(colours))[0, 0]
    # The middle of three levels is 127.5, and the palette's is 128.
    np.testing.assert_allclose(weights, np.eye(27), atol=0.012)


def test_weights_add_up_to_one_and_values_beyond_the_ends_count_as_the_ends():
    colours = np.random.default_rng(0).uniform(-1.5, 1.5, (2, 4, 4, 3)).astype(np.float32)
    weights = np.array(ColourWeights(4)(colours))
    assert weights.shape == ColourWeights(4).compute_output_shape(colours.shape) == (2, 4, 4, 64)
    np.testing.assert_allclose(weights.sum(axis=-1), 1, rtol=1e-5)
    np.testing.assert_allclose(weights, ColourWeights(4)(colours.clip(-1, 1)), rtol=1e-6)


@pytest.mark.parametrize("precision", ["float16", "bfloat16", "mixed_float16"])
def test_in_half_precision_weights_are_those_of_single(precision):
    colours = np.random.default_rng(0).uniform(-1, 1, (2, 4, 4, 3)).astype(np.float32)
    weights = ColourWeights(4, dtype=precision)(colours)
    assert weights.dtype == keras.DTypePolicy(precision).compute_dtype
    np.testing.assert_allclose(tf.cast(weights, tf.float32), ColourWeights(4)(colours), atol=0.02)


def test_one_level_is_refused():
    with pytest.raises(ValueError, match="at least 2 levels in each channel; got 1"):
        ColourWeights(1)
