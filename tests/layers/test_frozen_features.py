"""Frozen features: whose maps they are, which weights, the unit of their distance, and what is saved."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from tfgan_zoo.layers.frozen_features import FrozenFeatures
from tfgan_zoo.metrics.features import classifier, vgg19

RNG = np.random.default_rng(0)


def images(n=4, channels=1):
    return RNG.uniform(-1, 1, [n, 32, 32, channels]).astype(np.float32)


@pytest.fixture(scope="module")
def features():
    return FrozenFeatures("classifier/mnist", "relu_2")


def test_maps_are_those_of_the_trained_layer(features):
    trained, digest = classifier.trained("mnist")
    batch = images()
    expected = keras.Model(trained.input, trained.get_layer("relu_2").output)(batch, training=False)
    assert expected.shape == (4, 16, 16, 32) and digest == features.sha256
    np.testing.assert_allclose(features(batch), expected, rtol=1e-5, atol=1e-6)
    # Batch norm keeps to its averages: the maps of an image do not hang on the others.
    np.testing.assert_allclose(features(batch[:1]), expected[:1], rtol=1e-4, atol=1e-5)


def test_the_unit_is_measured_once():
    features = FrozenFeatures("classifier/mnist", "relu_2")
    a, b, c = images(), images(), images()
    maps = np.mean((features(a).numpy() - features(b).numpy()) ** 2)
    np.testing.assert_allclose(features.distance(a, b), maps, rtol=1e-5)
    # Equal batches have no distance, and say nothing of the unit.
    assert float(features.distance(a, a, measure=True)) == 0 and float(features.unit) == 1
    np.testing.assert_allclose(features.distance(a, b, measure=True), np.mean((a - b) ** 2), rtol=1e-5)
    unit = float(features.unit)
    np.testing.assert_allclose(unit, np.mean((a - b) ** 2) / maps, rtol=1e-5)
    features.distance(a, c, measure=True)
    assert float(features.unit) == unit


def test_nothing_trains_and_nothing_but_the_unit_is_saved(features):
    assert features.trainable_variables == []
    assert {variable.name for variable in features.variables} == {"unit", "measured"}


def test_gradients_reach_the_images(features):
    batch, others = tf.constant(images()), images()
    with tf.GradientTape() as tape:
        tape.watch(batch)
        distance = features.distance(batch, others)
    assert np.abs(tape.gradient(distance, batch)).max() > 0


def test_a_config_holds_the_hash(features):
    again = FrozenFeatures.from_config(features.get_config())
    batch = images()
    np.testing.assert_array_equal(again(batch), features(batch))
    with pytest.raises(ValueError, match="0000000000000000… were asked for"):
        FrozenFeatures("classifier/mnist", "relu_2", sha256="0" * 64)


def test_what_there_is_not_is_named():
    with pytest.raises(
        ValueError, match="There is no trained network 'classifier/mnits'. .*classifier/mnist"
    ):
        FrozenFeatures("classifier/mnits", "relu_2")
    with pytest.raises(ValueError, match="relu_9"):
        FrozenFeatures("classifier/mnist", "relu_9")
    with pytest.raises(FileNotFoundError, match="path=FILE"):
        FrozenFeatures("vgg19", "block5_conv4")


def test_the_image_side_of_a_text_encoder():
    features = FrozenFeatures("text/avatars", "relu_1")
    assert features(images(2, 3)).shape == (2, 16, 16, 24)


def test_vgg19_takes_blue_first_and_without_the_means(tmp_path, monkeypatch):
    """Its first convolution, of three kernels of one pixel that pass one channel each."""
    path = tmp_path / "weights.h5"
    path.write_bytes(b"weights")

    def network(include_top, weights, input_tensor):
        assert not include_top and weights == str(path)
        x = keras.layers.Conv2D(3, 1, use_bias=False, name="block1_conv1")(input_tensor)
        return keras.Model(keras.utils.get_source_inputs(input_tensor)[0], x)

    monkeypatch.setattr(keras.applications, "VGG19", network)
    trained, _ = vgg19.trained(path)
    trained.get_layer("block1_conv1").kernel.assign(np.eye(3).reshape(1, 1, 3, 3))
    red = np.full([1, 2, 2, 3], -1, np.float32)
    red[..., 0] = 1
    found = np.asarray(trained(red))[0, 0, 0]
    np.testing.assert_allclose(found, [-103.939, -116.779, 255 - 123.68], rtol=1e-5)
