"""CatGAN: its losses by hand, their bound, what passes together through batch norm, what labels are for."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers
from scipy import special
from tiny import cross_entropy, descend, heads, pixel_generator, pixels, watch, weights

from tfgan_zoo.layers.batch_norm import BatchNormalization
from tfgan_zoo.systems.catgan.catgan import CatGAN

SLOPES, OFFSETS = np.array([1.0, -2.0, 0.5]), np.array([0.0, 0.3, -0.4])
REAL = np.array([0.1, -0.2, 0.3, 0.9])
LABELLED, LABEL = np.array([0.5, -0.7, 0.2, 0.5]), np.array([2, 0, 0, -1])
FAKE = 0.6


def by_hand(slopes=SLOPES, offsets=OFFSETS, **arguments):
    """Logits slopes x + offsets of a pixel x; the generator always makes `FAKE`."""
    return CatGAN(pixel_generator(0.0, FAKE), heads(logit=(slopes, offsets)), **arguments)


def batch(**changes):
    values = {
        "image": pixels(*REAL),
        "labelled_image": pixels(*LABELLED),
        "labelled_label": tf.constant(LABEL, tf.int32),
    }
    return {key: tf.convert_to_tensor(value) for key, value in {**values, **changes}.items()}


def entropies(x):
    """(the entropy of the mean, the mean of the entropies)."""
    p = special.softmax(np.outer(x, SLOPES) + OFFSETS, axis=1)
    return special.entr(p.mean(axis=0)).sum(), special.entr(p).sum(axis=1).mean()


@pytest.mark.parametrize("label_weight, fake_weight", [(1.0, 1.0), (0.3, 0.5)])
def test_the_losses_are_those_of_section_3(label_weight, fake_weight):
    model = descend(by_hand(label_weight=label_weight, fake_weight=fake_weight), rate=0.0)
    logs = model.train_step(batch())
    labelled = cross_entropy(LABEL[:3], np.outer(LABELLED[:3], SLOPES) + OFFSETS).mean()
    balance, certainty = entropies(REAL)
    of_fakes = entropies([FAKE])[1]
    expected = -balance + certainty - fake_weight * of_fakes + label_weight * labelled
    np.testing.assert_allclose(logs["discriminator_loss"], expected, rtol=1e-5)
    found = [logs[name] for name in ("real_balance", "real_entropy", "fake_entropy", "labelled_loss")]
    np.testing.assert_allclose(found, [balance, certainty, of_fakes, labelled], rtol=1e-5)
    # All fakes are alike: their balance is the entropy of each.
    np.testing.assert_allclose(logs["generator_loss"], 0, atol=1e-6)


def test_the_generators_loss_is_certainty_less_balance():
    model = descend(CatGAN(pixel_generator(), heads(logit=(SLOPES, OFFSETS)), prior="normal"), rate=0.0)
    made = watch(model.discriminator, lambda image: image.numpy().ravel())
    loss = model.train_step(batch())["generator_loss"]
    balance, certainty = entropies(made[-1])
    assert balance > certainty and len(made[-1]) == 4
    np.testing.assert_allclose(loss, certainty - balance, rtol=1e-4)


def test_two_ln_k_is_the_least_loss_where_reals_are_certain_and_balanced_and_fakes_uniform():
    """Logits (40 x, -40 x): certain at -1 and 1, uniform at the fake, which is 0."""
    model = CatGAN(pixel_generator(0.0, 0.0), heads(logit=([40.0, -40.0], [0.0, 0.0])), label_weight=0.0)
    descend(model, rate=0.0)
    best = float(model.train_step({"image": tf.constant(pixels(1.0, -1.0, 1.0, -1.0))})["discriminator_loss"])
    assert best == pytest.approx(-2 * np.log(2), abs=1e-5)
    for other in ((1.0, -1.0, 1.0, 1.0), (1.0, -1.0, 0.02, -0.02), (1.0, 1.0, 1.0, 1.0)):
        assert float(model.train_step({"image": tf.constant(pixels(*other))})["discriminator_loss"]) > best + 0.05


def test_without_labels_the_names_of_the_classes_do_not_matter():
    steps = []
    for order in ([0, 1, 2], [2, 0, 1]):
        model = descend(by_hand(SLOPES[order], OFFSETS[order], label_weight=0.0))
        logs = [model.train_step({"image": batch()["image"]}) for _ in range(2)]
        steps.append(([float(each["discriminator_loss"]) for each in logs], weights(model.discriminator)[0][0]))
    np.testing.assert_allclose(steps[1][0], steps[0][0], rtol=1e-5)
    np.testing.assert_allclose(steps[1][1], steps[0][1][[2, 0, 1]], rtol=1e-5)


def test_labels_are_asked_for_only_where_they_are_learnt():
    assert set(by_hand().example_shapes) == {"image", "labelled_image", "labelled_label"}
    assert set(by_hand(label_weight=0.0).example_shapes) == {"image"}
    with pytest.raises(ValueError, match="supervised_only=True learns from labels"):
        by_hand(label_weight=0.0, supervised_only=True)


def test_the_baseline_sees_nothing_but_the_labelled():
    model = descend(by_hand(supervised_only=True))
    shown = watch(model.discriminator, lambda image: image.numpy().ravel())
    model.train_step(batch())
    [seen] = shown
    np.testing.assert_allclose(seen, LABELLED, rtol=1e-6)
    np.testing.assert_allclose(weights(model.generator)[1], [FAKE], rtol=1e-6)


def normed():
    """A discriminator with batch norm."""
    image = keras.Input([1, 1, 1])
    x = BatchNormalization(momentum=0.0)(layers.Flatten()(image))
    return keras.Model(image, layers.Dense(3)(x), name="discriminator")


def test_each_kind_of_image_is_normalised_by_itself_and_the_averages_follow_reals_alone():
    model = descend(CatGAN(pixel_generator(), normed()), rate=0.0)
    shown = watch(model.discriminator, lambda image: image.numpy().ravel())
    model.train_step(batch())
    assert [len(each) for each in shown] == [4, 4, 4, 4]
    np.testing.assert_allclose(shown[0], REAL, rtol=1e-6)
    np.testing.assert_allclose(shown[2], LABELLED, rtol=1e-6)
    np.testing.assert_allclose(model.discriminator.layers[2].moving_mean, [REAL.mean()], rtol=1e-5)


def test_the_baselines_averages_follow_the_labelled():
    model = descend(CatGAN(pixel_generator(), normed(), supervised_only=True), rate=0.0)
    model.train_step(batch())
    np.testing.assert_allclose(model.discriminator.layers[2].moving_mean, [LABELLED.mean()], rtol=1e-5)


def test_the_likeliest_class_is_served():
    function, _ = by_hand().signatures()["classify"]
    served = function({"image": tf.constant(pixels(*REAL))})
    expected = special.softmax(np.outer(REAL, SLOPES) + OFFSETS, axis=1)
    np.testing.assert_allclose(served["class_probs"], expected, rtol=1e-5)
    np.testing.assert_array_equal(served["cluster"], expected.argmax(axis=1))
