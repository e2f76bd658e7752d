"""AM-GAN: both losses by hand, its gradient beside LabelGAN's, dynamic and predefined targets, the AM score."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers
from PIL import Image
from tiny import affine, constant, cross_entropy, descend, images_by_label, of_type, pixels, watch, weights

from tfgan_zoo import metrics
from tfgan_zoo.layers.batch_norm import BatchNormalization
from tfgan_zoo.layers.dropout import ReplicaDropout
from tfgan_zoo.layers.keyed import ReplicaGaussianNoise
from tfgan_zoo.losses.classification import cross_entropy as loss_of
from tfgan_zoo.losses.gan import generator_non_saturating
from tfgan_zoo.systems.am_gan import networks
from tfgan_zoo.systems.am_gan.am_gan import AMGAN, likeliest_class, real_logit

SLOPES, OFFSETS = np.array([1.0, -2.0, 0.5, 1.5]), np.array([0.0, 0.3, -0.4, 0.2])
REAL, LABEL = np.array([0.1, -0.2, 0.3, 0.9]), np.array([2, 0, 0, 1])
FAKE = -0.5


def discriminator(slopes=SLOPES, offsets=OFFSETS):
    """An image of one pixel x -> x slopes + offsets: three classes of reals, and that of fakes."""
    image = keras.Input([1, 1, 1], name="image")
    return keras.Model(image, affine([slopes], offsets)(layers.Flatten()(image)), name="discriminator")


def generator():
    z = keras.Input([2], name="z")
    pixel = constant([FAKE], 2)(z)
    return keras.Model(z, layers.Reshape([1, 1, 1])(pixel), name="generator")


def by_hand(targets="dynamic", rate=0.0, **rates):
    made = images_by_label([-0.5, 0.25, 1.0]) if targets == "predefined" else generator()
    return descend(AMGAN(made, discriminator(), targets, classes=3), rate, **rates)


def batch(real=REAL, label=LABEL):
    return {"image": tf.constant(pixels(*real)), "label": tf.constant(label, tf.int32)}


def logits_of(x):
    return np.outer(np.atleast_1d(x), SLOPES) + OFFSETS


def test_the_discriminator_tells_the_classes_of_reals_and_that_of_fakes_apart():
    logs = by_hand().train_step(batch())
    of_real = cross_entropy(LABEL, logits_of(REAL)).mean()
    of_fake = cross_entropy([3], logits_of(FAKE)).mean()
    np.testing.assert_allclose(logs["real_class_loss"], of_real, rtol=1e-5)
    np.testing.assert_allclose(logs["discriminator_loss"], of_real + of_fake, rtol=1e-5)

    def p_fake(x):
        e = np.exp(logits_of(x))
        return e[:, -1] / e.sum(axis=1)

    source = -np.log(1 - p_fake(REAL)).mean() - np.log(p_fake(FAKE)).mean()
    np.testing.assert_allclose(logs["source_loss"], source, rtol=1e-5)


def test_the_losses_of_the_generator_by_hand():
    """Fakes of -0.5 have the logits -0.5, 1.3, -0.65, -0.55: class 1 is the likeliest."""
    logits = logits_of(FAKE)
    found = {name: float(by_hand(name).train_step(batch())["generator_loss"]) for name in ("dynamic", "any_class")}
    assert found["dynamic"] == pytest.approx(cross_entropy([1], logits)[0], rel=1e-5)
    p = np.exp(logits[0]) / np.exp(logits[0]).sum()
    assert found["any_class"] == pytest.approx(-np.log(p[:3].sum()), rel=1e-5)


def test_the_generators_step_is_that_of_the_chosen_class_alone():
    model = by_hand(generator=0.1)
    p = np.exp(logits_of(FAKE)[0]) / np.exp(logits_of(FAKE)[0]).sum()
    model.train_step(batch())
    # d CE / d x = sum_i p_i slope_i - slope_1.
    moved = FAKE - 0.1 * ((p * SLOPES).sum() - SLOPES[1])
    np.testing.assert_allclose(weights(model.generator)[1], [moved], rtol=1e-5)


def test_predefined_targets_are_uniform_and_what_the_generator_is_given():
    model = by_hand("predefined")
    asked = watch(model.generator, lambda inputs: inputs["label"].numpy())
    logs = model.train_step(batch(np.zeros(3000), np.zeros(3000)))
    in_d, in_g = asked
    for labels in asked:
        # Five standard deviations of a binomial count.
        np.testing.assert_allclose(np.bincount(labels), [1000] * 3, atol=5 * np.sqrt(3000 * 2 / 9))
    assert (in_d != in_g).any()
    made = np.array([-0.5, 0.25, 1.0])[in_g]
    np.testing.assert_allclose(logs["generator_loss"], cross_entropy(in_g, logits_of(made)).mean(), rtol=1e-5)


def random_logits(n=50, classes=11):
    return np.random.default_rng(0).normal(size=[n, classes]).astype(np.float32) * 2


def test_labelgans_gradient_is_a_mean_of_am_gans_over_the_classes():
    """On logits: weighted by p_k / p_r, with p_r the probability of being real."""
    logits = tf.constant(random_logits())

    def gradient(loss):
        with tf.GradientTape() as tape:
            tape.watch(logits)
            value = loss(logits)
        return tape.gradient(value, logits).numpy()

    p = tf.nn.softmax(logits).numpy()[:, :-1]
    shares = p / p.sum(axis=1, keepdims=True)
    of_classes = [gradient(lambda x, k=k: loss_of(tf.fill([50], k), x)) for k in range(10)]
    mean = sum(shares[:, k, None] * each for k, each in enumerate(of_classes))
    labelgan = gradient(lambda x: generator_non_saturating(real_logit(x)))
    np.testing.assert_allclose(labelgan, mean, atol=1e-6)
    assert np.abs(labelgan - of_classes[0]).max() > 1e-3


def test_a_target_is_never_the_class_of_fakes_and_has_no_gradient():
    logits = tf.constant(random_logits() + 50 * np.eye(11, dtype=np.float32)[10])
    with tf.GradientTape() as tape:
        tape.watch(logits)
        targets = likeliest_class(logits)
        loss = loss_of(targets, logits)
    found = targets.numpy()
    np.testing.assert_array_equal(found, logits.numpy()[:, :10].argmax(axis=1))
    # What is left is the gradient of a cross entropy with given labels.
    expected = (tf.nn.softmax(logits).numpy() - np.eye(11)[found]) / 50
    np.testing.assert_allclose(tape.gradient(loss, logits), expected, atol=1e-6)


def test_the_logit_of_being_real_is_that_of_the_probability():
    logits = random_logits()
    p = tf.nn.softmax(logits.astype(np.float64)).numpy()
    np.testing.assert_allclose(real_logit(logits), np.log((1 - p[:, -1]) / p[:, -1]), rtol=1e-4, atol=1e-5)


def test_the_am_score_of_sure_samples_of_all_classes_is_the_divergence_from_uniform():
    real = np.log(np.array([[0.7, 0.2, 0.1]]))
    sure = 100.0 * np.eye(3)
    expected = np.log(3) + 0.7 * np.log(0.7) + 0.2 * np.log(0.2) + 0.1 * np.log(0.1)
    assert metrics.am_score(real, sure) == pytest.approx(expected, rel=1e-6)


def test_what_is_served():
    model = by_hand()
    served, specs = model.signatures()["classify"]
    assert specs["image"].shape == (None, 1, 1, 1)
    probs = served({"image": tf.constant(pixels(*REAL))})["class_probs"].numpy()
    e = np.exp(logits_of(REAL))
    np.testing.assert_allclose(probs, e / e.sum(axis=1, keepdims=True), rtol=1e-5)
    assert set(model.signatures()["serving_default"][1]) == {"z"}
    assert set(by_hand("predefined").signatures()["serving_default"][1]) == {"z", "label"}


def test_a_pictures_rows_are_of_the_classes_that_the_discriminator_finds(tmp_path, monkeypatch):
    """Pixels between -1 and 1: class 1 is surest at -1, and class 2, of the largest slope, at 1."""
    model = AMGAN(generator(), discriminator(np.array([0.0, -4.0, 4.0, 0.0]), np.zeros(4)), classes=3)
    values = np.linspace(-1, 1, 300, dtype=np.float32)
    monkeypatch.setattr(model, "generate", lambda n, seed: pixels(*values[:n]))
    model.save_samples(tmp_path / "a.png", 9, 0, None)
    with Image.open(tmp_path / "a.png") as file:
        picture = np.asarray(file)[::4, ::4].astype(int)
    assert picture.shape == (3, 3)
    assert np.abs(picture[0] - 127).max() <= 3 and picture[1].max() <= 3 and picture[2].min() >= 252


def kernels(network):
    return [tuple(v.shape) for v in network.trainable_variables if len(v.shape) > 1]


def test_the_papers_networks():
    made, judge = networks.generator(), networks.discriminator()
    assert kernels(made) == [
        (100, 4 * 4 * 768), (3, 3, 384, 768), (3, 3, 192, 384), (3, 3, 96, 192), (3, 3, 3, 96),
    ]  # fmt: skip
    assert made.output_shape == (None, 32, 32, 3) and made.layers[-1].activation is keras.activations.tanh
    assert kernels(judge) == [(3, 3, 3, 64), (3, 3, 64, 128), (3, 3, 128, 256), (3, 3, 256, 512), (512, 11)]
    convolutions = of_type(judge, keras.layers.Conv2D)
    assert [layer.strides[0] for layer in convolutions] == [1, 2, 2, 2]
    assert [layer.rate for layer in of_type(judge, ReplicaDropout)] == [0.3] * 4
    assert len(of_type(judge, BatchNormalization)) == 3 and len(of_type(made, BatchNormalization)) == 4
    assert of_type(judge, ReplicaGaussianNoise)[0].stddev == 0.1
    labelled = networks.generator(latent_dim=3, width=2, classes=5)
    assert set(labelled.input) == {"z", "label"} and kernels(labelled)[0] == (8, 4 * 4 * 16)
    assert networks.discriminator(width=2, classes=0).output_shape == (None, 1)


def test_networks_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match="With predefined targets the generator takes no labels"):
        AMGAN(generator(), discriminator(), "predefined", classes=3)
    with pytest.raises(ValueError, match="With dynamic targets the generator takes labels"):
        AMGAN(images_by_label([0.0, 1.0, 2.0]), discriminator(), classes=3)
    with pytest.raises(ValueError, match="4 logits; for 4 classes and that of fakes it needs 5"):
        AMGAN(generator(), discriminator(), classes=4)
    with pytest.raises(ValueError, match="dynamic, predefined, any_class; got 'label'"):
        AMGAN(generator(), discriminator(), "label", classes=3)
    with pytest.raises(ValueError, match="2 classes and the system for 3"):
        AMGAN(images_by_label([0.0, 1.0]), discriminator(), "predefined", classes=3)
