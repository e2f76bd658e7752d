"""Energies of auto-encoders: distances, the hinge's game over outcomes, and codes that are turned apart."""

import numpy as np
import pytest
import tensorflow as tf
from devices import two_replicas

from tfgan_zoo.losses import energy
from tfgan_zoo.utils.distribution import rows_of_all_replicas


def test_a_distance_is_over_all_pixels_and_an_error_their_mean():
    images = tf.zeros([2, 2, 2, 3])
    reconstructions = tf.stack([tf.fill([2, 2, 3], 2.0), tf.zeros([2, 2, 3])])
    np.testing.assert_allclose(energy.distance(images, reconstructions), [2 * 12**0.5, 0], atol=2e-6)
    np.testing.assert_allclose(energy.mean_error(images, -reconstructions), [2, 0])


def test_a_perfect_reconstruction_has_a_finite_gradient():
    images = tf.Variable(tf.ones([1, 2, 2, 1]))
    with tf.GradientTape() as tape:
        found = energy.distance(images, tf.ones([1, 2, 2, 1]))
    np.testing.assert_array_equal(tape.gradient(found, images), np.zeros(images.shape))


def test_energies_of_low_precision_are_summed_in_float32():
    # A sum of ones in bfloat16 stops growing at 256.
    ones = tf.ones([1, 40, 40, 1], tf.bfloat16)
    np.testing.assert_allclose(energy.distance(ones, tf.zeros_like(ones)), [40], rtol=1e-5)


def test_an_energy_above_the_margin_has_no_gradient_whatever_the_others_are():
    energies = tf.Variable([4.0, 13.0])
    with tf.GradientTape() as tape:
        loss = energy.hinge(energies, 10.0)
    np.testing.assert_allclose(loss, [6, 0])
    np.testing.assert_array_equal(tape.gradient(loss, energies), [-1, 0])


def distributions(outcomes=16, seed=0):
    rng = np.random.default_rng(seed)
    return rng.dirichlet(np.ones(outcomes)), rng.dirichlet(np.ones(outcomes))


def test_the_least_loss_is_the_margin_times_what_both_distributions_share():
    """m (1 - TV(p, q)): each outcome's energy is best at 0 or at m."""
    p, q = distributions()
    energies = np.linspace(0, 20, 201)
    of_fakes = energy.hinge(tf.constant(energies), 10.0).numpy()
    losses = p[:, None] * energies + q[:, None] * of_fakes
    total_variation = np.abs(p - q).sum() / 2
    assert losses.min(axis=1).sum() == pytest.approx(10 * (1 - total_variation))


@tf.function
def _played(p, steps, margin):
    """(mean q, mean loss of D) over the last half of gradient play on tables of energies and logits."""
    energies, logits = tf.fill(tf.shape(p), margin / 2), tf.zeros_like(p)
    shares, value = tf.zeros_like(p), 0.0
    for step in tf.range(steps):
        q = tf.nn.softmax(logits)
        with tf.GradientTape() as tape:
            tape.watch(energies)
            loss = tf.reduce_sum(p * energies) + tf.reduce_sum(q * energy.hinge(energies, margin))
        energies = tf.nn.relu(energies - 0.05 * tape.gradient(loss, energies))
        with tf.GradientTape() as tape:
            tape.watch(logits)
            descended = tf.reduce_sum(tf.nn.softmax(logits) * energies)
        logits -= 0.02 * tape.gradient(descended, logits)
        if step >= steps // 2:
            shares, value = shares + q, value + loss
    count = tf.cast(steps - steps // 2, tf.float32)
    return shares / count, value / count


def test_gradient_play_ends_at_the_data_with_the_margin_as_value():
    p = distributions()[0].astype(np.float32)
    shares, value = _played(tf.constant(p), 40_000, 10.0)
    assert np.abs(shares - p).sum() / 2 < 0.02
    assert float(value) == pytest.approx(10, rel=0.01)


def test_orthogonal_codes_are_apart_and_equal_ones_are_not():
    assert float(energy.pulling_away(3 * tf.eye(4))) == 0
    assert float(energy.pulling_away(tf.constant([[1.0, 2.0], [2.0, 4.0], [-3.0, -6.0]]))) == pytest.approx(1)
    assert float(energy.pulling_away(tf.ones([1, 5]))) == 0


def test_the_term_is_the_mean_over_pairs_of_different_codes():
    """Cosines 1 / sqrt 2, 0 and 1 / sqrt 2 of three codes, given as maps."""
    codes = tf.constant([[1.0, 0.0], [2.0, 2.0], [0.0, 5.0]])[:, None, :, None]
    assert float(energy.pulling_away(codes)) == pytest.approx((0.5 + 0 + 0.5) / 3)


def test_codes_on_two_replicas_are_turned_from_those_of_both():
    codes = np.random.default_rng(0).normal(size=(6, 4)).astype(np.float32)
    with tf.GradientTape() as tape:
        watched = tf.constant(codes)
        tape.watch(watched)
        alone = energy.pulling_away(watched)
    expected = tape.gradient(alone, watched)
    strategy = two_replicas()

    @tf.function
    def of_replica(context_rows):
        with tf.GradientTape() as tape:
            tape.watch(context_rows)
            # The loss of a step is divided by the number of replicas, over which gradients are summed.
            value = energy.pulling_away(rows_of_all_replicas(context_rows)) / 2
        return 2 * value, tape.gradient(value, context_rows)

    rows = strategy.experimental_distribute_values_from_function(
        lambda context: tf.constant(codes[3 * context.replica_id_in_sync_group :][:3])
    )
    values, gradients = strategy.run(of_replica, args=(rows,))
    for value in strategy.experimental_local_results(values):
        assert float(value) == pytest.approx(float(alone), rel=1e-5)
    found = tf.concat(strategy.experimental_local_results(gradients), axis=0)
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-6)
