"""Noise of each pixel, and styles truncated towards their running mean."""

import numpy as np
import tensorflow as tf

from tfgan_zoo.layers.noise_injection import NoiseInjection
from tfgan_zoo.layers.style_truncation import StyleTruncation


def test_noise_is_added_to_all_maps_alike_from_its_own_part_and_by_a_gain_that_starts_at_0():
    maps = tf.constant(np.random.default_rng(0).normal(size=(2, 2, 3, 4)), tf.float32)
    noise = tf.reshape(tf.range(20.0), [2, 10])
    layer = NoiseInjection(start=3)
    np.testing.assert_array_equal(layer([maps, noise]), maps)
    layer.gain.assign(0.5)
    added = (layer([maps, noise]) - maps).numpy()
    np.testing.assert_allclose(added[0, :, :, 1], 0.5 * np.arange(3, 9).reshape(2, 3), atol=1e-6)
    np.testing.assert_allclose(added[1, :, :, 3], 0.5 * np.arange(13, 19).reshape(2, 3), atol=1e-5)


def test_the_mean_runs_in_training_and_styles_pass_there_as_they_are():
    layer = StyleTruncation(momentum=0.9)
    w, psi = tf.constant([[1.0, 2.0], [3.0, 6.0]]), tf.constant([0.0, 0.0])
    np.testing.assert_array_equal(layer([w, psi], training=True), w)
    np.testing.assert_allclose(layer.mean.numpy(), [0.2, 0.4], rtol=1e-6)
    layer([w, psi], training=True)
    np.testing.assert_allclose(layer.mean.numpy(), [0.38, 0.76], rtol=1e-6)


def test_styles_are_truncated_by_psi_and_the_mean_stays():
    layer = StyleTruncation()
    w = tf.constant([[1.0, 2.0], [1.0, 2.0], [1.0, 2.0]])
    layer([w, tf.zeros([3])])
    layer.mean.assign([3.0, 0.0])
    made = layer([w, tf.constant([1.0, 0.0, 0.5])])
    np.testing.assert_allclose(made, [[1, 2], [3, 0], [2, 1]], rtol=1e-6)
    np.testing.assert_array_equal(layer.mean.numpy(), [3.0, 0.0])
