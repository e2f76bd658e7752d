"""The score function's gradient, held to that of a divergence by enumeration, and the boundary losses."""

import numpy as np
import pytest
import tensorflow as tf

from tfgan_zoo.losses import boundary, score_function

RNG = np.random.default_rng(0)
DATA = RNG.dirichlet(np.full(16, 2.0))
START = RNG.normal(size=16).astype(np.float32)


def gradient(weights_of, outcomes):
    """The loss' gradient by the logits of a softmax over 16 outcomes, of draws [M] and the best discriminator."""
    logits = tf.Variable(START)
    with tf.GradientTape() as tape:
        log_likelihoods = tf.gather(tf.nn.log_softmax(logits), outcomes)[None]
        # Its score is the log-ratio of data to draws, which moves with the generator, and must pass no gradient.
        scores = tf.cast(tf.gather(np.log(DATA), outcomes), tf.float32)[None] - log_likelihoods
        loss = score_function.loss(weights_of(scores, log_likelihoods), log_likelihoods)
    return tape.gradient(loss, logits).numpy()


def of_divergence():
    """That of KL(p || g): g - p."""
    return np.exp(START) / np.exp(START).sum() - DATA


def test_over_all_outcomes_it_is_the_gradient_of_the_divergence():
    """Each outcome once, with its own probability: sum g (p / g) grad log g."""

    def weights(scores, log_likelihoods):
        return score_function.normalized_ratios(scores + log_likelihoods)

    np.testing.assert_allclose(gradient(weights, np.arange(16)), of_divergence(), atol=1e-6)


def test_of_ten_thousand_draws_it_points_the_same_way():
    draws = RNG.choice(16, 10_000, p=np.exp(START) / np.exp(START).sum())
    found, expected = gradient(lambda scores, _: score_function.normalized_ratios(scores), draws), of_divergence()
    assert found @ expected / np.linalg.norm(found) / np.linalg.norm(expected) >= 0.99


def test_the_expected_gradient_of_pairs_of_draws_by_enumeration():
    """Two outcomes with ratios of 3 to 1: only a pair of both points anywhere."""
    share = 0.25
    expected = np.zeros(2)
    for first in (0, 1):
        for second in (0, 1):
            logits = tf.Variable(np.log([share, 1 - share]).astype(np.float32))
            pair = [first, second]
            with tf.GradientTape() as tape:
                weights = score_function.normalized_ratios(np.log([[[3.0, 1.0][k] for k in pair]]))
                loss = score_function.loss(weights, tf.gather(tf.nn.log_softmax(logits), pair)[None])
            chance = np.prod([[share, 1 - share][k] for k in pair])
            expected += chance * tape.gradient(loss, logits).numpy()
    # By outcome 0's logit: share - P(0, 0) - P(mixed) 3/4.
    by_hand = share - share**2 - 2 * share * (1 - share) * 0.75
    np.testing.assert_allclose(expected, [by_hand, -by_hand], atol=1e-6)


def test_weights_sum_to_one_within_each_group():
    scores = tf.constant([[0.0, np.log(3.0)], [200.0, 200.0], [-300.0, 5.0]])
    weights = score_function.normalized_ratios(scores)
    np.testing.assert_allclose(weights, [[0.25, 0.75], [0.5, 0.5], [0, 1]], atol=1e-6)
    assert float(score_function.effective_samples(weights)) == pytest.approx((1.6 + 2 + 1) / 3)


def test_the_loss_is_a_mean_over_groups_of_weighted_sums():
    weights, log_likelihoods = [[0.25, 0.75], [1.0, 0.0]], [[-4.0, -8.0], [-2.0, -100.0]]
    given = tf.Variable(weights), tf.Variable(log_likelihoods)
    with tf.GradientTape() as tape:
        loss = score_function.loss(*given)
    assert float(loss) == pytest.approx((1 + 6 + 2) / 2)
    of_weights, of_likelihoods = tape.gradient(loss, given)
    assert of_weights is None
    np.testing.assert_allclose(of_likelihoods, -np.array(weights) / 2)


def test_the_boundary_is_where_the_ratio_is_that_of_the_partition():
    logits = tf.constant([[1.0], [3.0]])
    assert float(boundary.squared(logits, 2.0)) == 1
    assert float(boundary.squared(tf.fill([4, 1], 0.7), 0.7)) == 0
    assert float(boundary.log_partition(logits)) == pytest.approx(np.log((np.exp(1) + np.exp(3)) / 2))


@pytest.mark.parametrize("logit", [-2.0, 0.0, 0.5])
def test_the_release_seeks_the_same_boundary(logit):
    variable = tf.Variable([[logit]])
    with tf.GradientTape() as tape:
        loss = boundary.cross_entropy(variable)
    share = 1 / (1 + np.exp(-logit))
    assert float(loss) == pytest.approx(-(np.log(share) + np.log(1 - share)) / 2, rel=1e-6)
    assert float(tape.gradient(loss, variable)[0, 0]) == pytest.approx(share - 0.5, abs=1e-6)
