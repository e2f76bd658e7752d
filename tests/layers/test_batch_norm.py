"""The fused batch normalisation is Keras' own, output, gradients and moving statistics alike."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from devices import two_replicas

from tfgan_zoo.layers.batch_norm import (
    BatchNormalization,
    conditional_batch_norm,
    kept_averages,
    standing_statistics,
)


def pair(**arguments):
    ours = BatchNormalization(**arguments)
    keras_own = keras.layers.BatchNormalization(momentum=0.9, epsilon=1e-5, **arguments)
    for layer in (ours, keras_own):
        layer.build([None, 4, 5, 3])
        layer.gamma.assign([0.5, 1.0, 2.0])
        layer.beta.assign([0.0, -1.0, 3.0])
    return ours, keras_own


def step(layer, maps):
    with tf.GradientTape() as tape:
        tape.watch(maps)
        outputs = layer(maps, training=True)
        loss = tf.reduce_sum(tf.sin(outputs))
    gradients = tape.gradient(loss, [maps, *[v.value for v in layer.trainable_variables]])
    return [outputs, *gradients, *[v.numpy() for v in layer.non_trainable_variables]]


def test_everything_agrees_with_keras():
    maps = tf.constant(np.random.default_rng(0).normal(2, 3, (6, 4, 5, 3)), tf.float32)
    for ours, expected in zip(*(step(layer, maps) for layer in pair()), strict=True):
        np.testing.assert_allclose(ours, expected, atol=2e-5, rtol=1e-4)


def test_moving_statistics_by_hand():
    layer = BatchNormalization(momentum=0.5)
    maps = tf.reshape(tf.constant([1.0, 3.0]), [2, 1, 1, 1])
    layer(maps, training=True)
    # Mean 2 and biased variance 1, half way from 0 and from 1.
    np.testing.assert_allclose(layer.moving_mean.numpy(), [1.0], rtol=1e-6)
    np.testing.assert_allclose(layer.moving_variance.numpy(), [1.0], rtol=1e-5)
    layer(3 * maps, training=True)
    np.testing.assert_allclose(layer.moving_variance.numpy(), [0.5 * 1 + 0.5 * 9], rtol=1e-5)


def test_inference_uses_and_keeps_the_moving_statistics():
    ours, keras_own = pair()
    maps = tf.ones([2, 4, 5, 3])
    np.testing.assert_allclose(ours(maps), keras_own(maps), rtol=1e-6)
    assert not ours.moving_mean.numpy().any()


def test_weights_of_keras_own_layer_fit():
    assert BatchNormalization.__name__ == keras.layers.BatchNormalization.__name__


@pytest.mark.parametrize("offset", [0, 1e3])
def test_two_replicas_have_the_moments_of_the_whole_batch(offset):
    maps = (offset + np.random.default_rng(0).normal(2, 3, (6, 4, 5, 3))).astype(np.float32)
    strategy = two_replicas()
    with strategy.scope():
        layer = BatchNormalization(momentum=0.0)
        layer.build([None, 4, 5, 3])

    def share(context):
        return tf.constant(maps[context.replica_id_in_sync_group :: 2])

    shares = strategy.experimental_distribute_values_from_function(share)
    strategy.run(tf.function(lambda x: layer(x, training=True)), args=(shares,))
    exact = maps.astype(np.float64)
    np.testing.assert_allclose(layer.moving_mean.numpy(), exact.mean(axis=(0, 1, 2)), rtol=1e-6)
    np.testing.assert_allclose(layer.moving_variance.numpy(), exact.var(axis=(0, 1, 2)), rtol=1e-5)


def test_without_scale_and_centre_it_is_keras_own_too():
    maps = tf.constant(np.random.default_rng(0).normal(2, 3, (6, 4, 5, 3)), tf.float32)
    arguments = {"center": False, "scale": False, "epsilon": 1e-5}
    found, expected = (
        kind(**arguments)(maps, training=True)
        for kind in (BatchNormalization, keras.layers.BatchNormalization)
    )
    np.testing.assert_allclose(found, expected, atol=2e-5)


def test_a_condition_scales_by_one_plus_its_gain_and_shifts():
    maps, condition = keras.Input([2, 2, 2]), keras.Input([1])
    made = []

    def linear(units):
        made.append(keras.layers.Dense(units, use_bias=False))
        return made[-1]

    network = keras.Model([maps, condition], conditional_batch_norm(maps, condition, linear))
    gain, bias = made
    gain.kernel.assign([[0.5, -1.0]])
    bias.kernel.assign([[3.0, 4.0]])
    x = np.random.default_rng(0).normal(2, 3, (6, 2, 2, 2)).astype(np.float32)
    of_row = np.arange(6.0, dtype=np.float32)[:, None]
    normal = (x - x.mean(axis=(0, 1, 2))) / np.sqrt(x.var(axis=(0, 1, 2)) + 1e-5)
    scale, shift = 1 + of_row * [0.5, -1.0], of_row * [3.0, 4.0]
    expected = normal * scale[:, None, None] + shift[:, None, None]
    np.testing.assert_allclose(network([x, of_row], training=True), expected, atol=1e-4)


def test_standing_statistics_are_the_means_over_batches_and_go_again():
    norm = BatchNormalization()
    x = keras.Input([1, 1, 1])
    network = keras.Model(x, keras.layers.Dropout(0.9)(norm(x)))
    batches = [
        np.reshape([low, high], [2, 1, 1, 1]).astype(np.float32) for low, high in ((0, 2), (4, 6), (2, 10))
    ]
    norm.moving_mean.assign([7.0])
    with standing_statistics(network, batches):
        # Means of 1, 5 and 6, variances of 1, 1 and 16; nothing is dropped.
        np.testing.assert_allclose(
            [norm.moving_mean.numpy(), norm.moving_variance.numpy()], [[4], [6]], rtol=1e-5
        )
        np.testing.assert_allclose(
            network(batches[0]).numpy().ravel(), np.array([-4, -2]) / 6**0.5, rtol=1e-4
        )
    assert (norm.moving_mean.numpy(), norm.moving_variance.numpy(), norm.momentum) == (7, 1, 0.9)


def test_moving_averages_are_kept_while_a_network_trains_on_other_batches():
    x = keras.Input([2])
    network = keras.Model(x, BatchNormalization()(x))
    norm = network.layers[-1]
    batch = tf.constant([[1.0, 2.0], [5.0, 8.0]])
    with kept_averages(network):
        np.testing.assert_allclose(network(batch, training=True), [[-1, -1], [1, 1]], atol=1e-4)
    np.testing.assert_array_equal(norm.moving_mean, [0, 0])
    np.testing.assert_array_equal(norm.moving_variance, [1, 1])
    network(batch, training=True)
    np.testing.assert_allclose(norm.moving_mean, [0.3, 0.5], rtol=1e-5)
