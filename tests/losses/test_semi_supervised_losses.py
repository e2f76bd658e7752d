"""Losses on K logits against the K + 1 softmax that they stand for, and entropies by hand."""

import numpy as np
import pytest
import tensorflow as tf
from scipy import special

from tfgan_zoo.losses import semi_supervised

REAL = np.array([[2.0, -1.0, 0.5], [0.0, 0.0, 0.0]])
FAKE = np.array([[-3.0, 1.0, 0.2], [4.0, -2.0, 1.0]])


def with_fakes_class(logits):
    """log softmax over K + 1 classes, the last of which has the logit 0."""
    return special.log_softmax(np.concatenate([logits, np.zeros([len(logits), 1])], axis=1), axis=1)


def test_the_losses_are_those_of_a_softmax_with_a_last_logit_of_0():
    p_real = 1 - np.exp(with_fakes_class(REAL)[:, -1])
    expected = -np.log(p_real).mean() / 2 - with_fakes_class(FAKE)[:, -1].mean() / 2
    np.testing.assert_allclose(semi_supervised.discriminator(REAL, FAKE), expected, rtol=1e-5)
    np.testing.assert_allclose(tf.sigmoid(semi_supervised.real_logit(REAL)), p_real, rtol=1e-6)


def test_cross_entropy_is_of_the_labelled_alone():
    labels = tf.constant([-1, 2, 0, -1])
    logits = np.concatenate([REAL, FAKE])
    log_p = special.log_softmax(logits, axis=1)
    expected = -(log_p[1, 2] + log_p[2, 0]) / 2
    np.testing.assert_allclose(semi_supervised.masked_cross_entropy(labels, logits), expected, rtol=1e-5)
    assert float(semi_supervised.masked_cross_entropy(tf.constant([-1, -1]), REAL)) == 0


def entropy(p):
    return -(p * np.log(p)).sum(axis=-1)


def test_entropies_of_the_mean_and_of_each():
    p = special.softmax(REAL, axis=1)
    np.testing.assert_allclose(semi_supervised.mean_of_entropies(REAL), entropy(p).mean(), rtol=1e-5)
    np.testing.assert_allclose(semi_supervised.entropy_of_mean(REAL), entropy(p.mean(axis=0)), rtol=1e-5)


def test_certain_examples_of_two_classes_and_uncertain_ones():
    sure = np.array([[50.0, -50.0], [-50.0, 50.0]])
    assert float(semi_supervised.mean_of_entropies(sure)) == pytest.approx(0, abs=1e-6)
    assert float(semi_supervised.entropy_of_mean(sure)) == pytest.approx(np.log(2))
    assert float(semi_supervised.entropy_of_mean(sure[:1])) == pytest.approx(0, abs=1e-6)
    assert float(semi_supervised.mean_of_entropies(np.zeros([3, 2]))) == pytest.approx(np.log(2))


def test_gradients_are_finite_where_a_class_has_no_share():
    logits = tf.constant([[300.0, -300.0], [300.0, -300.0]])
    with tf.GradientTape() as tape:
        tape.watch(logits)
        loss = semi_supervised.entropy_of_mean(logits) + semi_supervised.mean_of_entropies(logits)
    assert np.isfinite(tape.gradient(loss, logits)).all()
