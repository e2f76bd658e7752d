"""Gradient penalties on critics whose gradients are known, and that of kernels that are not orthogonal."""

import numpy as np
import pytest
import tensorflow as tf

from tfgan_zoo.losses.penalties import between, gradient_penalty, orthogonal, orthonormal, path_lengths, r1


def linear(*slopes):
    return lambda x: tf.reshape(x, [tf.shape(x)[0], -1]) @ tf.constant(slopes, x.dtype)[:, None]


def squares(x):
    """Its gradient is 2 x."""
    return tf.reduce_sum(tf.square(x), axis=1, keepdims=True)


@pytest.mark.parametrize("slopes, norm, penalty", [((3, 4), 1, 16), ((3, 4), 2, 9), ((0.3, 0.4), 1, 0.25)])
def test_a_linear_critic_is_charged_its_slope_wherever_the_points_are(slopes, norm, penalty):
    """On both sides: a gradient that is too short costs as well."""
    for points in (tf.zeros([1, 2]), tf.random.stateless_normal([6, 2], [0, 1]) * 9):
        found = gradient_penalty(linear(*slopes), points, norm)
        np.testing.assert_allclose(found, penalty, rtol=1e-5)


def test_each_point_is_charged_by_itself_and_the_mean_is_taken_last():
    # Gradients of length 5, 1 and 0.5; the mean length would cost (13/6 - 1)^2.
    points = tf.constant([[1.5, 2.0], [0.0, 0.5], [0.25, 0.0]])
    np.testing.assert_allclose(gradient_penalty(squares, points), (16 + 0 + 0.25) / 3, rtol=1e-5)


def test_the_length_is_over_all_pixels_and_channels():
    images = tf.zeros([4, 2, 2, 3])
    found = gradient_penalty(linear(*[1.0] * 12), images)
    np.testing.assert_allclose(found, (np.sqrt(12) - 1) ** 2, rtol=1e-5)


def test_a_critic_without_slope_is_charged_the_norm_and_gives_no_nan():
    kernel = tf.Variable([[0.0], [0.0]])
    with tf.GradientTape() as tape:
        penalty = gradient_penalty(lambda x: x @ kernel, tf.ones([3, 2]))
    np.testing.assert_allclose(penalty, 1, rtol=1e-5)
    assert np.isfinite(tape.gradient(penalty, kernel)).all()


def tanh_penalty(kernel, head, x):
    """In float64 and closed form, for the critic tanh(x K) h: its gradient is K (h (1 - tanh^2))."""
    slopes = (head.T * (1 - np.tanh(x @ kernel) ** 2)) @ kernel.T
    return np.mean((np.linalg.norm(slopes, axis=1) - 1) ** 2)


def test_its_gradient_in_the_weights_is_that_of_central_differences():
    rng = np.random.default_rng(0)
    kernel, head, x = rng.normal(size=(3, 4)), rng.normal(size=(4, 1)), rng.normal(size=(5, 3))
    weights = [tf.Variable(w, dtype=tf.float32) for w in (kernel, head)]
    with tf.GradientTape() as tape:
        penalty = gradient_penalty(lambda x: tf.tanh(x @ weights[0]) @ weights[1], tf.constant(x, tf.float32))
    np.testing.assert_allclose(penalty, tanh_penalty(kernel, head, x), rtol=1e-5)
    for weight, gradient in zip((kernel, head), tape.gradient(penalty, weights)):
        expected = np.empty_like(weight)
        for index in np.ndindex(*weight.shape):
            here = weight[index]
            sides = []
            for weight[index] in (here + 1e-5, here - 1e-5):
                sides.append(tanh_penalty(kernel, head, x))
            weight[index] = here
            expected[index] = (sides[0] - sides[1]) / 2e-5
        np.testing.assert_allclose(gradient, expected, rtol=1e-3, atol=1e-5)


def test_low_precision_is_summed_in_float32():
    # A sum of ones in bfloat16 stops growing at 256.
    images = tf.zeros([1, 20, 20, 1], tf.bfloat16)
    penalty = gradient_penalty(linear(*[1.0] * 400), images)
    assert penalty.dtype == tf.float32
    np.testing.assert_allclose(penalty, 19**2, rtol=1e-5)


def test_every_example_has_a_share_of_its_own():
    real, fake = tf.fill([4, 2, 1, 3], 8.0), tf.fill([4, 2, 1, 3], -8.0)
    points = between(real, fake, tf.constant([0.0, 0.25, 0.5, 1.0])).numpy()
    for found, expected in zip(points, [-8, -4, 0, 8]):
        np.testing.assert_allclose(found, np.full([2, 1, 3], expected))


