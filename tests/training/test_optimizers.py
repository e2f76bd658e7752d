"""The momentum ramp and the learning-rate schedules, step by step by hand."""

import keras
import numpy as np
import tensorflow as tf

from tfgan_zoo.training.optimizers import ConstantThenLinear, FlooredExponentialDecay, RampedMomentumSGD


def test_the_rate_is_divided_every_update_down_to_the_floor():
    rate = FlooredExponentialDecay(initial=0.1, divisor=2.0, floor=0.03)
    np.testing.assert_allclose([float(rate(t)) for t in range(4)], [0.1, 0.05, 0.03, 0.03])


def test_the_papers_divisor_halves_the_rate_in_173_287_updates():
    rate = FlooredExponentialDecay(initial=0.1, divisor=1.000004, floor=1e-6)
    np.testing.assert_allclose(float(rate(173_287)), 0.05, rtol=2e-2)


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


def test_both_survive_their_configs():
    optimizer = RampedMomentumSGD(
        FlooredExponentialDecay(0.1, 1.5, 0.01), final_momentum=0.9, ramp_steps=7
    )
    again = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(optimizer))
    assert again.ramp_steps == 7 and again.final_momentum == 0.9
    np.testing.assert_allclose(float(again._learning_rate(1)), 0.1 / 1.5, rtol=1e-6)
