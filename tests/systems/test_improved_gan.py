"""Improved GAN: its losses by hand, what moves whom, options of other systems' configs, the paper's networks."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from scipy import special
from tiny import cross_entropy, descend, heads, of_type, pixel_generator, pixels, softplus, watch, weights

from tfgan_zoo.hub.config import load_config
from tfgan_zoo.hub.models import build
from tfgan_zoo.layers.keyed import ReplicaGaussianNoise
from tfgan_zoo.layers.minibatch_discrimination import MinibatchDiscrimination
from tfgan_zoo.layers.virtual_batch_norm import ReferenceBatch, VirtualBatchNormalization
from tfgan_zoo.layers.weight_norm import WeightNormConv2D, WeightNormDense
from tfgan_zoo.networks import classifiers
from tfgan_zoo.systems.improved_gan.improved_gan import ImprovedGAN

SLOPES, OFFSETS = np.array([1.0, -2.0, 0.5]), np.array([0.0, 0.3, -0.4])
FEATURES = np.array([2.0, -1.0])
REAL = np.array([0.1, -0.2, 0.3, 0.9])
LABELLED, LABEL = np.array([0.5, -0.7, 0.2, 0.5]), np.array([2, 0, 0, -1])
FAKE = 0.6


def by_hand(**arguments):
    """Logits and features that are linear in a pixel; the generator always makes `FAKE`."""
    discriminator = heads(logit=(SLOPES, OFFSETS), features=(FEATURES, np.zeros(2)))
    return ImprovedGAN(pixel_generator(0.0, FAKE), discriminator, **arguments)


def batch():
    return {
        "image": tf.constant(pixels(*REAL)),
        "labelled_image": tf.constant(pixels(*LABELLED)),
        "labelled_label": tf.constant(LABEL, tf.int32),
    }


def logits(x):
    return np.outer(x, SLOPES) + OFFSETS


def real_logit(x):
    return special.logsumexp(logits(x), axis=1)


@pytest.mark.parametrize("target", [1.0, 0.9])
def test_the_discriminators_loss_is_that_of_k_and_one_classes(target):
    logs = descend(by_hand(real_target=target), rate=0.0).train_step(batch())
    labelled = cross_entropy(LABEL[:3], logits(LABELLED[:3])).mean()
    of_real = target * softplus(-real_logit(REAL)) + (1 - target) * softplus(real_logit(REAL))
    unlabelled = (of_real.mean() + softplus(real_logit([FAKE])).mean()) / 2
    np.testing.assert_allclose(logs["labelled_loss"], labelled, rtol=1e-5)
    np.testing.assert_allclose(logs["unlabelled_loss"], unlabelled, rtol=1e-5)
    np.testing.assert_allclose(logs["discriminator_loss"], labelled + unlabelled, rtol=1e-5)


@pytest.mark.parametrize("norm, measure", [("squared", np.square), ("absolute", np.abs)])
def test_the_generator_matches_mean_features(norm, measure):
    model = descend(by_hand(feature_norm=norm), discriminator=0.0)
    logs = model.train_step(batch())
    difference = FEATURES * (REAL.mean() - FAKE)
    np.testing.assert_allclose(logs["generator_loss"], measure(difference).mean(), rtol=1e-5)
    # It moves the fakes towards the mean of the reals.
    assert abs(float(weights(model.generator)[1][0]) - REAL.mean()) < FAKE - REAL.mean()


def test_the_other_loss_of_the_generator_is_the_cross_entropy_of_fakes_taken_for_reals():
    logs = descend(by_hand(generator_loss="non_saturating"), rate=0.0).train_step(batch())
    np.testing.assert_allclose(logs["generator_loss"], softplus(-real_logit([FAKE])).mean(), rtol=1e-5)
    with pytest.raises(ValueError, match="'feature_maching'. Did you mean feature_matching"):
        by_hand(generator_loss="feature_maching")


def test_feature_matching_trains_no_discriminator():
    """The features' weights are no part of D's loss here, and stay."""
    model = descend(by_hand())
    model.train_step(batch())
    features, logit = (model.discriminator.get_layer(name).kernel.numpy() for name in ("features", "logit"))
    np.testing.assert_array_equal(features, FEATURES[None].astype(np.float32))
    assert (logit != SLOPES[None].astype(np.float32)).any()


def test_labelled_real_and_fake_images_pass_apart():
    model = descend(by_hand(), rate=0.0)
    shown = watch(model.discriminator, lambda image: image.numpy().ravel())
    model.train_step(batch())
    expected = [LABELLED, REAL, np.full(4, FAKE), REAL, np.full(4, FAKE)]
    for seen, values in zip(shown, expected, strict=True):
        np.testing.assert_allclose(seen, values, rtol=1e-6)


def test_the_baseline_sees_nothing_but_the_labelled():
    model = descend(by_hand(supervised_only=True))
    shown = watch(model.discriminator, lambda image: image.numpy().ravel())
    assert set(model.train_step(batch())) == {"labelled_loss"} and len(shown) == 1
    np.testing.assert_allclose(weights(model.generator)[1], [FAKE], rtol=1e-6)


def test_classes_and_the_chance_of_being_real_are_served():
    function, _ = by_hand().signatures()["classify"]
    served = function({"image": tf.constant(pixels(*REAL))})
    np.testing.assert_allclose(served["class_probs"], special.softmax(logits(REAL), axis=1), rtol=1e-5)
    sums = np.exp(logits(REAL)).sum(axis=1)
    np.testing.assert_allclose(served["real_prob"], sums / (sums + 1), rtol=1e-5)


@pytest.mark.parametrize("config_id, system", [("improved_gan/mnist", "improved_gan"), ("dcgan/fashion_mnist_10k", "gan")])
def test_any_config_can_have_the_other_techniques(config_id, system):
    asked = {
        "system": system,
        "networks.generator.virtual_batch": 4,
        "networks.discriminator.minibatch_kernels": 3,
        "optimizers.generator": {"class": "HistoricalAdam", "learning_rate": 1e-3, "history": 1e-2},
        "system_args.real_target": 0.9,
    }
    model = build(load_config(config_id, asked, smoke=True))
    assert of_type(model.discriminator, MinibatchDiscrimination)[0].kernels == 3
    [reference] = of_type(model.generator, ReferenceBatch)
    assert len(of_type(model.generator, VirtualBatchNormalization)) == 2
    assert not of_type(model.generator, keras.layers.BatchNormalization)
    assert model.real_target == 0.9 and model.optimizers["generator"].history == 1e-2
    images = np.random.default_rng(0).uniform(-1, 1, (8, *model.example_shapes["image"])).astype(np.float32)
    model.run_eagerly = True
    model.fit(images, np.arange(8) % 10, batch_size=8, verbose=0)
    assert all(np.isfinite(values).all() for values in model.history.history.values())
    assert np.abs(reference.reference.numpy()).max() > 0 and model.generate(3, seed=0).shape[0] == 3


def test_the_discriminator_for_mnist():
    network = classifiers.mlp(weight_norm=True)
    assert [layer.units for layer in of_type(network, WeightNormDense)] == [1000, 500, 250, 250, 250, 10]
    assert [layer.stddev for layer in of_type(network, ReplicaGaussianNoise)] == [0.3] + 5 * [0.5]
    assert network.output["features"].shape == (None, 250)
    image = np.random.default_rng(0).uniform(-1, 1, (2, 28, 28, 1)).astype(np.float32)
    # The features are what the last layer reads, but for the noise.
    judged = network(image)
    np.testing.assert_allclose(network.get_layer("logit")(judged["features"]), judged["logit"], rtol=1e-5)


def test_the_discriminator_for_cifar():
    network = classifiers.convolutional(weight_norm=True)
    convolutions = of_type(network, WeightNormConv2D)
    assert [layer.filters for layer in convolutions] == [96] * 3 + [192] * 6
    assert [layer.strides for layer in convolutions] == [1, 1, 2, 1, 1, 2, 1, 1, 1]
    assert [layer.kernel_size for layer in convolutions] == [3] * 7 + [1] * 2
    assert network.output["features"].shape == (None, 192) and convolutions[-1].output.shape[1:3] == (6, 6)

