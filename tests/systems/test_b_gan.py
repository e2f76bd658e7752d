"""b-GAN: both losses by hand, the relative ratio, and which loss of G descends its divergence."""

import numpy as np
import pytest
import scipy.stats
import tensorflow as tf
from tiny import affine, constant, descend, softplus, weights

from tfgan_zoo.losses import f_divergences
from tfgan_zoo.systems.b_gan.b_gan import BGANDensityRatio


def line(slope=0.5, fake=2.0, **arguments):
    return BGANDensityRatio(constant([fake]), affine([[slope]], [0.0], name="discriminator"), **arguments)


def reals(*values):
    return {"x": tf.constant(values, tf.float32)[:, None]}


def test_one_step_by_hand():
    """Reverse KL: D descends E_g ln r - 1 + E_r 1 / r with r = softplus(x / 2), then G -E_g ln r."""
    model = descend(line(divergence="reverse_kl"), rate=0.1)
    logs = model.train_step(reals(-1.0, 3.0))
    of_real, of_fake = softplus([-0.5, 1.5]), softplus(1.0)
    np.testing.assert_allclose(logs["ratio_loss"], np.log(of_fake) - 1 + (1 / of_real).mean(), rtol=1e-5)
    np.testing.assert_allclose(logs["mean_ratio"], of_fake, rtol=1e-5)
    sigmoid = 1 / (1 + np.exp(-np.array([-0.5, 1.5, 1.0])))
    gradient = sigmoid[2] / of_fake * 2 - (sigmoid[:2] / of_real**2 * [-1, 3]).mean()
    slope = 0.5 - 0.1 * gradient
    np.testing.assert_allclose(weights(model.discriminator)[0], [[slope]], rtol=1e-5)
    bias = -0.1 * (sigmoid[2] / of_fake - (sigmoid[:2] / of_real**2).mean())
    ratio = softplus(2 * slope + bias)
    np.testing.assert_allclose(logs["generator_loss"], -np.log(ratio), rtol=1e-4)
    moved = 2 + 0.1 * slope / (1 + np.exp(-2 * slope - bias)) / ratio
    np.testing.assert_allclose(weights(model.generator)[1], [moved], rtol=1e-5)


def test_a_relative_ratio_has_a_bound_and_reals_in_its_mixture():
    model = descend(line(divergence="pearson", relative=0.2), rate=0.0)
    logs = model.train_step(reals(-1.0))
    of_real, of_fake = (5 / (1 + np.exp(-v)) for v in (-0.5, 1.0))
    fitted = 0.2 * (of_real**2 - 1) + 0.8 * (of_fake**2 - 1)
    np.testing.assert_allclose(logs["ratio_loss"], fitted - 2 * (of_real - 1), rtol=1e-5)
    np.testing.assert_allclose(logs["generator_loss"], 0.8 * (of_fake - 1) ** 2, rtol=1e-5)
    assert float(tf.reduce_max(model.ratio(tf.constant([[1e4]])))) == pytest.approx(5)


def test_ratios_are_positive_however_low_the_network_is():
    assert float(line().ratio(tf.constant([[-1e4]]))[0, 0]) > 0
    assert float(line(relative=0.5).ratio(tf.constant([[-1e4]]))[0, 0]) > 0


@pytest.mark.parametrize("name", ["kl", "pearson", "reverse_kl", "gan"])
def test_only_the_exact_loss_descends_the_divergence_through_a_frozen_ratio(name):
    """By quadrature on p = N(0, 1), q = N(m, 1) at m = 0.7: dD_f / dm is that of E_q [f(r) - r f'(r)].

    Without the second term it differs but for the reverse KL, of which the term is a constant.
    """
    of = f_divergences.find(name)
    x = np.linspace(-12, 12, 8001)

    def ratio(mean):
        return tf.constant(np.exp(scipy.stats.norm.logpdf(x) - scipy.stats.norm.logpdf(x, mean)))

    def under(values, mean):
        return np.trapezoid(values * scipy.stats.norm.pdf(x, mean), x)

    def derivative(function, step=1e-4):
        return (function(0.7 + step) - function(0.7 - step)) / (2 * step)

    frozen = ratio(0.7)
    true = derivative(lambda mean: under(of.f(ratio(mean)).numpy(), mean))
    exact = derivative(lambda mean: under(-of.excess(frozen).numpy(), mean))
    paper = derivative(lambda mean: under(of.f(frozen).numpy(), mean))
    assert exact == pytest.approx(true, rel=1e-5)
    assert (paper == pytest.approx(true, rel=1e-5)) == (name == "reverse_kl")
    # By KL and Pearson the paper's loss even drives G away.
    assert (paper * true < 0) == (name in ("kl", "pearson"))


def test_the_exact_loss_is_what_g_descends():
    model = descend(line(divergence="kl", generator_loss="exact"), rate=0.0)
    logs = model.train_step(reals(0.0))
    np.testing.assert_allclose(logs["generator_loss"], -softplus(1.0), rtol=1e-5)


def test_the_ratio_is_served_and_arguments_are_checked():
    model = line()
    assert set(model.signatures()) == {"serving_default", "density_ratio"}
    np.testing.assert_allclose(model.density_ratio(reals(2.0))["ratio"], [softplus(1.0)], rtol=1e-4)
    with pytest.raises(ValueError, match="relative < 1; got 1"):
        line(relative=1)
    with pytest.raises(ValueError, match="exakt.*Did you mean exact"):
        line(generator_loss="exakt")
