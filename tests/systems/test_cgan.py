"""CGAN: equation 2 on one-pixel images, the labels that both players are given, section 4's networks."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers
from tiny import affine, descend, images_by_label, of_type, pixels, softplus, watch, weights

from tfgan_zoo.layers.dropout import ReplicaDropout
from tfgan_zoo.layers.maxout import Maxout
from tfgan_zoo.systems.cgan import networks as conditional_mlp
from tfgan_zoo.systems.cgan.cgan import CGAN

VALUES = np.array([-0.5, 0.25, 1.0])
OF_LABEL = np.array([0.5, -1.0, 2.0])
REAL = np.array([0.1, -0.2, 0.3, 0.9])
LABEL = np.array([2, 0, 0, 1])


def judge(of_pixel, of_label):
    """{"image", "label"} -> of_pixel x + of_label[label]."""
    image, label = keras.Input([1, 1, 1], name="image"), keras.Input([], dtype="int32", name="label")
    x = layers.Concatenate()([layers.Flatten()(image), keras.ops.one_hot(label, len(of_label))])
    logit = affine([[of_pixel], *([each] for each in of_label)])(x)
    return keras.Model({"image": image, "label": label}, logit, name="discriminator")


def by_hand(**arguments):
    return CGAN(images_by_label(VALUES), judge(2.0, OF_LABEL), classes=3, **arguments)


def batch():
    return {"image": tf.constant(pixels(*REAL)), "label": tf.constant(LABEL, tf.int32)}


@pytest.mark.parametrize("name", ["non_saturating", "minimax"])
def test_the_losses_are_equation_2(name):
    logs = descend(by_hand(generator_loss=name), rate=0.0).train_step(batch())
    of_real = 2 * REAL + OF_LABEL[LABEL]
    of_fake = 2 * VALUES[LABEL] + OF_LABEL[LABEL]
    expected = softplus(-of_real).mean() + softplus(of_fake).mean()
    np.testing.assert_allclose(logs["discriminator_loss"], expected, rtol=1e-6)
    expected = {"minimax": -softplus(of_fake).mean(), "non_saturating": softplus(-of_fake).mean()}
    np.testing.assert_allclose(logs["generator_loss"], expected[name], rtol=1e-6)


def test_each_image_is_judged_with_its_label_and_each_fake_with_the_one_it_was_made_for():
    model = descend(by_hand(), rate=0.0)
    asked = watch(model.generator)
    judged = watch(model.discriminator)
    model.train_step(batch())
    images = [inputs["image"].numpy().ravel() for inputs in judged]
    for shown, expected in zip(images, [REAL, VALUES[LABEL], VALUES[LABEL]], strict=True):
        np.testing.assert_allclose(shown, expected, rtol=1e-6)
    for inputs in asked + judged:
        np.testing.assert_array_equal(inputs["label"], LABEL)


def test_each_player_gets_latents_of_its_own_from_the_unit_cube():
    model = descend(by_hand(), rate=0.0)
    asked = watch(model.generator, lambda inputs: inputs["z"].numpy())
    for_discriminator, for_generator = asked if model.train_step(batch()) else ()
    assert not np.intersect1d(for_discriminator, for_generator).size
    z = model.latents(2000, seed=0)
    assert 0 < z.min() < 0.01 and 0.99 < z.max() < 1


def test_players_move_alone_and_downhill():
    """D's step by its own gradient; then G's, through the D that has moved."""
    model = descend(by_hand())
    model.train_step(batch())
    of_real = 1 / (1 + np.exp(-(2 * REAL + OF_LABEL[LABEL])))
    of_fake = 1 / (1 + np.exp(-(2 * VALUES[LABEL] + OF_LABEL[LABEL])))
    slope = np.mean((of_real - 1) * REAL) + np.mean(of_fake * VALUES[LABEL])
    kernel = weights(model.discriminator)[0].ravel()
    np.testing.assert_allclose(kernel[0], 2 - 0.1 * slope, rtol=1e-5)
    of_fake = 1 / (1 + np.exp(-(kernel[0] * VALUES[LABEL] + kernel[1:][LABEL] + weights(model.discriminator)[1])))
    slopes = [np.sum((of_fake - 1)[LABEL == each]) * kernel[0] / 4 for each in range(3)]
    np.testing.assert_allclose(
        weights(model.generator)[0].ravel()[:3], VALUES - 0.1 * np.array(slopes), rtol=1e-5
    )


def test_a_batch_without_labels_is_refused():
    with pytest.raises(KeyError, match="the key 'label'; this one has image"):
        descend(by_hand()).train_on_batch({"image": batch()["image"]})
    with pytest.raises(ValueError, match="image and label"):
        descend(by_hand()).train_on_batch(batch()["image"])


def test_an_unknown_loss_is_refused():
    with pytest.raises(ValueError, match="Unknown generator loss 'hinge'"):
        by_hand(generator_loss="hinge")


def trained(network):
    return sum(weight.size for weight in weights(network))


def test_the_generator_of_section_4():
    network = conditional_mlp.generator()
    assert trained(network) == 101 * 200 + 11 * 1000 + 1201 * 1200 + 1201 * 784
    dense = of_type(network, layers.Dense)
    found = {(layer.input.shape[-1], layer.units, layer.activation.__name__) for layer in dense}
    assert found == {(100, 200, "relu"), (10, 1000, "relu"), (1200, 1200, "relu"), (1200, 784, "sigmoid")}
    assert [layer.rate for layer in of_type(network, ReplicaDropout)] == [0.5] * 3
    rng = np.random.default_rng(0)
    image = network({"z": rng.uniform(size=(5, 100)), "label": np.arange(5)}).numpy()
    assert image.shape == (5, 28, 28, 1) and -1 < image.min() < 0 < image.max() < 1


def test_the_discriminator_of_section_4():
    network = conditional_mlp.discriminator()
    found = {(layer.input.shape[-1], layer.units, layer.pieces) for layer in of_type(network, Maxout)}
    assert found == {(784, 240, 5), (10, 50, 5), (290, 240, 4)}
    assert [layer.rate for layer in of_type(network, ReplicaDropout)] == [0.5] * 3
    assert trained(network) == 785 * 240 * 5 + 11 * 50 * 5 + 291 * 240 * 4 + 241


def test_the_discriminator_reads_pixels_between_0_and_1():
    network = conditional_mlp.discriminator(image_size=2)
    [maxout] = [layer for layer in of_type(network, Maxout) if layer.input.shape[-1] == 4]
    read = keras.Model(network.inputs, maxout.input)
    image = np.array([-1, 0, 0.5, 1], np.float32).reshape(1, 2, 2, 1)
    np.testing.assert_allclose(
        read({"image": image, "label": np.zeros(1, np.int32)}), [[0, 0.5, 0.75, 1]], rtol=1e-6
    )
