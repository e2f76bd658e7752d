"""AC-GAN: L_S and L_C on one-pixel images, who is told the class, the CIFAR-10 networks of appendix A."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers
from tiny import cross_entropy, descend, heads, images_by_label, of_type, pixels, softplus, watch, weights

from tfgan_zoo.layers.dropout import ReplicaDropout
from tfgan_zoo.systems.acgan import networks as acgan
from tfgan_zoo.systems.acgan.acgan import ACGAN

VALUES = np.array([-0.5, 0.25, 1.0])
SLOPES, OFFSETS = np.array([1.0, -2.0, 0.5]), np.array([0.0, 0.3, -0.4])
REAL = np.array([0.1, -0.2, 0.3, 0.9])
LABEL = np.array([2, 0, 0, 1])


def by_hand(source=(2.0, 0.5), **arguments):
    discriminator = heads(**{"source": ([source[0]], [source[1]]), "class": (SLOPES, OFFSETS)})
    return ACGAN(images_by_label(VALUES), discriminator, classes=3, **arguments)


def batch(real=REAL, label=LABEL):
    return {"image": tf.constant(pixels(*real)), "label": tf.constant(label, tf.int32)}


def class_loss(x, label):
    return cross_entropy(label, np.outer(x, SLOPES) + OFFSETS).mean()


@pytest.mark.parametrize("class_weight", [1.0, 0.25, 0.0])
@pytest.mark.parametrize("name", ["non_saturating", "minimax"])
def test_the_losses_are_those_of_section_3(name, class_weight):
    model = descend(by_hand(generator_loss=name, class_weight=class_weight), rate=0.0)
    asked = watch(model.generator, lambda inputs: inputs["label"].numpy())
    logs = model.train_step(batch())
    in_d, in_g = asked
    fake = VALUES[in_d]
    source = softplus(-(2 * REAL + 0.5)).mean() + softplus(2 * fake + 0.5).mean()
    of_class = class_loss(REAL, LABEL) + class_loss(fake, in_d)
    np.testing.assert_allclose(logs["discriminator_loss"], source + class_weight * of_class, rtol=1e-5)
    np.testing.assert_allclose(logs["real_class_loss"], class_loss(REAL, LABEL), rtol=1e-5)
    fake = VALUES[in_g]
    source = {
        "minimax": -softplus(2 * fake + 0.5).mean(),
        "non_saturating": softplus(-(2 * fake + 0.5)).mean(),
    }
    of_class = class_loss(fake, in_g)
    np.testing.assert_allclose(logs["generator_loss"], source[name] + class_weight * of_class, rtol=1e-5)
    np.testing.assert_allclose(logs["fake_class_loss"], of_class, rtol=1e-5)


def test_fakes_are_judged_by_the_class_they_were_made_for_and_not_by_the_reals():
    model = descend(by_hand(), rate=0.0)
    asked = watch(model.generator, lambda inputs: inputs["label"].numpy())
    shown = watch(model.discriminator, lambda image: image.numpy().ravel())
    model.train_step(batch())
    for seen, expected in zip(shown, [REAL, VALUES[asked[0]], VALUES[asked[1]]], strict=True):
        np.testing.assert_allclose(seen, expected, rtol=1e-6)


def test_the_discriminator_is_not_told_the_class():
    """It is called on bare images; and what it says of a real does not depend on the label."""
    for network in (by_hand().discriminator, acgan.discriminator(image_size=8, width=2, widest=4)):
        assert isinstance(network.input, keras.KerasTensor) and len(network.input.shape) == 4
    judged = [descend(by_hand(class_weight=0.0), rate=0.0).train_step(batch(label=[k] * 4)) for k in (0, 2)]
    assert float(judged[0]["discriminator_loss"]) == float(judged[1]["discriminator_loss"])


def test_the_classes_of_fakes_are_uniform_whatever_the_reals_are():
    model = descend(by_hand(), rate=0.0)
    asked = watch(model.generator, lambda inputs: inputs["label"].numpy())
    model.train_step(batch(np.zeros(3000), np.zeros(3000)))
    for labels in asked:
        # Five standard deviations of a binomial count.
        np.testing.assert_allclose(np.bincount(labels), [1000] * 3, atol=5 * np.sqrt(3000 * 2 / 9))
    assert (asked[0] != asked[1]).any()


def test_the_generator_makes_the_class_likelier():
    """G maximises L_C: with a source that says nothing, its step lowers the class loss."""
    model = descend(by_hand(source=(0.0, 0.0)), discriminator=0.0)
    model.train_step(batch(np.zeros(300), np.zeros(300)))
    after = weights(model.generator)[0].ravel()[:3]
    for label in range(3):
        assert class_loss(after[[label]], [label]) < class_loss(VALUES[[label]], [label])
    idle = descend(by_hand(source=(0.0, 0.0), class_weight=0.0), discriminator=0.0)
    idle.train_step(batch())
    np.testing.assert_array_equal(weights(idle.generator)[0].ravel()[:3], VALUES.astype(np.float32))


def test_the_classifier_learns_from_fakes_as_well_as_reals():
    model = descend(by_hand(), generator=0.0)
    asked = watch(model.generator, lambda inputs: inputs["label"].numpy())
    model.train_step(batch())
    pulls = []
    for x, label in ((REAL, LABEL), (VALUES[asked[0]], asked[0])):
        logits = np.outer(x, SLOPES) + OFFSETS
        shares = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
        pulls.append((shares - np.eye(3)[label]).mean(axis=0))
    offsets = model.discriminator.get_layer("class").bias.numpy()
    np.testing.assert_allclose(offsets, OFFSETS - 0.1 * (pulls[0] + pulls[1]), rtol=1e-4)
    assert np.abs(pulls[1]).max() > 0.01


def test_without_weight_no_class_is_learnt():
    model = descend(by_hand(class_weight=0.0))
    model.train_step(batch())
    np.testing.assert_array_equal(model.discriminator.get_layer("class").bias, OFFSETS.astype(np.float32))
    assert float(model.discriminator.get_layer("source").bias[0]) != 0.5


def test_the_classifier_is_served():
    function, specs = by_hand().signatures()["classify"]
    assert specs["image"].shape.as_list() == [None, 1, 1, 1]
    served = function({"image": tf.constant(pixels(*REAL))})
    np.testing.assert_allclose(served["source"], 2 * REAL + 0.5, rtol=1e-5)
    np.testing.assert_allclose(served["class_logits"], np.outer(REAL, SLOPES) + OFFSETS, rtol=1e-5, atol=1e-6)


def test_batches_need_labels():
    with pytest.raises(KeyError, match="the key 'label'; this one has image"):
        descend(by_hand()).train_on_batch({"image": batch()["image"]})


def test_the_generator_of_appendix_a():
    network = acgan.generator()
    [dense] = of_type(network, layers.Dense)
    assert (dense.input.shape[-1], dense.units) == (110, 4 * 4 * 384)
    convolutions = of_type(network, layers.Conv2DTranspose)
    assert [layer.filters for layer in convolutions] == [192, 96, 3]
    assert {(layer.kernel_size, layer.strides) for layer in convolutions} == {((5, 5), (2, 2))}
    assert len(of_type(network, layers.BatchNormalization)) == 2
    assert network.output_shape == (None, 32, 32, 3)
    assert network.layers[-1].activation is keras.activations.tanh


def test_the_discriminator_of_appendix_a():
    network = acgan.discriminator()
    convolutions = of_type(network, layers.Conv2D)
    assert [layer.filters for layer in convolutions] == [16, 32, 64, 128, 256, 512]
    assert [layer.strides for layer in convolutions] == [(2, 2), (1, 1)] * 3
    assert {layer.kernel_size for layer in convolutions} == {(3, 3)}
    assert len(of_type(network, layers.BatchNormalization)) == 5
    assert isinstance(network.layers[2], layers.LeakyReLU)
    assert [float(layer.negative_slope) for layer in of_type(network, layers.LeakyReLU)] == [0.2] * 6
    assert [layer.rate for layer in of_type(network, ReplicaDropout)] == [0.5] * 6
    less = acgan.discriminator(width=2, widest=4, dropout=0.1)
    assert [layer.rate for layer in of_type(less, ReplicaDropout)] == [0.1] * 6
    assert {name: shape.shape for name, shape in network.output.items()} == {
        "source": (None, 1),
        "class": (None, 10),
    }


def test_kernels_start_at_a_standard_deviation_of_002():
    for network in (acgan.generator(maps=64), acgan.discriminator(width=8, widest=64)):
        kernel = max(weights(network), key=np.size)
        np.testing.assert_allclose([kernel.mean(), kernel.std()], [0, 0.02], atol=4e-4)


def test_sizes_that_do_not_double_three_times_are_refused():
    with pytest.raises(ValueError, match="image_size=28 is no 8 k"):
        acgan.generator(image_size=28)
