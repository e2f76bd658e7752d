"""EBGAN: a step by hand, which fakes are raised, what the pulling-away term moves, what is served."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers
from tiny import affine, constant, descend, of_type, pixels, take_step, watch, weights

from tfgan_zoo.losses import energy
from tfgan_zoo.systems.ebgan import networks
from tfgan_zoo.systems.ebgan.ebgan import EBGAN
from tfgan_zoo.utils import pictures


def images_of(network):
    """A generator's numbers as images of one pixel."""
    return keras.Model(network.input, layers.Reshape([1, 1, 1])(network.output), name="generator")


def autoencoder(slope=0.5, code=((1.0, 2.0), (0.0, 0.0))):
    """A pixel x -> the pixel slope x and a code of two numbers, given as kernel and bias."""
    image = keras.Input([1, 1, 1], name="image")
    x = layers.Flatten()(image)
    reconstruction = layers.Reshape([1, 1, 1])(affine([[slope]], [0.0])(x))
    outputs = {"reconstruction": reconstruction, "code": affine([code[0]], code[1])(x)}
    return keras.Model(image, outputs, name="discriminator")


def line(fake=-6.0, **arguments):
    """The energy |x| / 2 against a generator that always makes `fake`."""
    return EBGAN(images_of(constant([fake])), autoencoder(), **arguments)


def reals(*values):
    return {"image": tf.constant(pixels(*values))}


def test_one_step_by_hand():
    """Reals 2 and 4 have the energies 1 and 2, the fakes 3, two below the margin."""
    model = descend(line(margin=5.0))
    logs = model.train_step(reals(2.0, 4.0))
    np.testing.assert_allclose(logs["discriminator_loss"], 1.5 + 2, rtol=1e-6)
    np.testing.assert_allclose([logs["energy_of_reals"], logs["energy_of_fakes"]], [1.5, 3], rtol=1e-6)
    slope, offset = 0.5 - 0.1 * (6 - (2 + 4) / 2), 0.1 * (1 + 1)
    np.testing.assert_allclose(weights(model.discriminator)[0], [[slope]], rtol=1e-5)
    np.testing.assert_allclose(weights(model.discriminator)[1], [offset], rtol=1e-5)
    # All fakes are alike. The generator meets the discriminator that has moved.
    np.testing.assert_allclose(logs["pulling_away"], 1, rtol=1e-6)
    np.testing.assert_allclose(logs["generator_loss"], (slope - 1) * -6 + offset + 0.1, rtol=1e-5)
    np.testing.assert_allclose(weights(model.generator)[1], [-6 - 0.1 * (slope - 1)], rtol=1e-5)


def test_fakes_beyond_the_margin_do_not_move_the_discriminator():
    model = descend(line(margin=2.9))
    model.train_step(reals(2.0, 4.0))
    np.testing.assert_allclose(weights(model.discriminator)[0], [[0.5 + 0.1 * 3]], rtol=1e-5)


def test_the_margin_falls_to_0_on_a_line():
    model = descend(line(margin=8.0, decay_steps=4), rate=0.0)
    losses = [float(take_step(model, reals(2.0))["discriminator_loss"]) for _ in range(6)]
    np.testing.assert_allclose(losses, [1 + 5, 1 + 3, 1 + 1, 1, 1, 1], rtol=1e-6)


def test_the_pulling_away_term_moves_the_generator_alone():
    def stepped(weight):
        generator = images_of(affine([[1.0]], [0.5]))
        model = EBGAN(generator, autoencoder(code=((1.0, 2.0), (3.0, -1.0))), pulling_away=weight)
        latents = watch(model.generator, lambda z: z.numpy())
        descend(model, discriminator=0.0).train_step(reals(1.0, 2.0, 3.0))
        return model, latents[-1]

    (plain, _), (pulled, latents) = stepped(0.0), stepped(5.0)

    def term(kernel):
        x = latents * kernel + 0.5
        return float(energy.pulling_away(tf.constant(x * [1.0, 2.0] + [3.0, -1.0])))

    slope = (term(1.01) - term(0.99)) / 0.02
    difference = weights(pulled.generator)[0][0, 0] - weights(plain.generator)[0][0, 0]
    assert difference == pytest.approx(-0.1 * 5 * slope, rel=1e-2) and abs(slope) > 1e-3
    # The discriminator's loss knows no codes.
    model = descend(line(), rate=0.1)
    model.train_step(reals(1.0, 2.0))
    np.testing.assert_array_equal(weights(model.discriminator)[2], [[1.0, 2.0]])


def test_energies_are_served():
    model = line()
    assert set(model.signatures()) == {"serving_default", "energy"}
    found = model.energy(reals(2.0, -6.0))
    np.testing.assert_allclose(found["energy"], [1, 3], rtol=1e-6)
    np.testing.assert_allclose(found["reconstruction"], pixels(1.0, -3.0), rtol=1e-6)


def test_a_picture_has_reconstructions_under_reals_and_samples(monkeypatch):
    shown = {}
    monkeypatch.setattr(pictures, "save_grid", lambda images, path, **rest: shown.update(images=images, **rest))
    line(fake=0.4).picture("samples.png", reals(1.0, -0.5))
    assert shown["columns"] == 2
    of_reals, of_samples = [1, -0.5, 0.5, -0.25], 3 * [0.4, 0.4, 0.2, 0.2]
    np.testing.assert_allclose(shown["images"].ravel(), of_reals + of_samples, rtol=1e-6)


def test_what_cannot_be_is_refused():
    with pytest.raises(ValueError, match="margin >= 0; got -1"):
        line(margin=-1)
    with pytest.raises(ValueError, match='makes {"reconstruction", "code"}'):
        EBGAN(images_of(constant([0.0])), images_of(constant([0.0])))


def test_the_convolutional_autoencoder_is_a_mirror():
    network = networks.autoencoder()
    assert network.output["reconstruction"].shape == network.input_shape
    assert network.output["code"].shape == (None, 8 * 8 * 256)
    maps = [layer.filters for layer in network.layers if hasattr(layer, "filters")]
    assert maps == [64, 128, 256, 128, 64, 3]
    # None on the first maps and the last.
    assert len(of_type(network, layers.BatchNormalization)) == 4


def test_the_grids_networks_have_batch_norm_but_on_the_first_and_the_last_layer():
    generator, judge = networks.fc_generator(depth=3), networks.fc_autoencoder(hidden=32, depth=2)
    assert len(of_type(generator, layers.BatchNormalization)) == 3
    assert len(of_type(judge, layers.BatchNormalization)) == 1
    shapes = {name: output.shape for name, output in judge.output.items()}
    assert shapes == {"reconstruction": (None, 28, 28, 1), "code": (None, 32)}
    assert networks.fc_discriminator(hidden=32).count_params() == 784 * 32 + 32 + 33
