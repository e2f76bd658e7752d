"""The step of most GANs by hand: who moves when, at which weights, and by which latents."""

import keras
import numpy as np
from keras import layers
from scipy.special import expit
from tiny import affine, descend, pixels, softplus, watch, weights

from tfgan_zoo.systems.dcgan.dcgan import DCGAN

RATE = 0.1


def by_hand():
    """G(z) = 2 z + 1, and D(x) = 0.5 x - 0.25, of images of one pixel."""
    z, image = keras.Input([1], name="z"), keras.Input([1, 1, 1], name="image")
    generator = keras.Model(z, layers.Reshape([1, 1, 1])(affine([[2.0]], [1.0])(z)), name="generator")
    discriminator = keras.Model(image, affine([[0.5]], [-0.25])(layers.Flatten()(image)), name="discriminator")
    return descend(DCGAN(generator, discriminator), RATE)


def numbers(network):
    return [value.item() for value in weights(network)]


def test_the_discriminator_moves_first_and_the_generator_meets_it_moved():
    model, real = by_hand(), np.array([1.0, -2.0, 0.5])
    drawn = watch(model.generator)
    logs = model.train_step(model.batch({"image": pixels(*real)}))
    first, second = (z.numpy()[:, 0] for z in drawn)
    assert np.abs(first - second).min() > 1e-3

    fake = 2 * first + 1
    of_real, of_fake = 0.5 * real - 0.25, 0.5 * fake - 0.25
    np.testing.assert_allclose(logs["discriminator_loss"], (softplus(-of_real) + softplus(of_fake)).mean(), rtol=1e-5)
    slope = 0.5 - RATE * (expit(of_fake) * fake - expit(-of_real) * real).mean()
    offset = -0.25 - RATE * (expit(of_fake) - expit(-of_real)).mean()
    np.testing.assert_allclose(numbers(model.discriminator), [slope, offset], rtol=1e-5)

    of_made = slope * (2 * second + 1) + offset
    np.testing.assert_allclose(logs["generator_loss"], softplus(-of_made).mean(), rtol=1e-5)
    pulls = expit(-of_made) * slope
    moved = [2 + RATE * (pulls * second).mean(), 1 + RATE * pulls.mean()]
    np.testing.assert_allclose(numbers(model.generator), moved, rtol=1e-5)
