"""DCGAN: the paper's architecture, its feature extractor by hand, the alternating step."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers

import tfgan_zoo as zoo
from tfgan_zoo.networks import dcgan


def of_type(network, kind):
    return [layer for layer in network.layers if isinstance(layer, kind)]


def test_the_64_pixel_generator_is_figure_1():
    network = dcgan.generator()
    convolutions = of_type(network, layers.Conv2DTranspose)
    assert [layer.filters for layer in convolutions] == [512, 256, 128, 3]
    assert {layer.kernel_size for layer in convolutions} == {(5, 5)}
    assert {layer.strides for layer in convolutions} == {(2, 2)}
    assert of_type(network, layers.Reshape)[0].target_shape == (4, 4, 1024)
    assert network.output_shape == (None, 64, 64, 3)


def test_batch_norm_is_everywhere_but_at_the_images():
    generator, discriminator = dcgan.generator(width=8), dcgan.discriminator(width=8)
    assert len(of_type(generator, layers.BatchNormalization)) == 4
    assert len(of_type(discriminator, layers.BatchNormalization)) == 3
    assert isinstance(generator.layers[-2], layers.Conv2DTranspose)
    assert isinstance(discriminator.layers[2], layers.LeakyReLU)
    slopes = [float(layer.negative_slope) for layer in of_type(discriminator, layers.LeakyReLU)]
    assert slopes == [0.2] * 4


def test_there_is_no_pooling_and_no_hidden_dense_layer():
    generator, discriminator = dcgan.generator(width=8), dcgan.discriminator(width=8)
    assert len(of_type(generator, layers.Dense)) == 1
    assert len(of_type(discriminator, layers.Dense)) == 1
    assert not of_type(discriminator, (layers.MaxPooling2D, layers.AveragePooling2D))


def test_weights_start_at_a_standard_deviation_of_002():
    kernel = of_type(dcgan.generator(width=32), layers.Conv2DTranspose)[0].kernel.numpy()
    np.testing.assert_allclose([kernel.mean(), kernel.std()], [0, 0.02], atol=2e-4)


@pytest.mark.parametrize("size", [4, 28, 48])
def test_sizes_that_do_not_double_from_four_are_refused(size):
    with pytest.raises(ValueError, match=f"got {size}. Pad or resize"):
        dcgan.generator(image_size=size)


@pytest.fixture(scope="module")
def model():
    return zoo.load("dcgan/fashion_mnist", smoke=True)


def test_features_are_the_max_pooled_maps_of_every_convolution(model):
    images = np.random.default_rng(0).uniform(-1, 1, (3, 16, 16, 1)).astype(np.float32)
    features = model.features({"image": tf.constant(images)})["features"].numpy()
    first = model.discriminator.layers[1](images)
    first = np.where(first > 0, first, 0.2 * np.asarray(first))
    pooled = first.reshape(3, 4, 2, 4, 2, 4).max(axis=(2, 4)).reshape(3, -1)
    np.testing.assert_allclose(features[:, : pooled.shape[1]], pooled, atol=1e-6)
    assert features.shape == (3, 16 * (4 + 8))


def test_features_do_not_move_batch_norm(model):
    before = [v.numpy() for v in model.discriminator.non_trainable_variables]
    model.features({"image": tf.ones([4, 16, 16, 1])})
    for then, now in zip(before, model.discriminator.non_trainable_variables):
        np.testing.assert_array_equal(then, now.numpy())


def test_real_and_fake_are_normalised_apart():
    """The moving means move once for the reals and once for the fakes: two updates a D step."""
    model = zoo.load("dcgan/fashion_mnist", smoke=True)
    calls = []
    original = model.discriminator.call
    model.discriminator.call = lambda x, **kwargs: calls.append(x.shape[0]) or original(x, **kwargs)
    model.train_step({"image": tf.zeros([8, 16, 16, 1])})
    assert calls == [8, 8, 8]


def test_bare_arrays_train_too():
    model = zoo.load("dcgan/fashion_mnist", smoke=True)
    images = np.random.default_rng(0).uniform(-1, 1, (20, 16, 16, 1)).astype(np.float32)
    model.fit(images, batch_size=8, verbose=0)
    assert int(model.step.numpy()) == 3
    assert all(int(o.iterations) == 3 for o in model.optimizers.values())
    assert isinstance(model, keras.Model)
