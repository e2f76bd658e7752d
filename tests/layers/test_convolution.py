"""The faster convolutions are Keras' own by value, however often they are differentiated."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from tfgan_zoo.layers.convolution import Conv2D, Conv2DTranspose, as_in_keras
from tfgan_zoo.networks import dcgan

# Width of the outer and of the inner side of a layer. Images of one and of three channels go by blocks.
CHANNELS = [(1, 6), (3, 6), (6, 5)]
KERNELS = [2, 3, 4, 5, 6, 7, (2, 5), (5, 4)]
TOLERANCE = {"float32": 2e-5, "float64": 1e-14}


def pair(kind, *args, inputs, **kwargs):
    """A layer of ours and Keras' with the same random weights, and random inputs of that shape."""
    rng = np.random.default_rng(0)
    dtype = kwargs.get("dtype", "float32")
    inputs = tf.constant(rng.normal(size=inputs), "float64" if dtype == "float64" else "float32")
    ours, theirs = kind(*args, **kwargs), getattr(keras.layers, kind.__name__)(*args, **kwargs)
    for layer in (ours, theirs):
        layer.build(inputs.shape)
    for ours_weight, theirs_weight in zip(ours.weights, theirs.weights, strict=True):
        theirs_weight.assign(rng.normal(size=theirs_weight.shape))
        ours_weight.assign(theirs_weight)
    return ours, theirs, inputs


def derivatives(layer, inputs):
    """Outputs, their gradients in inputs and weights, and those of a gradient penalty in the weights."""
    weights = [weight.value for weight in layer.weights]
    with tf.GradientTape(persistent=True) as outer:
        outer.watch([inputs, *weights])
        with tf.GradientTape() as inner:
            inner.watch(inputs)
            outputs = layer(inputs)
            total = tf.reduce_sum(tf.sin(outputs))
        slope = inner.gradient(total, inputs)
        penalty = tf.reduce_sum(tf.square(slope))
    first = outer.gradient(total, [inputs, *weights])
    return [outputs, *first, *outer.gradient(penalty, [inputs, *weights])]


def assert_same(ours, theirs, inputs, tolerance, differentiate=derivatives):
    for one, other in zip(differentiate(ours, inputs), differentiate(theirs, inputs), strict=True):
        assert one.dtype == other.dtype and one.shape == other.shape
        scale = np.abs(other).max()
        np.testing.assert_allclose(one / scale, other / scale, atol=tolerance, rtol=0)


@pytest.mark.parametrize("dtype", TOLERANCE)
@pytest.mark.parametrize("kernel", KERNELS)
@pytest.mark.parametrize("outer, inner", CHANNELS)
def test_a_convolution_is_that_of_keras(outer, inner, kernel, dtype):
    # Eight examples: a kernel's gradient as a convolution.
    layers = pair(Conv2D, inner, kernel, 2, "same", dtype=dtype, inputs=[8, 8, 6, outer])
    assert_same(*layers, TOLERANCE[dtype])


@pytest.mark.parametrize("dtype", TOLERANCE)
@pytest.mark.parametrize("kernel", KERNELS)
@pytest.mark.parametrize("outer, inner", CHANNELS)
def test_a_transposed_convolution_is_that_of_keras(outer, inner, kernel, dtype):
    layers = pair(Conv2DTranspose, outer, kernel, 2, "same", dtype=dtype, inputs=[8, 4, 3, inner])
    assert_same(*layers, TOLERANCE[dtype])


AS_KERAS = {
    "odd sides": (Conv2D, {}, [8, 9, 7, 1]),
    "padding": (Conv2D, {"padding": "valid"}, [8, 8, 8, 1]),
    "strides": (Conv2D, {"strides": (2, 1)}, [8, 8, 8, 1]),
    "dilation": (Conv2D, {"strides": 1, "dilation_rate": 2}, [8, 8, 8, 1]),
    "groups": (Conv2D, {"groups": 2}, [8, 8, 8, 4]),
    "one weight": (Conv2D, {"kernel_size": 1}, [8, 8, 8, 1]),
    "transposed padding": (Conv2DTranspose, {"padding": "valid"}, [8, 4, 4, 3]),
    "transposed strides": (Conv2DTranspose, {"strides": 3}, [8, 4, 4, 3]),
    "transposed output padding": (Conv2DTranspose, {"output_padding": 0}, [8, 4, 4, 3]),
}


@pytest.mark.parametrize("kind, arguments, shape", AS_KERAS.values(), ids=AS_KERAS)
def test_anything_else_runs_as_in_keras(kind, arguments, shape):
    arguments = {"filters": 2, "kernel_size": 5, "strides": 2, "padding": "same"} | arguments
    ours, theirs, inputs = pair(kind, **arguments, inputs=shape)
    assert operations(ours, inputs) == operations(theirs, inputs)
    np.testing.assert_array_equal(ours(inputs), theirs(inputs))


