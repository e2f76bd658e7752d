"""Weight norm: lengths and directions apart, and the start of a layer without it."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from tfgan_zoo.layers.weight_norm import WeightNormConv2D, WeightNormDense

X = np.random.default_rng(0).normal(size=(2, 5, 5, 3)).astype(np.float32)


def test_the_length_of_each_output_is_trained_apart_from_its_direction():
    layer = WeightNormDense(2)
    layer.build([None, 2])
    layer.kernel.assign([[3.0, 0.0], [4.0, 2.0]])
    layer.length.assign([10.0, 1.0])
    layer.bias.assign([0.0, 1.0])
    np.testing.assert_allclose(layer(tf.constant([[1.0, 1.0]])), [[14.0, 2.0]], rtol=1e-6)


@pytest.mark.parametrize("padding, strides, size", [("same", 2, 3), ("valid", 1, 3), ("valid", 2, 2)])
def test_it_starts_as_a_convolution_without(padding, strides, size):
    layer = WeightNormConv2D(4, size, strides=strides, padding=padding)
    found = layer(X)
    plain = keras.layers.Conv2D(4, size, strides=strides, padding=padding)
    plain.build(X.shape)
    plain.set_weights([layer.kernel.numpy(), layer.bias.numpy()])
    np.testing.assert_allclose(found, plain(X), rtol=1e-4, atol=1e-5)
    assert layer.compute_output_shape([None, 5, 5, 3]) == plain.compute_output_shape([None, 5, 5, 3])


def test_lengths_are_trained_or_stay():
    for train_length in (True, False):
        layer = WeightNormDense.from_config(WeightNormDense(3, train_length=train_length).get_config())
        layer.build([None, 4])
        assert any(variable is layer.length for variable in layer.trainable_variables) == train_length


def test_gradients_of_directions_are_orthogonal_to_them():
    layer = WeightNormDense(3)
    layer.build([None, 4])
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(tf.sin(layer(tf.constant(X.reshape(-1, 3)[:, :1] * np.ones(4, np.float32)))))
    gradient = tape.gradient(loss, layer.kernel.value)
    np.testing.assert_allclose(tf.reduce_sum(gradient * layer.kernel.value, axis=0), np.zeros(3), atol=1e-4)
