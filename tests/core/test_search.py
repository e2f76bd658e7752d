"""Searches of latents: least squares, rows apart, what is kept, and a search within a served function."""

import numpy as np
import pytest
import tensorflow as tf

from tfgan_zoo.core.search import descend, search

MATRIX = np.array([[2.0, 0.5], [0.0, 1.0], [1.0, -1.0]], np.float32)
TARGETS = np.array([[1.0, 2.0, 3.0], [-2.0, 0.5, 0.0]], np.float32)


def squares(targets=TARGETS):
    """Row by row |M z - target|^2."""
    return lambda z: tf.reduce_sum(tf.square(z @ MATRIX.T - targets), axis=1)


def test_it_reaches_least_squares():
    found = search(squares(), np.zeros([2, 2]), 400)
    exact = np.linalg.lstsq(MATRIX, TARGETS.T, rcond=None)[0].T
    np.testing.assert_allclose(found.z, exact, atol=1e-3)
    np.testing.assert_allclose(found.loss, np.sum((exact @ MATRIX.T - TARGETS) ** 2, axis=1), rtol=1e-4)


def test_its_first_two_steps_are_adams():
    """Of z^2 from 1 at rate 0.1: the first step is the rate, the second follows Adam's moments."""
    found = search(lambda z: z[:, 0] ** 2, [[1.0]], 1, learning_rate=0.1, keep="last")
    np.testing.assert_allclose(found.z, [[0.9]], rtol=1e-6)
    mean = (0.9 * 0.1 * 2 + 0.1 * 1.8) / (1 - 0.9**2)
    square = (0.999 * 0.001 * 4 + 0.001 * 1.8**2) / (1 - 0.999**2)
    found = search(lambda z: z[:, 0] ** 2, [[1.0]], 2, learning_rate=0.1, keep="last")
    np.testing.assert_allclose(found.z, [[0.9 - 0.1 * mean / square**0.5]], rtol=1e-5)
    np.testing.assert_allclose(found.loss, found.z[:, 0] ** 2, rtol=1e-6)


def test_no_row_depends_on_the_others():
    both = search(squares(), np.ones([2, 2]), 30)
    alone = search(squares(TARGETS[1:]), np.ones([1, 2]), 30)
    np.testing.assert_allclose(both.z[1:], alone.z, atol=1e-6)


def test_a_search_that_overshoots_keeps_its_best_or_its_last():
    def bowl(z):
        return tf.square(z[:, 0])

    best = search(bowl, [[0.1]], 1, learning_rate=1.0)
    last = search(bowl, [[0.1]], 1, learning_rate=1.0, keep="last")
    np.testing.assert_allclose(best.z, [[0.1]])
    np.testing.assert_allclose(last.z, [[-0.9]], rtol=1e-5)
    np.testing.assert_allclose([best.loss[0], last.loss[0]], [0.01, 0.81], rtol=1e-4)
    with pytest.raises(ValueError, match="best or the last"):
        descend(bowl, [[0.1]], 1, keep="first")


def test_it_is_served_with_the_number_of_steps_as_an_input(tmp_path):
    module = tf.Module()
    specs = [tf.TensorSpec([None, 2]), tf.TensorSpec([], tf.int32)]
    module.find = tf.function(lambda z, steps: descend(squares(), z, steps).z, input_signature=specs)
    tf.saved_model.save(module, str(tmp_path / "search"))
    loaded = tf.saved_model.load(str(tmp_path / "search"))
    for steps in (0, 7):
        expected = search(squares(), np.ones([2, 2]), steps).z
        np.testing.assert_allclose(loaded.find(tf.ones([2, 2]), steps), expected, atol=1e-6)
