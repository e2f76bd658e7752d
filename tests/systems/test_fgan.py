"""f-GAN: one simultaneous step by hand, the heuristic, what is served, and the toy's two weights."""

import numpy as np
import pytest
import tensorflow as tf
from tiny import affine, constant, descend, weights

from tfgan_zoo.networks import mlp
from tfgan_zoo.systems.fgan import networks
from tfgan_zoo.systems.fgan.fgan import FGAN


def line(slope=0.5, fake=2.0, **arguments):
    """V = slope x against a generator that always makes `fake`."""
    return FGAN(constant([fake]), affine([[slope]], [0.0], name="variational"), **arguments)


def reals(*values):
    return {"x": tf.constant(values, tf.float32)[:, None]}


def test_one_step_by_hand():
    """Pearson: F = E v(x) - (v^2 / 4 + v) of the fake; V climbs and G descends it at the same weights."""
    model = descend(line(divergence="pearson"))
    logs = model.train_step(reals(1.0, 5.0))
    np.testing.assert_allclose(logs["bound"], 1.5 - (0.25 + 1.0), rtol=1e-6)
    np.testing.assert_allclose(logs["generator_loss"], -1.25, rtol=1e-6)
    slope_gradient = 3 - (0.5 * 1.0 + 1) * 2
    np.testing.assert_allclose(weights(model.variational)[0], [[0.5 + 0.1 * slope_gradient]], rtol=1e-6)
    # G saw the old slope, 0.5.
    np.testing.assert_allclose(weights(model.generator)[1], [2 + 0.1 * (0.5 + 1) * 0.5], rtol=1e-6)


def test_the_heuristic_raises_t_of_fakes():
    """Reverse KL: T = -exp(-v), whose slope at v = 1 is exp(-1), where that of f*(T) is 1."""
    model = descend(line(divergence="reverse_kl", heuristic=True))
    logs = model.train_step(reals(1.0))
    np.testing.assert_allclose(logs["generator_loss"], np.exp(-1), rtol=1e-6)
    np.testing.assert_allclose(weights(model.generator)[1], [2 + 0.1 * np.exp(-1) * 0.5], rtol=1e-6)
    plain = descend(line(divergence="reverse_kl"))
    plain.train_step(reals(1.0))
    np.testing.assert_allclose(weights(plain.generator)[1], [2 + 0.1 * 0.5], rtol=1e-6)


def test_the_variational_function_is_served():
    model = line(divergence="hellinger")
    assert set(model.signatures()) == {"serving_default", "variational_function"}
    found = model.variational_function(reals(0.0, 2.0))["T"]
    np.testing.assert_allclose(found, [0, 1 - np.exp(-1)], rtol=1e-6)


def test_an_unknown_divergence_is_refused():
    with pytest.raises(ValueError, match="pearsn.*Did you mean pearson"):
        line(divergence="pearsn")


def test_the_toys_generator_is_a_gaussian():
    generator = mlp.gaussian_generator(log_scale=np.log(2.0), shift=0.5)
    np.testing.assert_allclose(generator(np.array([[0.0], [1.5]])), [[0.5], [3.5]], rtol=1e-6)
    assert [weight.shape for weight in generator.trainable_weights] == [(1,), (1,)]


def test_the_papers_networks():
    kinds = [type(layer).__name__ for layer in networks.generator().layers[1:8]]
    assert kinds == 2 * ["Dense", "BatchNormalization", "ReLU"] + ["Dense"]
    variational = networks.variational_function()
    assert variational.count_params() == 784 * 240 + 240 + 240 * 240 + 240 + 241
    # Pixels of -1 are read as 0.
    black = variational(-np.ones([1, 28, 28, 1]))
    np.testing.assert_allclose(black, [[0.0]], atol=1e-6)
