"""Geometric GAN: the soft margin by hand, what decays, where fakes are moved, what is bounded."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from tiny import affine, constant, descend, watch, weights

from tfgan_zoo.data import toys
from tfgan_zoo.losses import hinge
from tfgan_zoo.systems.geometric_gan import networks
from tfgan_zoo.systems.geometric_gan.geometric_gan import GeometricGAN


def line(slope=2.0, offset=0.0, fake=-5.0, **arguments):
    """The score slope x + offset against a generator that always makes `fake`."""
    return GeometricGAN(constant([fake]), affine([[slope]], [offset], name="discriminator"), **arguments)


def deep():
    """Two features x + 1 and 2 x of a point, and the normal (3, -1) with offset 0.5."""
    x = keras.Input([1])
    features, last = keras.layers.Dense(2), keras.layers.Dense(1)
    network = keras.Model(x, last(features(x)), name="discriminator")
    for layer, (kernel, bias) in ((features, ([[1.0, 2.0]], [1.0, 0.0])), (last, ([[3.0], [-1.0]], [0.5]))):
        layer.set_weights([np.array(kernel), np.array(bias)])
    return network


def reals(*values):
    return {"x": tf.constant(values, tf.float32)[:, None]}


def test_beyond_the_margin_only_the_normal_decays():
    """Scores 6, 10 and -10: no example is within the margin, and w decays by 1 / (C B) of itself."""
    model = descend(line(c=0.5))
    logs = model.train_step(reals(3.0, 5.0))
    assert float(logs["discriminator_loss"]) == 0
    np.testing.assert_allclose(weights(model.discriminator)[0], [[2 - 0.1 * 2 / (0.5 * 2)]], rtol=1e-6)
    np.testing.assert_allclose(weights(model.discriminator)[1], [0.0])


def test_the_bias_of_the_hyperplane_does_not_decay():
    model = descend(line(offset=0.7))
    model.train_step(reals(3.0, 5.0))
    np.testing.assert_allclose(weights(model.discriminator)[1], [0.7])


def test_what_is_within_the_margin_moves_the_hyperplane():
    """Reals 0.2 and 4 have scores 0.4 and 8, the fake 0.1 has 0.2: one real and the fakes violate the margin."""
    model = descend(line(fake=0.1), generator=0.0)
    logs = model.train_step(reals(0.2, 4.0))
    np.testing.assert_allclose(logs["discriminator_loss"], 0.6 / 2 + 1.2, rtol=1e-6)
    gradient = -0.2 / 2 + 0.1 + 2 / 2
    np.testing.assert_allclose(weights(model.discriminator)[0], [[2 - 0.1 * gradient]], rtol=1e-6)
    np.testing.assert_allclose(weights(model.discriminator)[1], [-0.1 * (-0.5 + 1)], rtol=1e-6)


def test_every_fake_moves_along_the_normal_however_far_it_is():
    model = descend(line(fake=100.0), discriminator=0.0)
    logs = model.train_step(reals(3.0, 5.0))
    assert float(logs["generator_loss"]) == -200
    np.testing.assert_allclose(weights(model.generator)[1], [100 + 0.1 * 2], rtol=1e-6)


def test_the_leaky_hinge():
    scores = tf.constant([[0.0], [3.0]])
    assert float(hinge.leaky_generator(scores)) == pytest.approx((1 - 0.2) / 2)
    model = descend(line(fake=1.5, generator_loss="leaky"), discriminator=0.0)
    assert float(model.train_step(reals(3.0))["generator_loss"]) == pytest.approx(-0.2)
    np.testing.assert_allclose(weights(model.generator)[1], [1.5 + 0.1 * 0.1 * 2], rtol=1e-6)


def test_weight_decay_is_of_the_features_alone():
    model = descend(GeometricGAN(constant([9.0]), deep(), weight_decay=0.5, c=1e9))
    # Scores are x + 3.5 and so 12.5 of fakes, which violate the margin, and 13.5 of the real, which does not.
    before = [weight.copy() for weight in weights(model.discriminator)]
    model.train_step(reals(10.0))
    after = weights(model.discriminator)
    gradient = np.array([[3.0, -1.0]])
    np.testing.assert_allclose(after[0], before[0] - 0.1 * (9 * gradient + 0.5 * before[0]), rtol=1e-5)
    np.testing.assert_allclose(after[1], before[1] - 0.1 * (gradient[0] + 0.5 * before[1]), rtol=1e-5)
    np.testing.assert_allclose(after[3], before[3] - 0.1, rtol=1e-5)


@pytest.mark.parametrize(
    ("bound", "kernel"), [({"clip": 1.5}, [[1.0, 1.5]]), ({"norm": 1.0}, [[5**-0.5, 2 * 5**-0.5]])]
)
def test_bounds_hold_below_the_last_layer_before_a_step(bound, kernel):
    model = descend(GeometricGAN(constant([-9.0]), deep(), **bound), rate=0.0)
    model.train_step(reals(10.0))
    np.testing.assert_allclose(weights(model.discriminator)[0], kernel, rtol=1e-6)
    np.testing.assert_allclose(weights(model.discriminator)[2], [[3.0], [-1.0]])


def test_the_generator_takes_its_steps_on_latents_of_their_own():
    model = descend(line(generator_steps=3), rate=0.0)
    seen = watch(model.generator, lambda z: z.numpy().ravel().tolist())
    model.train_step(reals(1.0, 2.0))
    assert len({tuple(z) for z in seen}) == 4
    assert {p: int(o.iterations) for p, o in model.optimizers.items()} == {"discriminator": 1, "generator": 3}


def test_scores_of_no_single_hyperplane_are_refused():
    x = keras.Input([1])
    bent = keras.Model(x, keras.layers.ReLU()(keras.layers.Dense(1)(x)), name="discriminator")
    with pytest.raises(ValueError, match=r"must be Dense\(1\); here it is ReLU"):
        GeometricGAN(constant([0.0]), bent)
    with pytest.raises(ValueError, match="c > 0; got 0"):
        line(c=0)
    with pytest.raises(ValueError, match="leeky.*Did you mean leaky"):
        line(generator_loss="leeky")


def test_margins_are_served():
    model = line()
    np.testing.assert_allclose(model.margin(reals(0.5, -2.0))["margin"], [1.0, -4.0])
    assert set(model.signatures()) == {"serving_default", "margin"}


def test_the_releases_networks():
    generator, discriminator = networks.toy_generator(), networks.toy_discriminator()
    kinds = [type(layer).__name__ for layer in generator.layers[1:]]
    assert kinds == ["Dense", "BatchNormalization", "ReLU"] * 3 + ["Dense"]
    assert generator.input_shape == (None, 4) and discriminator.count_params() == 33_537


def test_the_grid_lies_in_a_square_of_21():
    toy = toys.get("grid25_wide")
    assert toy.centres.min() == -21 and toy.centres.max() == 21 and toy.sizes["train"] == 100_000
    assert toy.std**2 == pytest.approx(0.1)
