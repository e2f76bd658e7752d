"""Minibatch standard deviation by hand; groups that follow each other."""

import numpy as np
import pytest
import tensorflow as tf

import tfgan_zoo as zoo
from tfgan_zoo.layers.minibatch_stddev import MinibatchStddev


def images(*values):
    """One pixel each, of the maps given."""
    return np.array(values, np.float32).reshape(len(values), 1, 1, -1)


def test_the_map_holds_the_mean_deviation_of_the_group():
    # First map: deviation 1 and 3; second: 2 and 0.
    x = images([0, 1], [2, 5], [1, 7], [7, 7])
    outputs = np.array(MinibatchStddev(2)(x))
    np.testing.assert_array_equal(outputs[..., :2], x)
    np.testing.assert_allclose(outputs[:, 0, 0, 2], [1.5, 1.5, 1.5, 1.5], rtol=1e-3)
    x = images([0, 1], [2, 1], [1, 7], [7, 7])
    np.testing.assert_allclose(MinibatchStddev(2)(x)[:, 0, 0, 2], [0.5, 0.5, 1.5, 1.5], rtol=1e-3)


def test_positions_are_averaged_and_the_map_is_flat():
    x = np.zeros([4, 2, 2, 1], np.float32)
    x[:2, 0, 0] = 4
    outputs = np.array(MinibatchStddev(4)(x))
    # Deviation 2 at one of four positions.
    np.testing.assert_allclose(outputs[..., 1], 0.5, rtol=1e-3)


def test_two_halves_of_a_batch_make_the_groups_of_the_whole():
    x = np.random.default_rng(0).normal(size=(16, 4, 4, 3)).astype(np.float32)
    layer = MinibatchStddev()
    halves = tf.concat([layer(x[:8]), layer(x[8:])], axis=0)
    np.testing.assert_array_equal(halves, layer(x))
    assert len(np.unique(halves[..., 3])) == 4


def test_equal_examples_have_deviation_near_zero_and_a_finite_gradient():
    x = tf.ones([4, 2, 2, 1])
    with tf.GradientTape() as tape:
        tape.watch(x)
        spread = MinibatchStddev()(x)[..., 1]
    np.testing.assert_allclose(spread, 1e-4, rtol=1e-3)
    np.testing.assert_array_equal(tape.gradient(spread, x), np.zeros(x.shape))


def test_a_batch_that_makes_no_whole_groups_is_refused():
    with pytest.raises(ValueError, match="groups of 4, and a batch of 6"):
        MinibatchStddev()(np.zeros([6, 1, 1, 1], np.float32))


def test_a_batch_of_no_fixed_size_makes_the_groups_of_a_fixed_one():
    x = np.random.default_rng(0).normal(size=(8, 4, 4, 3)).astype(np.float32)
    layer = MinibatchStddev()
    unfixed = tf.function(layer, input_signature=[tf.TensorSpec([None, None, None, 3])])
    np.testing.assert_array_equal(unfixed(x), layer(x))
    with pytest.raises(tf.errors.InvalidArgumentError, match="groups of 4.* drop_remainder=True"):
        unfixed(x[:6])


def test_a_run_on_batches_of_no_fixed_size_ends_in_one_sentence():
    model = zoo.load("progressive_gan/fashion_mnist", smoke=True)
    images = np.zeros([7, *model.example_shapes["image"]], np.float32)
    with pytest.raises(ValueError, match=r"^Minibatch standard deviation takes groups of 4.*=True\.$"):
        model.fit(tf.data.Dataset.from_tensor_slices({"image": images}).batch(4), verbose=0)
