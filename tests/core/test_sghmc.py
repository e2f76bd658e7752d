"""SGHMC: its update and its noise by hand, a posterior that is known, and noise that repeats."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from devices import two_replicas

from tfgan_zoo.core.optimizers import SGHMC


def built(variables, name="player", **arguments):
    optimizer = SGHMC(**{"examples": 50, "learning_rate": 0.02, "friction": 0.1, "seed": 3, **arguments})
    optimizer.name = name
    optimizer.build(variables)
    return optimizer


def test_without_noise_it_is_descent_with_momentum():
    ours, theirs = (keras.Variable([1.0, -2.0]) for _ in range(2))
    sghmc, sgd = built([ours], temperature=0.0), keras.optimizers.SGD(0.02, momentum=0.9)
    sgd.build([theirs])
    for gradient in ([1.0, 0.5], [-0.3, 2.0], [0.2, 0.1]):
        sghmc.apply([tf.constant(gradient)], [ours])
        sgd.apply([tf.constant(gradient)], [theirs])
    np.testing.assert_allclose(ours.numpy(), theirs.numpy(), rtol=1e-6)


@pytest.mark.parametrize("temperature", [1.0, 0.25])
def test_each_update_adds_noise_of_variance_2_friction_rate_temperature_over_examples(temperature):
    variable = keras.Variable(np.zeros([300, 300], np.float32))
    optimizer = built([variable], temperature=temperature)
    variance, before = 2 * 0.1 * 0.02 * temperature / 50, 0.0
    for _ in range(2):
        optimizer.apply([tf.zeros([300, 300])], [variable])
        velocity = optimizer.velocities[0].numpy()
        noise = velocity - 0.9 * before
        assert noise.var() == pytest.approx(variance, rel=0.02) and abs(noise.mean()) < 0.02 * variance**0.5
        before = velocity
    # The second noise is another than the first.
    first = (variable.numpy() - before).ravel()
    assert abs(np.corrcoef(noise.ravel(), first)[0, 1]) < 0.02


def test_a_conjugate_posterior():
    """2,000 chains of a linear regression whose posterior is a normal that is known."""
    rng = np.random.default_rng(0)
    noise, deviation, chains = 0.5, 1.5, 2000
    x = rng.standard_normal([50, 3]) * [1.0, 0.7, 0.4]
    y = x @ [1.0, -2.0, 0.5] + noise * rng.standard_normal(50)
    precision = x.T @ x / noise**2 + np.eye(3) / deviation**2
    mean, covariance = np.linalg.solve(precision, x.T @ y / noise**2), np.linalg.inv(precision)
    weights = keras.Variable(np.zeros([chains, 3], np.float32))
    optimizer = built([weights])
    a, b = tf.constant(precision / 50, tf.float32), tf.constant(precision @ mean / 50, tf.float32)

    @tf.function
    def sample(steps):
        for _ in tf.range(steps):
            optimizer.apply([weights.value @ a - b], [weights])

    sample(tf.constant(400))
    drawn, deviations = weights.numpy(), np.sqrt(np.diag(covariance))
    assert (np.abs(drawn.mean(axis=0) - mean) < 0.1 * deviations).all()
    np.testing.assert_allclose(drawn.var(axis=0), deviations**2, rtol=0.15)
    correlations = np.corrcoef(drawn.T) - covariance / np.outer(deviations, deviations)
    assert np.abs(correlations).max() < 0.1


def noises(updates=2, variables=None, **arguments):
    """What the updates of two variables without gradients add up to."""
    variables = variables or [keras.Variable(np.zeros([4, 5], np.float32)) for _ in range(2)]
    optimizer = built(variables, **arguments)
    for _ in range(updates):
        optimizer.apply([tf.zeros([4, 5])] * 2, variables)
    return optimizer, [variable.numpy() for variable in variables]


def test_noise_repeats_for_a_seed_and_differs_between_variables_players_and_seeds():
    _, (one, two) = noises()
    _, again = noises()
    np.testing.assert_array_equal(again, [one, two])
    others = [noises(name="other")[1][0], noises(seed=4)[1][0], two]
    assert all(np.abs(one - other).min() > 0 for other in others)


def test_it_goes_on_from_its_saved_state():
    variables = [keras.Variable(np.zeros([4, 5], np.float32)) for _ in range(2)]
    optimizer, _ = noises(2, variables)
    loaded = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(optimizer))
    copies = [keras.Variable(variable.numpy()) for variable in variables]
    loaded.build(copies)
    store = {}
    optimizer.save_own_variables(store)
    loaded.load_own_variables(store)
    for each, theirs in ((optimizer, variables), (loaded, copies)):
        each.apply([tf.ones([4, 5])] * 2, theirs)
    np.testing.assert_array_equal(copies[1].numpy(), variables[1].numpy())
    np.testing.assert_array_equal(variables[1].numpy() != 0, True)


def test_two_replicas_and_xla_draw_the_noise_of_one():
    _, one = noises()
    strategy = two_replicas()
    with strategy.scope():
        variables = [keras.Variable(np.zeros([4, 5], np.float32)) for _ in range(2)]
        optimizer = built(variables)
    for _ in range(2):
        strategy.run(lambda: optimizer.apply([tf.zeros([4, 5])] * 2, variables))
    for found, expected in zip(variables, one):
        for replica in strategy.experimental_local_results(found.value):
            np.testing.assert_allclose(replica.numpy(), expected, rtol=1e-5)
    variables = [keras.Variable(np.zeros([4, 5], np.float32)) for _ in range(2)]
    optimizer = built(variables)
    compiled = tf.function(lambda: optimizer.apply([tf.zeros([4, 5])] * 2, variables), jit_compile=True)
    for _ in range(2):
        compiled()
    np.testing.assert_allclose([each.numpy() for each in variables], one, rtol=1e-5)


@pytest.mark.parametrize(
    "name, value", [("examples", 0), ("friction", 0.0), ("friction", 1.5), ("temperature", -1.0)]
)
def test_numbers_out_of_range_are_refused(name, value):
    with pytest.raises(ValueError, match=f"SGHMC needs (a )?{name} .* got {value}"):
        SGHMC(**{"examples": 5, name: value})
