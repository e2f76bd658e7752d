"""The adversarial losses at values worked by hand."""

import math

import numpy as np
import pytest
import tensorflow as tf

from tfgan_zoo.losses import gan, hinge, least_squares, variational


def sigmoid(a):
    return 1 / (1 + math.exp(-a))


@pytest.mark.parametrize("real, fake", [([0.0, 0.0], [0.0, 0.0]), ([2.0, -1.0], [0.5, -3.0])])
def test_losses_are_the_papers_log_probabilities(real, fake):
    real_t, fake_t = tf.constant(real)[:, None], tf.constant(fake)[:, None]
    d_loss = -np.mean([math.log(sigmoid(a)) for a in real]) - np.mean(
        [math.log(1 - sigmoid(a)) for a in fake]
    )
    np.testing.assert_allclose(gan.discriminator(real_t, fake_t), d_loss, rtol=1e-6)
    minimax = np.mean([math.log(1 - sigmoid(a)) for a in fake])
    np.testing.assert_allclose(gan.generator_minimax(fake_t), minimax, rtol=1e-6)
    non_saturating = -np.mean([math.log(sigmoid(a)) for a in fake])
    np.testing.assert_allclose(gan.generator_non_saturating(fake_t), non_saturating, rtol=1e-6)


def test_a_discriminator_that_cannot_tell_scores_log_four():
    zeros = tf.zeros([3, 1])
    np.testing.assert_allclose(gan.discriminator(zeros, zeros), math.log(4), rtol=1e-6)


def test_extreme_logits_stay_exact():
    far = tf.constant([[1000.0]])
    np.testing.assert_allclose(gan.discriminator(-far, far), 2000.0)
    np.testing.assert_allclose(gan.generator_non_saturating(far), 0.0)
    np.testing.assert_allclose(gan.generator_minimax(far), -1000.0)


def test_minimax_saturates_where_the_discriminator_is_sure_and_the_other_does_not():
    logits = tf.Variable([[-6.0]])
    gradients = {}
    for name in gan.GENERATOR_LOSSES:
        with tf.GradientTape() as tape:
            loss = gan.generator(name)(logits)
        gradients[name] = float(tape.gradient(loss, logits)[0, 0])
    np.testing.assert_allclose(gradients["minimax"], -sigmoid(-6), rtol=1e-5)
    np.testing.assert_allclose(gradients["non_saturating"], -sigmoid(6), rtol=1e-5)
    assert gradients["non_saturating"] / gradients["minimax"] > 300


def test_bfloat16_logits_are_averaged_in_float32():
    loss = gan.generator_non_saturating(tf.zeros([3, 1], tf.bfloat16))
    assert loss.dtype == tf.float32


def test_an_unknown_loss_names_the_known_ones():
    with pytest.raises(ValueError, match="non_saturating, minimax"):
        gan.generator("hinge")


def test_least_squares_pull_reals_to_one_and_fakes_to_zero():
    real, fake = tf.constant([[3.0], [0.0]]), tf.constant([[[2.0], [-1.0]]])
    assert float(least_squares.discriminator(real, fake)) == (4 + 1) / 2 + (4 + 1) / 2
    assert float(least_squares.generator(fake)) == (1 + 4) / 2


def test_hinges_charge_scores_within_their_margins_alone():
    real, fake = tf.constant([[3.0], [0.5], [-1.0]]), tf.constant([[-4.0], [0.0], [2.0]])
    np.testing.assert_allclose(
        hinge.discriminator(real, fake), (0 + 0.5 + 2) / 3 + (0 + 1 + 3) / 3, rtol=1e-6
    )
    np.testing.assert_allclose(hinge.generator(fake), 2 / 3, rtol=1e-6)
    assert (
        hinge.discriminator(tf.zeros([2, 1], tf.bfloat16), tf.zeros([2, 1], tf.bfloat16)).dtype == tf.float32
    )
    assert float(hinge.discriminator(tf.zeros([2, 1]), tf.zeros([2, 1]))) == 2


def test_matching_aware_weighs_wrong_pairs_and_fakes_by_one_half():
    right, wrong, fake = ([1.0, -2.0], [0.5, 0.0, 3.0], [-1.0])
    log_right = np.mean([math.log(sigmoid(a)) for a in right])
    log_others = [np.mean([math.log(1 - sigmoid(a)) for a in logits]) for logits in (wrong, fake)]
    expected = -log_right - sum(log_others) / 2
    np.testing.assert_allclose(gan.matching_aware(*map(tf.constant, (right, wrong, fake))), expected, rtol=1e-6)


def test_the_mean_divergence_is_over_rows_and_dimensions():
    """Of N(0, 1) it is 0, of N(2, 1) 2, and of N(0, e) (e - 2) / 2 nats."""
    mu, logvar = tf.constant([[0.0, 2.0], [0.0, 0.0]]), tf.constant([[0.0, 0.0], [1.0, 0.0]])
    np.testing.assert_allclose(variational.mean_divergence(mu, logvar), (2 + (np.e - 2) / 2) / 4, rtol=1e-6)


def test_pairs_are_ranked_up_to_a_margin():
    """Margins of 2: pairs 3 apart, 2 apart, 1 apart and the wrong way round by 1."""
    upper, lower = tf.Variable([[4.0], [2.0], [1.0], [-1.0]]), tf.Variable(tf.zeros([4, 1]))
    with tf.GradientTape() as tape:
        loss = hinge.ranking(upper, lower, 2.0)
    assert float(loss) == (0 + 0 + 1 + 3) / 4
    of_upper, of_lower = tape.gradient(loss, [upper, lower])
    np.testing.assert_array_equal(of_upper, np.reshape([0, 0, -1, -1], [4, 1]) / 4)
    np.testing.assert_array_equal(of_lower, -of_upper)


def test_one_sided_smoothing_is_of_reals_alone():
    real, fake = tf.constant([[2.0]]), tf.constant([[0.5]])
    expected = -0.9 * math.log(sigmoid(2)) - 0.1 * math.log(1 - sigmoid(2)) - math.log(1 - sigmoid(0.5))
    np.testing.assert_allclose(gan.discriminator(real, fake, real_target=0.9), expected, rtol=1e-6)


def test_under_smoothing_the_best_d_of_equal_densities_is_half_of_the_target():
    logit = tf.constant([[math.log(0.45 / 0.55)]])
    with tf.GradientTape() as tape:
        tape.watch(logit)
        loss = gan.discriminator(logit, logit, real_target=0.9)
    np.testing.assert_allclose(tape.gradient(loss, logit), [[0.0]], atol=1e-6)