@pytest.mark.parametrize("kind", [Conv2D, Conv2DTranspose])
def test_sides_may_be_unknown_when_a_network_is_built(kind):
    ours, theirs, inputs = pair(kind, 2, 5, 2, "same", activation="tanh", inputs=[8, 4, 4, 3])
    images = keras.Input([None, None, 3])
    network = keras.Model(images, ours(images))
    np.testing.assert_allclose(network(inputs), theirs(inputs), atol=1e-6)


def operations(layer, inputs):
    """The kinds of convolution in the graph of a layer and of its gradients, sorted."""
    graph = tf.function(lambda x: gradients(layer, x)).get_concrete_function(inputs).graph
    return sorted(op.type for op in graph.get_operations() if "Conv" in op.type)


def gradients(layer, inputs):
    weights = [weight.value for weight in layer.weights]
    with tf.GradientTape() as tape:
        tape.watch([inputs, *weights])
        outputs = layer(inputs)
        total = tf.reduce_sum(tf.sin(outputs))
    return [outputs, *tape.gradient(total, [inputs, *weights])]


BY_KERAS = ["Conv2D", "Conv2DBackpropFilter", "Conv2DBackpropInput"]


@pytest.mark.parametrize(
    "outer, inner, batch, expected",
    [
        # An image of one channel is made of blocks, but the gradient of its kernel is backpropagated.
        (1, 6, 8, ["Conv2D", "Conv2D", "Conv2DBackpropFilter"]),
        # With many channels it is the other way round, unless examples are few or maps are large.
        (6, 5, 8, ["Conv2D", "Conv2D", "Conv2DBackpropInput"]),
        (6, 5, 7, BY_KERAS),
        (6, 5, 600, BY_KERAS),
    ],
)
def test_what_is_slow_is_computed_otherwise(outer, inner, batch, expected):
    ours, theirs, images = pair(Conv2D, inner, 5, 2, "same", inputs=[batch, 8, 4, outer])
    assert operations(ours, images) == expected and operations(theirs, images) == BY_KERAS
    with as_in_keras():
        assert operations(ours, images) == BY_KERAS
    ours, theirs, maps = pair(Conv2DTranspose, outer, 5, 2, "same", inputs=[batch, 4, 2, inner])
    assert operations(ours, maps) == expected and operations(theirs, maps) == BY_KERAS


@pytest.mark.parametrize("outer, inner", CHANNELS)
def test_compiled_by_xla_they_compute_the_same(outer, inner):
    compiled = tf.function(gradients, jit_compile=True)
    for layers in (
        pair(Conv2D, inner, 5, 2, "same", inputs=[8, 8, 4, outer]),
        pair(Conv2DTranspose, outer, 5, 2, "same", inputs=[8, 4, 2, inner]),
    ):
        assert_same(*layers, 1e-6, compiled)


@pytest.mark.parametrize("outer, inner", CHANNELS)
def test_mixed_precision_rounds_as_in_keras(outer, inner):
    for layers in (
        pair(Conv2D, inner, 5, 2, "same", dtype="mixed_bfloat16", inputs=[8, 8, 4, outer]),
        pair(Conv2DTranspose, outer, 5, 2, "same", dtype="mixed_bfloat16", inputs=[8, 4, 2, inner]),
    ):
        # bfloat16 has 8 bits: one step of the largest value.
        assert_same(*layers, 2**-8, gradients)


def networks():
    return [
        dcgan.generator(latent_dim=4, image_size=16, width=2, channels=1),
        dcgan.discriminator(image_size=16, width=2, channels=1),
    ]


def test_files_of_weights_fit_networks_of_keras_own_layers(tmp_path, monkeypatch):
    ours = networks()
    for kind in (Conv2D, Conv2DTranspose):
        monkeypatch.setattr(dcgan, kind.__name__, getattr(keras.layers, kind.__name__))
    for one, other in zip(ours, networks(), strict=True):
        inputs = tf.constant(np.random.default_rng(0).normal(size=[3, *one.input_shape[1:]]), tf.float32)
        path = str(tmp_path / f"{one.name}.weights.h5")
        for source, target in ((one, other), (other, one)):
            for weight in source.weights:
                weight.assign(np.random.default_rng(weight.shape[-1]).uniform(size=weight.shape))
            source.save_weights(path)
            target.load_weights(path)
            np.testing.assert_allclose(target(inputs), source(inputs), atol=1e-5)


def test_archives_of_both_kinds_load_as_what_they_are(tmp_path, monkeypatch):
    # Archives may have been written by networks of Keras' own layers.
    inputs = tf.ones([2, 4])
    for module in ("tfgan_zoo.layers.convolution", "keras.src.layers.convolutional.conv2d_transpose"):
        network = networks()[0]
        network.save(tmp_path / "generator.keras")
        loaded = keras.models.load_model(tmp_path / "generator.keras")
        assert {type(layer).__module__ for layer in loaded.layers if "conv2d" in layer.name} == {module}
        np.testing.assert_array_equal(loaded(inputs), network(inputs))
        monkeypatch.setattr(dcgan, "Conv2DTranspose", keras.layers.Conv2DTranspose)
