"""BGAN: a step on binary pixels by hand from the images that it drew, one on continuous ones, and what it draws."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers
from tiny import descend, take_step, watch, weights

from tfgan_zoo.core import show
from tfgan_zoo.systems.bs_gan import networks
from tfgan_zoo.systems.bs_gan.bs_gan import BoundarySeekingGAN


def pair(logits=(0.3, -0.8), slopes=(1.5, -0.5)):
    """A generator of images of two pixels with these logits whatever z, and the linear discriminator."""
    z, image = keras.Input([1], name="z"), keras.Input([1, 2, 1], name="image")
    of_z, score = layers.Dense(2), layers.Dense(1)
    generator = keras.Model(z, layers.Reshape([1, 2, 1])(of_z(z)), name="generator")
    discriminator = keras.Model(image, score(layers.Flatten()(image)), name="discriminator")
    generator.set_weights([np.zeros([1, 2]), np.array(logits)])
    discriminator.set_weights([np.reshape(slopes, [2, 1]), np.zeros(1)])
    return generator, discriminator


def images(*values):
    return np.array(values, np.float32).reshape([-1, 1, 2, 1])


def sigmoid(a):
    return 1 / (1 + np.exp(-np.asarray(a, np.float64)))


REALS = {"image": images([-1, 1], [0.2, -0.3], [1, 0.9])}


def watched_step(**arguments):
    """(model, what it logs, the images that D read: reals, fakes, draws) of a step in which G moves at a rate of 1."""
    model = descend(BoundarySeekingGAN(*pair(), **arguments), discriminator=0.0, generator=1.0)
    seen = watch(model.discriminator, lambda x: x.numpy().reshape(-1, 2))
    return model, take_step(model, REALS), seen


def test_the_discriminator_reads_black_and_white_reals_and_a_draw_of_each_latent():
    _, logs, (real, fake, _) = watched_step(samples=4)
    np.testing.assert_array_equal(real, [[-1, 1], [1, -1], [1, 1]])
    assert fake.shape == (3, 2) and set(fake.ravel()) <= {-1, 1}
    of_real, of_fake = (x @ [1.5, -0.5] for x in (real, fake))
    expected = np.mean(-np.log(sigmoid(of_real))) + np.mean(-np.log(1 - sigmoid(of_fake)))
    np.testing.assert_allclose(logs["discriminator_loss"], expected, rtol=1e-5)


def test_draws_are_weighted_by_their_ratios_among_those_of_their_latent():
    model, logs, (*_, drawn) = watched_step(samples=5)
    white = (drawn.reshape(3, 5, 2) + 1) / 2
    ratios = np.exp(drawn @ [1.5, -0.5]).reshape(3, 5)
    shares = ratios / ratios.sum(axis=1, keepdims=True)
    assert np.ptp(shares, axis=1).min() > 0
    chance = sigmoid([0.3, -0.8])
    likelihood = (white * np.log(chance) + (1 - white) * np.log(1 - chance)).sum(axis=2)
    np.testing.assert_allclose(logs["generator_loss"], -(shares * likelihood).sum(axis=1).mean(), rtol=1e-5)
    np.testing.assert_allclose(logs["effective_samples"], (1 / (shares**2).sum(axis=1)).mean(), rtol=1e-5)
    # By the logits: what was drawn, weighted, less its probability. Neither ratios nor draws pass a gradient.
    climbed = ((shares[..., None] * white).sum(axis=1) - chance).mean(axis=0)
    np.testing.assert_allclose(weights(model.generator)[1], [0.3, -0.8] + climbed, rtol=1e-5)


def test_draws_that_weigh_alike_are_a_baseline():
    model, logs, (*_, drawn) = watched_step(samples=5, weighting="uniform")
    climbed = (drawn.mean(axis=0) + 1) / 2 - sigmoid([0.3, -0.8])
    np.testing.assert_allclose(weights(model.generator)[1], [0.3, -0.8] + climbed, rtol=1e-5)
    assert float(logs["effective_samples"]) == pytest.approx(5)


def test_the_discriminator_reads_all_draws_in_one_pass_and_steps_of_the_generator_differ():
    *_, seen = watched_step(samples=50, generator_steps=2)
    assert [len(each) for each in seen] == [3, 3, 150, 150]
    assert not np.array_equal(*seen[2:])
    np.testing.assert_allclose((seen[2].mean(axis=0) + 1) / 2, sigmoid([0.3, -0.8]), atol=5 * 0.5 / 150**0.5)


def test_continuous_pixels_seek_the_boundary_by_gradients_through_the_discriminator():
    model = BoundarySeekingGAN(*pair(), pixels="continuous")
    descend(model, discriminator=0.0, generator=0.1)
    model.log_z.assign(0.4)
    score = 0.3 * 1.5 + 0.8 * 0.5
    logs = take_step(model, REALS)
    np.testing.assert_allclose(logs["generator_loss"], (score - 0.4) ** 2, rtol=1e-5)
    moved = [0.3, -0.8] - 0.1 * 2 * (score - 0.4) * np.array([1.5, -0.5])
    np.testing.assert_allclose(weights(model.generator)[1], moved, rtol=1e-5)
    # All samples are alike, so that log Z of a batch is their score.
    np.testing.assert_allclose(model.log_z.numpy(), 0.995 * 0.4 + 0.005 * score, rtol=1e-6)


def test_without_a_moving_average_the_boundary_is_at_zero():
    score = 0.3 * 1.5 + 0.8 * 0.5
    for arguments, expected in (
        ({"follow_log_z": False}, score**2),
        ({"boundary_loss": "cross_entropy"}, np.log1p(np.exp(-score)) + score / 2),
    ):
        model = BoundarySeekingGAN(*pair(), pixels="continuous", **arguments)
        loss = take_step(descend(model, discriminator=0.0), REALS)["generator_loss"]
        np.testing.assert_allclose(loss, expected, rtol=1e-5)


def test_samples_are_draws_by_the_probabilities():
    model = BoundarySeekingGAN(*pair())
    made = model.generate(4000, seed=0).reshape(-1, 2)
    assert set(made.ravel()) == {-1, 1}
    np.testing.assert_allclose((made.mean(axis=0) + 1) / 2, sigmoid([0.3, -0.8]), atol=5 * 0.5 / 4000**0.5)
    given = model.decode(np.zeros([2, 1]), threshold=[[0.57, 0.32], [0.58, 0.3]]).reshape(2, 2)
    np.testing.assert_array_equal(given, [[1, -1], [-1, 1]])
    # Along an arc only the probabilities change, and not what they are held to.
    np.testing.assert_array_equal(*model.interpolate(1, 2, seed=3))


def test_the_likelier_pixels_are_served_with_their_logits():
    function, specs = BoundarySeekingGAN(*pair()).signatures()["serving_default"]
    assert list(specs) == ["z"]
    served = function({"z": tf.zeros([1, 1])})
    np.testing.assert_array_equal(served["image"], images([1, -1]))
    np.testing.assert_allclose(served["logits"], images([0.3, -0.8]))
    continuous = BoundarySeekingGAN(*pair(), pixels="continuous")
    assert list(continuous.call({"z": tf.zeros([1, 1])})) == ["image"]


def test_the_picture_has_probabilities_above_their_draws(monkeypatch, tmp_path):
    shown = []
    monkeypatch.setattr(show, "examples", lambda values, key, path, columns: shown.append((values, columns)))
    model = BoundarySeekingGAN(*pair())
    model.save_samples(tmp_path / "samples.png", 40, 0, None)
    ((values, columns),) = shown
    rows = values.reshape(4, 10, 2)
    assert columns == 10
    for shades in rows[::2]:
        np.testing.assert_allclose(shades, np.tile(2 * sigmoid([0.3, -0.8]) - 1, [10, 1]), rtol=1e-5)
    np.testing.assert_array_equal(np.concatenate(rows[1::2]), model.generate(20, seed=0).reshape(20, 2))


def test_the_networks_of_the_release():
    generator, discriminator = networks.generator(), networks.discriminator()
    kernels = [kernel.shape for kernel in weights(generator) if len(kernel.shape) > 1]
    assert kernels == [(64, 1024), (1024, 6272), (5, 5, 64, 128), (5, 5, 1, 64)]
    kernels = [kernel.shape for kernel in weights(discriminator) if len(kernel.shape) > 1]
    assert kernels == [(5, 5, 1, 64), (5, 5, 64, 128), (6272, 1024), (1024, 1)]
    assert generator.output_shape == (None, 28, 28, 1)
    with pytest.raises(ValueError, match="image_size=30 is no 4 k"):
        networks.discriminator(image_size=30)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"samples": 0}, "samples >= 1"),
        ({"generator_steps": 0}, "generator_steps >= 1"),
        ({"pixels": "binery"}, "binary"),
        ({"weighting": "ratios"}, "ratio"),
        ({"boundary_loss": "square"}, "squared"),
    ],
)
def test_settings_without_sense_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        BoundarySeekingGAN(*pair(), **arguments)
