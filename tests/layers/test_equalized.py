"""Equalised layers by hand: the scale in the forward pass, and none of it in the initial weights."""

import keras
import numpy as np
import pytest

from tfgan_zoo.layers.equalized import EqualizedConv2D, EqualizedDense


@pytest.mark.parametrize("gain", [1.0, 2**0.5])
def test_a_dense_layer_multiplies_its_kernel_by_gain_over_the_root_of_its_inputs(gain):
    layer = EqualizedDense(2, gain=gain)
    layer.build([None, 4])
    layer.kernel.assign([[1, 0], [2, 0], [3, 1], [4, 0]])
    layer.bias.assign([0.5, -1])
    scale = gain / 2
    outputs = layer(np.array([[1.0, 1.0, 1.0, 1.0], [0.0, 0.0, 2.0, 0.0]], np.float32))
    np.testing.assert_allclose(
        outputs, [[10 * scale + 0.5, scale - 1], [6 * scale + 0.5, 2 * scale - 1]], rtol=1e-6
    )


def test_a_convolution_counts_its_taps_and_maps_and_pads_with_zeros():
    layer = EqualizedConv2D(1, 3)
    layer.build([None, 4, 4, 2])
    layer.kernel.assign(np.ones([3, 3, 2, 1]))
    outputs = np.array(layer(np.ones([1, 4, 4, 2], np.float32)))[0, :, :, 0]
    scale = np.sqrt(2 / 18)
    np.testing.assert_allclose(outputs[0, :2], [8 * scale, 12 * scale], rtol=1e-6)
    np.testing.assert_allclose(outputs[1:3, 1:3], 18 * scale, rtol=1e-6)


def test_kernels_start_at_unit_variance_whatever_their_size_and_outputs_keep_that_of_their_inputs():
    keras.utils.set_random_seed(0)
    x = np.random.default_rng(0).normal(size=(64, 8, 8, 50)).astype(np.float32)
    for size, filters in ((1, 60), (3, 30)):
        layer = EqualizedConv2D(filters, size, gain=1.0)
        outputs = np.array(layer(x))[:, 1:-1, 1:-1]
        assert abs(layer.kernel.numpy().std() - 1) < 0.05 and not layer.bias.numpy().any()
        assert abs(outputs.std() - 1) < 0.1


def test_layers_survive_their_configs():
    for layer in (EqualizedDense(3, gain=1.0), EqualizedConv2D(4, 3, gain=0.5)):
        again = type(layer).from_config(layer.get_config())
        assert again.get_config() == layer.get_config()
        assert again.gain == layer.gain


def test_a_rate_multiplier_changes_how_fast_weights_move_and_not_where_they_start():
    keras.utils.set_random_seed(0)
    layer = EqualizedDense(300, gain=1.0, rate_multiplier=0.01, bias_start=0.5)
    outputs = np.array(layer(np.random.default_rng(0).normal(size=(200, 100)).astype(np.float32)))
    assert abs(layer.kernel.numpy().std() - 100) < 2 and abs(outputs.std() - 1) < 0.1
    np.testing.assert_allclose(layer.bias.numpy(), 50)
    np.testing.assert_allclose(outputs.mean(), 0.5, atol=0.1)
    # A step of 1 in every weight moves the output by a hundredth of that.
    layer.kernel.assign(np.ones([100, 300]))
    layer.bias.assign(np.ones([300]))
    np.testing.assert_allclose(layer(np.ones([1, 100], np.float32)), 0.01 * 100 / 10 + 0.01, rtol=1e-5)


def test_a_convolution_of_stride_2_pads_nothing_and_may_have_no_bias():
    layer = EqualizedConv2D(1, 3, gain=1.0, strides=2, use_bias=False)
    outputs = layer(np.ones([1, 9, 7, 2], np.float32))
    assert outputs.shape == (1, 4, 3, 1) == layer.compute_output_shape((1, 9, 7, 2))
    np.testing.assert_allclose(outputs, np.full([1, 4, 3, 1], layer.kernel.numpy().sum() / 18**0.5), rtol=1e-4)
    assert len(layer.weights) == 1
