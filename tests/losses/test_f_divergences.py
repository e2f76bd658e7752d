"""f-divergences: their tables against each other and against what is known of them."""

import numpy as np
import pytest
import tensorflow as tf

from tfgan_zoo.losses import f_divergences, gan

U = tf.constant([0.05, 0.3, 0.9, 1.0, 1.7, 6.0], tf.float64)
V = tf.constant([-3.0, -0.4, 0.0, 0.2, 1.1, 2.5], tf.float64)
# g is invertible: v of t.
INVERSE = {
    "kl": lambda t: t,
    "reverse_kl": lambda t: -np.log(-t),
    "pearson": lambda t: t,
    "neyman": lambda t: -np.log(1 - t),
    "hellinger": lambda t: -np.log(1 - t),
    "js": lambda t: -np.log(np.exp(np.log(2) - t) - 1),
    "gan": lambda t: -np.log(np.exp(-t) - 1),
}
# Table 6: the conjugates of t.
CONJUGATE = {
    "kl": lambda t: np.exp(t - 1),
    "reverse_kl": lambda t: -1 - np.log(-t),
    "pearson": lambda t: t**2 / 4 + t,
    "neyman": lambda t: 2 - 2 * np.sqrt(1 - t),
    "hellinger": lambda t: t / (1 - t),
    "js": lambda t: -np.log(2 - np.exp(t)),
    "gan": lambda t: -np.log(1 - np.exp(t)),
}
EACH = pytest.mark.parametrize("name", f_divergences.DIVERGENCES)


@EACH
def test_the_best_variational_function_gives_f(name):
    """u T - f*(T) = f(u) at T = f'(u), which is g(v) for one v."""
    of = f_divergences.find(name)
    slope = of.slope(U)
    v = tf.constant(INVERSE[name](slope.numpy()))
    np.testing.assert_allclose(of.output(v), slope, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(U * slope - of.conjugate(v), of.f(U), rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(of.excess(U), of.conjugate(v), rtol=1e-9, atol=1e-9)


@EACH
def test_slopes_are_derivatives(name):
    of = f_divergences.find(name)
    with tf.GradientTape() as tape:
        tape.watch(U)
        values = of.f(U)
    np.testing.assert_allclose(of.slope(U), tape.gradient(values, U), rtol=1e-9, atol=1e-12)


@EACH
def test_conjugates_of_outputs(name):
    of = f_divergences.find(name)
    np.testing.assert_allclose(of.conjugate(V), CONJUGATE[name](of.output(V).numpy()), rtol=1e-9, atol=1e-9)


@EACH
def test_equal_densities_have_no_divergence(name):
    value = float(f_divergences.find(name).f(tf.constant(1.0, tf.float64)))
    assert value == pytest.approx(-2 * np.log(2) if name == "gan" else 0, abs=1e-12)


def test_large_numbers_do_not_overflow_where_the_conjugate_of_g_would():
    """In float32 exp(-v) of -100 and 1 - exp(t) of t near 0 are lost; their compositions are not."""
    expected = {"reverse_kl": [-101.0, 99.0], "js": [-np.log(2), 100 - np.log(2)], "gan": [0.0, 100.0]}
    for name, values in expected.items():
        found = f_divergences.find(name).conjugate(tf.constant([-100.0, 100.0]))
        np.testing.assert_allclose(found, values, rtol=1e-6, atol=1e-30)


def test_the_gans_bound_is_minus_its_discriminators_loss():
    of = f_divergences.find("gan")
    real, fake = tf.constant([[0.3], [-1.2]]), tf.constant([[0.8], [-0.1]])
    bound = tf.reduce_mean(of.output(real)) - tf.reduce_mean(of.conjugate(fake))
    np.testing.assert_allclose(-bound, gan.discriminator(real, fake), rtol=1e-6)
    # With r = exp(logit) the Bregman loss of the logistic divergence is that loss, too.
    loss = tf.reduce_mean(of.excess(tf.exp(fake))) - tf.reduce_mean(of.slope(tf.exp(real)))
    np.testing.assert_allclose(loss, gan.discriminator(real, fake), rtol=1e-6)


def test_a_misspelt_name_gets_its_nearest():
    with pytest.raises(ValueError, match="helinger.*Did you mean hellinger"):
        f_divergences.find("helinger")
