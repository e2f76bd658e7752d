"""Adaptive augmentation before the discriminators of other systems, by a key of their configs."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers
from tiny import affine

from tfgan_zoo.core.adaptive import observe_reals, with_augmentation
from tfgan_zoo.hub.config import ConfigError, load_config
from tfgan_zoo.hub.models import build
from tfgan_zoo.layers.adaptive_augmentation import AdaptiveAugmentation
from tfgan_zoo.layers.augmentation import NUMBERS
from tfgan_zoo.random import draws

IMAGES = tf.constant(np.random.default_rng(0).uniform(-1, 1, (6, 4, 4, 1)), tf.float32)


def judge(labelled=False):
    image = keras.Input([4, 4, 1], name="image")
    x = layers.Dense(1)(layers.Flatten()(image))
    if not labelled:
        return keras.Model(image, x, name="discriminator")
    label = keras.Input([], dtype="int32", name="label")
    logit = x + layers.Dense(1)(keras.ops.one_hot(label, 3))
    return keras.Model({"image": image, "label": label}, logit, name="discriminator")


@pytest.mark.parametrize("labelled", [False, True])
def test_a_discriminator_sees_changed_images_through_the_layers_that_it_has(labelled):
    network, layer = judge(labelled), AdaptiveAugmentation(initial=1.0, seed=5)
    seeing = with_augmentation(network, layer)
    assert seeing.name == "discriminator"
    assert {id(v) for v in seeing.trainable_variables} == {id(v) for v in network.trainable_variables}
    labels = tf.constant([0, 1, 2, 0, 1, 2])

    def of(images):
        return {"image": images, "label": labels} if labelled else images

    np.testing.assert_array_equal(seeing(of(IMAGES), training=False), network(of(IMAGES)))
    numbers = draws.uniform([6, NUMBERS], tf.constant([5, 0], tf.int64))
    np.testing.assert_allclose(
        seeing(of(IMAGES), training=True), network(of(layer(IMAGES, numbers, training=True))), atol=1e-6
    )


def test_a_discriminator_of_no_image_is_refused():
    with pytest.raises(ValueError, match="discriminator of one image that gives logits alone"):
        with_augmentation(affine([[1.0], [2.0]]), AdaptiveAugmentation())


def adaptive_dcgan(**settings):
    key = {"networks.discriminator.augmentation": {"adjust_over": 1000, "interval": 1, "window": 1, **settings}}
    return build(load_config("dcgan/fashion_mnist_10k", key, smoke=True))


def test_any_config_can_ask_for_it_and_its_p_follows_the_logits_of_reals():
    model = adaptive_dcgan(initial=0.5)
    layer = model.discriminator.layers[1]
    assert isinstance(layer, AdaptiveAugmentation)
    images = tf.constant(np.random.default_rng(0).uniform(-1, 1, (8, 16, 16, 1)), tf.float32)
    last = model.discriminator.layers[-1]
    for offset, moved in ((100.0, 0.508), (-100.0, 0.5)):
        last.bias.assign([offset])
        logs = observe_reals(model, {"image": images})
        assert float(logs["real_sign"]) == np.sign(offset)
        assert float(layer.p) == pytest.approx(moved)
    # The features of section 5 of DCGAN's paper are those of images that are not changed.
    np.testing.assert_array_equal(*(model.features({"image": images})["features"] for _ in range(2)))


def test_a_step_logs_it_and_evaluation_moves_nothing():
    model = adaptive_dcgan(initial=0.5)
    batch = {"image": tf.zeros([8, 16, 16, 1])}
    logged = model._train_once(batch)
    assert {"augmentation_probability", "real_sign", "discriminator_loss"} <= set(logged)
    layer = model.discriminator.layers[1]
    p = float(layer.p)
    assert p != 0.5 and int(layer.batches) == 1
    assert set(model._test_once(batch)) == set(logged)
    assert float(layer.p) == p and int(layer.batches) == 1


@pytest.mark.parametrize("settings, message", [(True, "must be a map of settings"), ({"targt": 1}, "target")])
def test_wrong_settings_are_told_where_they_stand(settings, message):
    key = {"networks.discriminator.augmentation": settings}
    with pytest.raises(ConfigError, match=f"networks.discriminator.augmentation.*{message}"):
        build(load_config("dcgan/fashion_mnist_10k", key, smoke=True))


def test_other_systems_draw_and_log_nothing_for_it():
    model = build(load_config("dcgan/fashion_mnist_10k", smoke=True))
    assert observe_reals(model, {}) == {}
