"""Minibatch discrimination: equal examples, the sum by hand, order, gradients, replicas."""

import numpy as np
import pytest
import tensorflow as tf
from devices import two_replicas

from tfgan_zoo.layers.minibatch_discrimination import MinibatchDiscrimination

X = np.random.default_rng(0).normal(size=(6, 4)).astype(np.float32)


@pytest.fixture
def layer():
    layer = MinibatchDiscrimination(kernels=3, dims=2)
    layer.build([None, 4])
    return layer


def near(layer, x):
    return layer(tf.constant(x)).numpy()[:, x.shape[1] :]


def by_hand(layer, x):
    rows = (x @ layer.kernel.numpy()).reshape(len(x), 3, 2)
    distances = np.abs(rows[:, None] - rows[None]).sum(axis=-1)
    weights = np.exp(-distances) * (1 - np.eye(len(x)))[..., None]
    return weights.sum(axis=1)


def test_the_sum_is_over_the_others(layer):
    np.testing.assert_allclose(near(layer, X), by_hand(layer, X), rtol=1e-5)
    np.testing.assert_array_equal(layer(tf.constant(X)).numpy()[:, :4], X)


def test_equal_examples_count_each_other(layer):
    np.testing.assert_allclose(near(layer, np.repeat(X[:1], 5, axis=0)), np.full([5, 3], 4.0), rtol=1e-6)
    np.testing.assert_allclose(near(layer, X[:1]), np.zeros([1, 3]), atol=1e-6)


def test_it_permutes_with_the_batch(layer):
    order = [3, 1, 0, 5, 4, 2]
    np.testing.assert_allclose(near(layer, X[order]), near(layer, X)[order], rtol=1e-5)


def test_two_replicas_see_one_batch_and_its_gradients(layer):
    """Of the sum of squares of what is appended, by the kernel: that of all six examples together."""

    def gradient(layer, rows):
        with tf.GradientTape() as tape:
            loss = tf.reduce_sum(tf.square(layer(rows)[:, 4:]))
        return tape.gradient(loss, layer.kernel.value)

    expected = gradient(layer, tf.constant(X)).numpy()
    strategy = two_replicas()
    with strategy.scope():
        shared = MinibatchDiscrimination(kernels=3, dims=2)
        shared.build([None, 4])
    shared.kernel.assign(layer.kernel.numpy())
    rows = strategy.experimental_distribute_values_from_function(
        lambda context: tf.constant(np.split(X, 2)[context.replica_id_in_sync_group])
    )
    found = strategy.reduce("SUM", strategy.run(tf.function(lambda each: gradient(shared, each)), [rows]), axis=None)
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-6)
