"""Unrolled updates against Keras' own: the same weights, nothing assigned, and what is refused."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from tfgan_zoo.core.unrolling import holding, unroll


def network():
    keras.utils.set_random_seed(3)
    return keras.Sequential([keras.Input([2]), keras.layers.Dense(3, "tanh"), keras.layers.Dense(1)])


def batch():
    return tf.constant(np.random.default_rng(0).normal(size=(6, 2)).astype(np.float32))


def loss_of(model, x):
    return lambda: tf.reduce_mean(tf.square(model(x) - 1.0))


def descend(model, optimizer, x, steps):
    variables = model.trainable_variables
    for _ in range(steps):
        with tf.GradientTape() as tape:
            loss = loss_of(model, x)()
        optimizer.apply(tape.gradient(loss, [v.value for v in variables]), variables)


def state(model, optimizer):
    return [v.numpy() for v in (*model.variables, *optimizer.variables)]


OPTIMIZERS = {
    "sgd": lambda: keras.optimizers.SGD(0.1),
    "momentum": lambda: keras.optimizers.SGD(0.1, momentum=0.7),
    "adam": lambda: keras.optimizers.Adam(0.05, beta_1=0.5, beta_2=0.9),
}


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_unrolled_steps_are_the_optimisers_own_and_assign_nothing(name):
    model, optimizer, x = network(), OPTIMIZERS[name](), batch()
    optimizer.build(model.trainable_variables)
    # The slots are then no longer zero, so that a start from fresh ones would show.
    descend(model, optimizer, x, 2)
    before = state(model, optimizer)
    values = unroll(optimizer, model.trainable_variables, loss_of(model, x), 3)
    for then, now in zip(before, state(model, optimizer)):
        np.testing.assert_array_equal(then, now)
    descend(model, optimizer, x, 3)
    for value, variable in zip(values, model.trainable_variables):
        np.testing.assert_allclose(value, variable.numpy(), rtol=1e-5, atol=1e-6)


def test_no_steps_leave_the_variables_as_they_are():
    model, optimizer = network(), OPTIMIZERS["adam"]()
    optimizer.build(model.trainable_variables)
    values = unroll(optimizer, model.trainable_variables, lambda: 1 / 0, 0)
    for value, variable in zip(values, model.trainable_variables):
        np.testing.assert_array_equal(value, variable.numpy())


def test_variables_are_read_as_the_values_held_within_the_context_only():
    model, x = network(), batch()
    outside = model(x).numpy()
    with holding(model.trainable_variables, [0 * v.value for v in model.trainable_variables]):
        np.testing.assert_array_equal(model(x), np.zeros([6, 1]))
    np.testing.assert_array_equal(model(x), outside)


@pytest.mark.parametrize("compiled", [False, True], ids=["plain", "xla"])
def test_adam_passes_a_finite_gradient_where_its_own_was_always_zero(compiled):
    """XLA divides zero by the root of a second moment that is zero; TensorFlow's kernel does not."""
    weight = keras.Variable([1.0, 1.0])
    optimizer = OPTIMIZERS["adam"]()
    optimizer.build([weight])

    @tf.function(jit_compile=compiled)
    def slope(scale):
        with tf.GradientTape() as tape:
            tape.watch(scale)
            # The second coordinate has no part in the loss.
            loss = lambda: tf.reduce_sum(scale * [1.0, 0.0] * weight.value**2)
            (after,) = unroll(optimizer, [weight], loss, 2)
            total = tf.reduce_sum(after)
        return tape.gradient(total, scale)

    with tf.device("CPU:0"):
        assert np.isfinite(slope(tf.constant([2.0, 2.0]))).all()


@pytest.mark.parametrize(
    "optimizer, complaint",
    [
        (lambda: keras.optimizers.RMSprop(), "got RMSprop"),
        (lambda: keras.optimizers.Adam(amsgrad=True), "Adam with amsgrad"),
        (lambda: keras.optimizers.Adam(clipnorm=1.0), "Adam with clipnorm"),
        (lambda: keras.optimizers.SGD(momentum=0.5, nesterov=True), "SGD with nesterov"),
    ],
)
def test_updates_without_a_differentiable_form_are_refused(optimizer, complaint):
    weight, optimizer = keras.Variable([1.0]), optimizer()
    optimizer.build([weight])
    with pytest.raises(ValueError, match=complaint):
        unroll(optimizer, [weight], lambda: tf.reduce_sum(weight.value), 1)