def test_points_between_need_not_be_images():
    points = between(tf.constant([[1.0, 2.0]]), tf.constant([[3.0, 6.0]]), tf.constant([0.75]))
    np.testing.assert_allclose(points, [[1.5, 3.0]])


def test_orthogonal_outputs_of_any_length_cost_nothing():
    rows = np.array([[0.0, 2.0, 0.0], [5.0, 0.0, 0.0]])
    kernel = tf.Variable(rows.T, dtype=tf.float32)
    with tf.GradientTape() as tape:
        penalty = orthogonal([kernel])
    assert float(penalty) == 0 and not np.any(tape.gradient(penalty, kernel))


def test_what_outputs_share_costs_its_square_twice_and_pulls_them_apart():
    """R = ||W W' (1 - I)||^2 with the gradient 4 (W W' (1 - I)) W, for the rows (1, 2) and (3, -1)."""
    rows = np.array([[1.0, 2.0], [3.0, -1.0]])
    kernels = [
        tf.Variable(rows.T, dtype=tf.float32),
        tf.Variable(np.reshape(rows.T, [1, 2, 1, 2]), dtype=tf.float32),
    ]
    with tf.GradientTape() as tape:
        penalty = orthogonal(kernels)
    # Both products off the diagonal are 3 - 2 = 1.
    assert float(penalty) == 2 * (1 + 1)
    shared = np.array([[0.0, 1.0], [1.0, 0.0]])
    for kernel, gradient in zip(kernels, tape.gradient(penalty, kernels)):
        np.testing.assert_allclose(np.reshape(gradient, [2, 2]).T, 4 * shared @ rows)


def test_kernels_of_convolutions_have_a_row_for_each_map():
    kernel = np.random.default_rng(0).normal(size=(3, 3, 2, 5))
    rows = kernel.reshape(18, 5).T
    products = rows @ rows.T
    expected = np.sum(products**2) - np.sum(np.diag(products) ** 2)
    np.testing.assert_allclose(orthogonal([tf.constant(kernel, tf.float32)]), expected, rtol=1e-5)


def test_r1_of_a_linear_critic_is_half_its_slopes_square():
    for points in (tf.zeros([1, 2]), tf.random.stateless_normal([6, 2], [0, 1]) * 9):
        np.testing.assert_allclose(r1(linear(3, 4), points), 12.5, rtol=1e-6)


def test_r1_is_the_mean_over_points_and_reaches_the_critics_weights():
    weight = tf.Variable(2.0)
    points = tf.constant([[1.5, 2.0], [0.0, 0.5]])
    with tf.GradientTape() as tape:
        found = r1(lambda x: weight * squares(x), points)
    # Gradients of 2 w x, of length 10 and 2.
    np.testing.assert_allclose(found, (100 + 4) / 2 / 2, rtol=1e-6)
    np.testing.assert_allclose(tape.gradient(found, weight), 2 * (25 + 1) / 2 / 2 * 2, rtol=1e-6)


def test_path_lengths_of_a_linear_synthesis():
    """Images of 2x2 that are one number, a . w of the first layer's style plus b . w of the second's."""
    a, b = np.array([1.0, -2.0]), np.array([0.5, 3.0])
    slopes = tf.constant(np.stack([a, b]), tf.float32)

    def synthesis(styles):
        return tf.ones([1, 2, 2, 1]) * tf.reduce_sum(styles * slopes, axis=[1, 2])[:, None, None, None]

    directions = tf.constant(np.random.default_rng(0).normal(size=(3, 2, 2, 1)), tf.float32)
    found = path_lengths(synthesis, tf.zeros([3, 2, 2]), directions)
    total = np.abs(np.sum(directions, axis=(1, 2, 3))) / 2
    np.testing.assert_allclose(found, total * np.sqrt((a @ a + b @ b) / 2), rtol=1e-5)


def test_orthonormal_kernels_cost_nothing_and_others_their_products_less_the_identity():
    turn = np.float32([[0.6, 0.8], [-0.8, 0.6]])
    tall = np.concatenate([turn, np.zeros([2, 2], np.float32)]).reshape(2, 2, 1, 2)
    for kernel in (tall, turn[:1].reshape(1, 1, 1, 2), turn):
        np.testing.assert_allclose(orthonormal([kernel]), 0, atol=1e-6)
    # Columns (2, 0) and (1, 1): products 4, 2, 2, 2.
    np.testing.assert_allclose(orthonormal([np.float32([[2, 1], [0, 1]])]), 3 + 2 + 2 + 1, rtol=1e-6)
