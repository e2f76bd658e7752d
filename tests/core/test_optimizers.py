"""The momentum ramp and the learning-rate schedules, step by step by hand; Adam that restarts."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from tfgan_zoo.core.optimizers import HistoricalAdam, LazyAdam, RampedMomentumSGD, RestartingAdam, restart
from tfgan_zoo.core.schedules import ConstantThenExponential, ConstantThenLinear, FlooredExponentialDecay


def test_the_rate_is_divided_every_update_down_to_the_floor():
    rate = FlooredExponentialDecay(initial=0.1, divisor=2.0, floor=0.03)
    np.testing.assert_allclose([float(rate(t)) for t in range(4)], [0.1, 0.05, 0.03, 0.03])


def test_the_papers_divisor_halves_the_rate_in_173_287_updates():
    rate = FlooredExponentialDecay(initial=0.1, divisor=1.000004, floor=1e-6)
    np.testing.assert_allclose(float(rate(173_287)), 0.05, rtol=1e-5)


@pytest.mark.parametrize("step", [1, 1000, 250_000, 1_000_000])
def test_the_rate_of_late_updates_is_that_of_double_precision(step):
    rate = FlooredExponentialDecay(initial=0.1, divisor=1.000004, floor=1e-6)
    np.testing.assert_allclose(float(rate(step)), 0.1 * np.float64(1.000004) ** -step, rtol=1e-6)


def test_the_rate_is_constant_and_then_falls_on_a_line_to_zero():
    rate = ConstantThenLinear(initial=0.2, constant_steps=2, decay_steps=4)
    expected = [0.2, 0.2, 0.2, 0.15, 0.1, 0.05, 0, 0]
    np.testing.assert_allclose([float(rate(t)) for t in range(8)], expected, atol=1e-8)
    assert ConstantThenLinear.from_config(rate.get_config()).get_config() == rate.get_config()


def test_momentum_ramps_and_the_update_uses_it():
    optimizer = RampedMomentumSGD(1.0, momentum=0.5, final_momentum=0.7, ramp_steps=2)
    variable = keras.Variable([0.0])
    optimizer.build([variable])
    place = velocity = 0.0
    for momentum in (0.5, 0.6, 0.7, 0.7):
        np.testing.assert_allclose(float(optimizer.current_momentum()), momentum, rtol=1e-6)
        optimizer.apply([tf.constant([1.0])], [variable])
        velocity = momentum * velocity - 1.0
        place += velocity
        np.testing.assert_allclose(variable.numpy(), [place], rtol=1e-6)


def test_momentum_may_begin_at_zero():
    optimizer = RampedMomentumSGD(1.0, momentum=0.0, final_momentum=0.5, ramp_steps=1)
    # Velocities of -1, then -1.5, then -1.75.
    np.testing.assert_allclose(walk(optimizer, [[1.0, 0.0]] * 3)[:, 0], [-1, -2.5, -4.25])


def test_both_survive_their_configs():
    optimizer = RampedMomentumSGD(
        FlooredExponentialDecay(0.1, 1.5, 0.01), final_momentum=0.9, ramp_steps=7
    )
    again = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(optimizer))
    assert again.ramp_steps == 7 and again.final_momentum == 0.9
    np.testing.assert_allclose(float(again._learning_rate(1)), 0.1 / 1.5, rtol=1e-6)


def walk(optimizer, gradients, restart_at=()):
    """Where a weight that starts at [0, 0] is after each update."""
    variable = keras.Variable([0.0, 0.0])
    optimizer.build([variable])
    places = []
    for update, gradient in enumerate(gradients):
        if isinstance(optimizer, RestartingAdam):
            optimizer.restart(update in restart_at)
        optimizer.apply([tf.constant(gradient)], [variable])
        places.append(variable.numpy())
    assert int(optimizer.iterations) == len(gradients)
    return np.array(places)


GRADIENTS = [[1.0, -0.1], [5.0, 0.2], [-0.5, 0.3], [0.1, 0.0], [2.0, -1.0], [0.3, 0.3]]


@pytest.mark.parametrize("beta_1", [0.0, 0.9])
def test_without_a_restart_it_is_adam(beta_1):
    settings = {"learning_rate": 0.1, "beta_1": beta_1, "beta_2": 0.99}
    expected = walk(keras.optimizers.Adam(**settings), GRADIENTS)
    np.testing.assert_allclose(walk(RestartingAdam(**settings), GRADIENTS), expected, rtol=1e-5)


@pytest.mark.parametrize("beta_1", [0.0, 0.9])
def test_after_a_restart_it_moves_as_a_fresh_one_does(beta_1):
    settings = {"learning_rate": 0.1, "beta_1": beta_1, "beta_2": 0.99}
    places = walk(RestartingAdam(**settings), GRADIENTS, restart_at=[2])
    fresh = walk(keras.optimizers.Adam(**settings), GRADIENTS[2:])
    np.testing.assert_allclose(places[2:] - places[1], fresh, rtol=1e-4, atol=1e-6)
    # An Adam that remembers the large gradients moves less.
    assert np.abs(places - walk(RestartingAdam(**settings), GRADIENTS)).max() > 0.05


def test_a_restart_is_for_optimisers_that_can_forget_or_have_nothing_to_forget():
    restart(keras.optimizers.SGD(0.1), True)
    ramped = RampedMomentumSGD(0.1, momentum=0.0, final_momentum=0.7, ramp_steps=10)
    for optimizer in (keras.optimizers.Adam(0.1), keras.optimizers.SGD(0.1, momentum=0.5), ramped):
        with pytest.raises(TypeError, match="cannot forget its slots.*use RestartingAdam"):
            restart(optimizer, True)
    with pytest.raises(ValueError, match="no amsgrad"):
        RestartingAdam(amsgrad=True).build([keras.Variable([0.0])])


@pytest.mark.parametrize("every, share", [(0, 1.0), (1, 0.5), (4, 0.8), (16, 16 / 17)])
def test_lazy_adam_is_an_adam_whose_rates_fit_one_more_update_in_k_steps(every, share):
    settings = {"learning_rate": 0.1, "beta_1": 0.5, "beta_2": 0.99}
    lazy = LazyAdam(**settings, every=every)
    corrected = {"learning_rate": 0.1 * share, "beta_1": 0.5**share, "beta_2": 0.99**share}
    np.testing.assert_allclose(
        [float(lazy.learning_rate), lazy.beta_1, lazy.beta_2], list(corrected.values()), rtol=1e-6
    )
    np.testing.assert_allclose(walk(lazy, GRADIENTS), walk(keras.optimizers.Adam(**corrected), GRADIENTS), rtol=1e-5)
    assert LazyAdam(beta_1=0.0, every=every).beta_1 == 0


def test_lazy_adam_survives_its_config_without_a_second_correction():
    optimizer = LazyAdam(0.1, beta_2=0.99, every=4, ema_half_life=10, ema_ramp=0.5, use_ema=True, epsilon=1e-8)
    again = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(optimizer))
    assert again.get_config() == optimizer.get_config()
    assert float(again.learning_rate) == pytest.approx(0.08) and again.epsilon == 1e-8
    with pytest.raises(TypeError, match="takes a number as learning rate"):
        LazyAdam(keras.optimizers.schedules.CosineDecay(0.1, 10))


@pytest.mark.parametrize("ramp, halves", [(0.0, [0, 2, 2, 2, 2, 2]), (0.5, [0, 0.5, 1, 1.5, 2, 2])])
def test_averages_have_a_half_life_which_may_grow_with_training(ramp, halves):
    optimizer, variable = LazyAdam(0.1, use_ema=True, ema_half_life=2, ema_ramp=ramp), keras.Variable([0.0, 0.0])
    optimizer.build([variable])
    average = np.zeros(2)
    for gradient, half in zip(GRADIENTS, halves):
        optimizer.apply([tf.constant(gradient)], [variable])
        kept = 0.5 ** (1 / half) if half else 0.0
        average = kept * average + (1 - kept) * variable.numpy()
        np.testing.assert_allclose(optimizer._model_variables_moving_average[0].numpy(), average, rtol=1e-4)


def test_historical_averaging_adds_the_gradient_of_the_distance_to_the_mean_of_the_past():
    """The same as Adam on gradients to which it is added by hand."""
    ours, plain = HistoricalAdam(0.1, history=0.25), keras.optimizers.Adam(0.1)
    variable, other = keras.Variable([1.0, -2.0]), keras.Variable([1.0, -2.0])
    past = []
    for gradient in (np.array([1.0, 0.5]), np.array([-3.0, 0.1]), np.array([0.2, 0.2])):
        pull = 2 * 0.25 * (other.numpy() - np.mean(past, axis=0)) if past else 0
        past.append(other.numpy())
        ours.apply([tf.constant(gradient, tf.float32)], [variable])
        plain.apply([tf.constant(gradient + pull, tf.float32)], [other])
        np.testing.assert_allclose(variable, other, rtol=1e-5)
    np.testing.assert_allclose(ours.means[0], np.mean(past, axis=0), rtol=1e-5)
    again = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(ours))
    assert again.get_config() == ours.get_config() and again.history == 0.25


def test_the_rate_stays_and_then_falls_by_a_factor():
    rate = ConstantThenExponential(initial=0.2, constant_steps=2, decay_steps=4)
    expected = 0.2 * 10.0 ** np.array([0, 0, 0, -0.5, -1, -1.5, -2, -2])
    np.testing.assert_allclose([float(rate(t)) for t in range(8)], expected, rtol=1e-5)
    assert ConstantThenExponential.from_config(rate.get_config()).get_config() == rate.get_config()
