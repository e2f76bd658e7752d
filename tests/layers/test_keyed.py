"""Noise added in training: its size, and that each call draws anew and a seed repeats."""

import numpy as np
import pytest
import tensorflow as tf

from tfgan_zoo.layers.keyed import ReplicaGaussianNoise

X = tf.fill([200, 50], 3.0)


def noise(layer):
    return layer(X, training=True).numpy() - 3


def test_noise_is_normal_and_there_in_training_alone():
    layer = ReplicaGaussianNoise(0.5, seed=1)
    np.testing.assert_array_equal(layer(X), X)
    found = noise(layer)
    # Five standard errors of ten thousand draws.
    assert abs(found.mean()) < 0.025 and abs(found.std() - 0.5) < 0.018


def test_each_call_draws_anew_and_a_seed_repeats():
    layers = [ReplicaGaussianNoise(0.5, seed=seed) for seed in (1, 1, 2)]
    first, second = ([noise(layer) for layer in layers] for _ in range(2))
    np.testing.assert_array_equal(first[0], first[1])
    assert (first[0] != second[0]).any() and (first[0] != first[2]).any()


def test_a_negative_deviation_is_refused():
    with pytest.raises(ValueError, match="deviation of 0 or more; got -1"):
        ReplicaGaussianNoise(-1)
