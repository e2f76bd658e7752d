"""Noise: keyed by seed, step and draw; a replica's rows are those of the whole batch."""

import numpy as np
import tensorflow as tf
from contracts import two_replicas

from tfgan_zoo.layers.dropout import ReplicaDropout
from tfgan_zoo.random.noise import StepNoise


def test_the_same_step_draws_the_same_and_draws_of_a_step_differ():
    one, again = StepNoise(3, 7), StepNoise(3, 7)
    first, second = one.latents("normal", [4, 2]), one.latents("normal", [4, 2])
    np.testing.assert_array_equal(first, again.latents("normal", [4, 2]))
    assert not np.array_equal(first, second)


def test_seeds_and_steps_have_their_own_noise():
    keys = [(0, 0), (0, 1), (1, 0)]
    drawn = [StepNoise(*key).latents("uniform", [8, 3]).numpy().tobytes() for key in keys]
    assert len(set(drawn)) == 3


def test_distinct_numbers_are_distinct_and_within_the_limit():
    drawn = StepNoise(0, 0).distinct(50, 60).numpy()
    assert len(set(drawn.tolist())) == 50
    assert drawn.min() >= 0 and drawn.max() < 60


def test_replicas_share_the_rows_of_one_draw():
    alone = StepNoise(5, 2).latents("normal", [6, 3]).numpy()
    strategy = two_replicas()
    together = strategy.run(lambda: StepNoise(5, 2).latents("normal", [3, 3]))
    rows = np.concatenate([part.numpy() for part in strategy.experimental_local_results(together)])
    np.testing.assert_array_equal(rows, alone)


def test_dropout_masks_differ_by_call_and_keep_the_mean():
    layer = ReplicaDropout(0.25, seed=1)
    ones = tf.ones([2000, 10])
    first, second = layer(ones, training=True), layer(ones, training=True)
    assert not np.array_equal(first, second)
    np.testing.assert_allclose(np.unique(first), [0, 1 / 0.75], rtol=1e-6)
    np.testing.assert_allclose(np.mean(first), 1, atol=0.02)
    np.testing.assert_array_equal(layer(ones), ones)
    assert int(layer.calls.numpy()) == 2


def test_dropout_goes_on_where_a_saved_layer_stopped():
    ones = tf.ones([5, 4])
    layer = ReplicaDropout(0.5, seed=1)
    layer(ones, training=True)
    other = ReplicaDropout.from_config(layer.get_config())
    other.build([5, 4])
    other.set_weights(layer.get_weights())
    np.testing.assert_array_equal(layer(ones, training=True), other(ones, training=True))


def test_dropout_masks_cover_the_global_batch():
    ones = tf.ones([4, 6])
    alone = ReplicaDropout(0.5, seed=2)(ones, training=True).numpy()
    strategy = two_replicas()
    with strategy.scope():
        layer = ReplicaDropout(0.5, seed=2)
        layer.build([2, 6])
    parts = strategy.run(tf.function(lambda: layer(tf.ones([2, 6]), training=True)))
    rows = np.concatenate([part.numpy() for part in strategy.experimental_local_results(parts)])
    np.testing.assert_array_equal(rows, alone)
