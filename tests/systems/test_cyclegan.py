"""CycleGAN: equation 3 and its gradients by hand on one-weight networks, pools for D alone, the schedule."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from tiny import take_step

from tfgan_zoo.core.augmentation import Jitter
from tfgan_zoo.systems.cyclegan.cyclegan import CycleGAN

A, B = 0.5, -0.3
P, Q, R, S = 0.8, 1.5, 0.6, -0.4


def times(weight, name):
    """x -> weight x on images of one pixel."""
    image = keras.Input([1, 1, 1])
    scale = keras.layers.Dense(1, use_bias=False, kernel_initializer=keras.initializers.Constant(weight))
    return keras.Model(image, scale(image), name=name)


def cyclegan(**arguments):
    model = CycleGAN(times(P, "g"), times(Q, "f"), times(R, "d_a"), times(S, "d_b"), **arguments)
    model.compile({player: keras.optimizers.SGD(0.01) for player in model.players()})
    return model


def pixel(value):
    return tf.fill([1, 1, 1, 1], value)


def weight(network):
    return network.trainable_variables[0].numpy().item()


def step(model):
    logs = take_step(model, {"image_a": pixel(A), "image_b": pixel(B)})
    return {name: float(value) for name, value in logs.items()}


def equation_3(p, q, gan=1.0, cycle=10.0, identity=0.0):
    deceit = (S * p * A - 1) ** 2 + (R * q * B - 1) ** 2
    cycles = abs(q * p * A - A) + abs(p * q * B - B)
    same = abs(p * B - B) + abs(q * A - A)
    return gan * deceit + cycle * cycles + identity * same


@pytest.mark.parametrize(
    "weights",
    [{}, {"identity": 5.0}, {"gan": 0.0}, {"cycle": 0.0}, {"gan": 0.5, "cycle": 2.0, "identity": 1.0}],
)
def test_generators_descend_equation_3(weights):
    model = cyclegan(**{f"{name}_weight": value for name, value in weights.items()})
    np.testing.assert_allclose(step(model)["generator_loss"], equation_3(P, Q, **weights), rtol=1e-5)
    small = 1e-6
    for network, old, up, down in (
        (model.generator_ab, P, (P + small, Q), (P - small, Q)),
        (model.generator_ba, Q, (P, Q + small), (P, Q - small)),
    ):
        slope = (equation_3(*up, **weights) - equation_3(*down, **weights)) / (2 * small)
        np.testing.assert_allclose(weight(network), old - 0.01 * slope, rtol=1e-4)


def test_discriminators_descend_half_the_least_squares_on_the_fakes_of_before():
    model = cyclegan()
    a, b = R * A, S * B
    fake_a, fake_b = R * Q * B, S * P * A
    loss = 0.5 * ((a - 1) ** 2 + fake_a**2) + 0.5 * ((b - 1) ** 2 + fake_b**2)
    np.testing.assert_allclose(step(model)["discriminator_loss"], loss, rtol=1e-5)
    slope = (a - 1) * A + fake_a * Q * B
    np.testing.assert_allclose(weight(model.discriminator_a), R - 0.01 * slope, rtol=1e-5)
    slope = (b - 1) * B + fake_b * P * A
    np.testing.assert_allclose(weight(model.discriminator_b), S - 0.01 * slope, rtol=1e-5)


def test_both_players_see_what_crops_and_flips_make_of_each_domain():
    model = cyclegan(jitter=3, mirror=True)
    assert model.augment == Jitter(3, True) and cyclegan().augment == Jitter(0, False)
    given = []
    model.augment = lambda noise, *images: given.append(len(images)) or [2 * image for image in images]
    a, b = 2 * A, 2 * B
    logs = step(model)
    # Each domain on its own: one call an image.
    assert given == [1, 1]
    deceit = (S * P * a - 1) ** 2 + (R * Q * b - 1) ** 2
    cycles = abs(Q * P * a - a) + abs(P * Q * b - b)
    np.testing.assert_allclose(logs["generator_loss"], deceit + 10 * cycles, rtol=1e-5)
    loss = ((R * a - 1) ** 2 + (R * Q * b) ** 2 + (S * b - 1) ** 2 + (S * P * a) ** 2) / 2
    np.testing.assert_allclose(logs["discriminator_loss"], loss, rtol=1e-5)


def test_old_fakes_are_for_the_discriminators_alone():
    model = cyclegan(pool=2)
    losses = []
    for _ in range(20):
        for pool in (model.pool_a, model.pool_b):
            pool.slots.assign(tf.fill([2, 1, 1, 1], 1000.0))
            pool.stored.assign(2)
        for network, value in zip([n for ns in model.players().values() for n in ns], (P, Q, R, S)):
            network.trainable_variables[0].assign([[value]])
        losses.append(step(model))
    for loss in losses:
        np.testing.assert_allclose(loss["generator_loss"], equation_3(P, Q), rtol=1e-5)
    large = [loss["discriminator_loss"] > 1000 for loss in losses]
    assert any(large) and not all(large)


def test_the_cycle_is_reported_unweighted():
    assert np.isclose(step(cyclegan())["cycle_loss"], equation_3(P, Q, gan=0.0, cycle=1.0), rtol=1e-5)


def test_each_pool_holds_fakes_of_its_domain():
    model = cyclegan()
    step(model)
    np.testing.assert_allclose(model.pool_b.slots.numpy()[0].item(), P * A, rtol=1e-6)
    np.testing.assert_allclose(model.pool_a.slots.numpy()[0].item(), Q * B, rtol=1e-6)


def test_directions():
    model = cyclegan()
    image = np.full([2, 1, 1, 1], 0.5, np.float32)
    np.testing.assert_allclose(model.translate(image), P * image)
    np.testing.assert_allclose(model.translate(image, direction="b_to_a"), Q * image)
    np.testing.assert_allclose(model({"image": image})["image"], P * image)


def test_identity_needs_domains_of_one_shape():
    image = keras.Input([1, 1, 1])
    wide = keras.Model(image, keras.layers.Dense(3)(image))
    with pytest.raises(ValueError, match=r"one shape; got \(1, 1, 1\) and \(1, 1, 3\)"):
        CycleGAN(wide, times(Q, "f"), times(R, "d_a"), times(S, "d_b"), identity_weight=5.0)


def test_the_picture_shows_both_cycles(tmp_path, monkeypatch):
    from tfgan_zoo.utils import pictures

    shown = {}
    monkeypatch.setattr(pictures, "save_columns", lambda columns, path: shown.update(columns=columns))
    cyclegan().picture(tmp_path / "x.png", {"image_a": pixel(A), "image_b": pixel(B)})
    values = [column.item() for column in shown["columns"]]
    np.testing.assert_allclose(values, [A, P * A, Q * P * A, B, Q * B, P * Q * B], rtol=1e-6)
