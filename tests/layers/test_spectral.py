"""Spectral layers: sigma and its gradient by hand, and when the singular vector moves."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from tfgan_zoo.layers import spectral
from tfgan_zoo.layers.spectral import SpectralConv2D, SpectralDense


def dense(kernel, bias=None, **arguments):
    layer = SpectralDense(len(kernel[0]), use_bias=bias is not None, **arguments)
    layer.build([None, len(kernel)])
    layer.kernel.assign(kernel)
    if bias is not None:
        layer.bias.assign(bias)
    return layer


def test_a_kernel_is_divided_by_its_length_along_u():
    layer = dense([[3.0, 0.0], [0.0, 5.0]], bias=[1.0, -1.0])
    x = tf.constant([[1.0, 1.0]])
    for u, sigma in (([1, 0], 3), ([0, 1], 5), ([0.6, 0.8], np.hypot(1.8, 4))):
        layer.u.assign(np.reshape(u, [2, 1]))
        np.testing.assert_allclose(layer.sigma(), sigma, rtol=1e-6)
        np.testing.assert_allclose(layer(x), [[3 / sigma + 1, 5 / sigma - 1]], rtol=1e-6)


def test_steps_of_the_power_method_lead_to_the_largest_singular_value():
    kernel = np.random.default_rng(0).normal(size=(3, 3, 4, 6)).astype(np.float32)
    layer = SpectralConv2D(6, 3)
    layer.build([None, 8, 8, 4])
    layer.kernel.assign(kernel)
    matrix = kernel.reshape(-1, 6)
    u = layer.u.numpy()
    layer.power_step()
    expected = matrix.T @ (matrix @ u)
    np.testing.assert_allclose(layer.u.numpy(), expected / np.linalg.norm(expected), rtol=1e-4)
    for _ in range(100):
        layer.power_step()
    np.testing.assert_allclose(layer.sigma(), np.linalg.norm(matrix, 2), rtol=1e-5)


def test_the_gradient_flows_through_sigma_with_u_as_a_constant():
    rng = np.random.default_rng(1)
    kernel, x, weight = (rng.normal(size=shape) for shape in ((3, 2), (4, 3), (4, 2)))
    layer = dense(kernel)
    layer.u.assign([[0.6], [0.8]])

    def loss(kernel):
        return np.sum(weight * (x @ kernel)) / np.linalg.norm(kernel @ [0.6, 0.8])

    with tf.GradientTape() as tape:
        value = tf.reduce_sum(weight.astype(np.float32) * layer(tf.constant(x, tf.float32)))
    found = tape.gradient(value, layer.kernel.value)
    np.testing.assert_allclose(value, loss(kernel), rtol=1e-5)
    for index in np.ndindex(3, 2):
        step = np.zeros([3, 2])
        step[index] = 1e-5
        difference = (loss(kernel + step) - loss(kernel - step)) / 2e-5
        np.testing.assert_allclose(found[index], difference, rtol=1e-3, atol=1e-4)


def test_a_call_leaves_u_as_it_is_in_training_and_after_it():
    layer = dense([[1.0, 2.0], [3.0, 4.0]])
    before = layer.u.numpy()
    for training in (False, True):
        layer(tf.ones([1, 2]), training=training)
    np.testing.assert_array_equal(layer.u.numpy(), before)
    assert not [v for v in layer.trainable_variables if v is layer.u]


def test_a_network_takes_a_step_in_all_its_layers_and_saves_where_it_is(tmp_path):
    x = keras.Input([4, 4, 2])
    y = SpectralDense(1)(keras.layers.Flatten()(SpectralConv2D(3, 3, strides=2)(x)))
    network = keras.Model(x, y)
    assert [layer.kernel.shape for layer in spectral.layers_of(network)] == [(3, 3, 2, 3), (12, 1)]
    spectral.power_step(network)
    network.save(tmp_path / "network.keras")
    loaded = keras.models.load_model(tmp_path / "network.keras")
    for one, other in zip(spectral.layers_of(network), spectral.layers_of(loaded), strict=True):
        np.testing.assert_array_equal(one.u.numpy(), other.u.numpy())
        np.testing.assert_allclose(np.linalg.norm(one.u.numpy()), 1, rtol=1e-6)
    images = np.random.default_rng(0).normal(size=(2, 4, 4, 2)).astype(np.float32)
    np.testing.assert_array_equal(network(images), loaded(images))


@pytest.mark.parametrize("strides", [1, 2])
def test_a_convolution_is_keras_own_with_the_divided_kernel(strides):
    images = np.random.default_rng(0).normal(size=(2, 6, 6, 3)).astype(np.float32)
    layer = SpectralConv2D(4, 3, strides=strides)
    found = layer(images)
    own = keras.layers.Conv2D(4, 3, strides=strides, padding="same")
    own.build(images.shape)
    own.kernel.assign(layer.kernel / layer.sigma())
    np.testing.assert_allclose(found, own(images), atol=1e-5)


def test_in_bfloat16_sigma_stays_exact():
    layer = dense([[3.0, 1.0]], dtype="mixed_bfloat16")
    layer.u.assign([[1.0], [0.0]])
    assert layer(tf.ones([1, 1], tf.bfloat16)).dtype == tf.bfloat16
    assert layer.sigma().dtype == tf.float32 and float(layer.sigma()) == 3


def test_a_kernel_of_zeros_gives_zeros_and_no_nan():
    layer = dense([[0.0, 0.0]])
    with tf.GradientTape() as tape:
        y = layer(tf.ones([1, 1]))
    assert not np.any(y) and np.isfinite(tape.gradient(y, layer.kernel.value)).all()
