"""BEGAN: a simultaneous step by hand, the control of k, what is served, the networks."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers
from tiny import affine, constant, descend, pixels, take_step, watch, weights

from tfgan_zoo.systems.began import networks
from tfgan_zoo.systems.began.began import BEGAN
from tfgan_zoo.utils import pictures


def images_of(network):
    """A generator's numbers as images of one pixel."""
    return keras.Model(network.input, layers.Reshape([1, 1, 1])(network.output), name="generator")


def autoencoder():
    """A pixel x -> the pixel x / 2 and the code 3 x."""
    image = keras.Input([1, 1, 1], name="image")
    x = layers.Flatten()(image)
    reconstruction = layers.Reshape([1, 1, 1])(affine([[0.5]], [0.0])(x))
    outputs = {"reconstruction": reconstruction, "code": affine([[3.0]])(x)}
    return keras.Model(image, outputs, name="discriminator")


def line(fake=-6.0, **arguments):
    """The error |x| / 2 against a generator that always makes `fake`."""
    return BEGAN(images_of(constant([fake])), autoencoder(), **arguments)


def reals(*values):
    return {"image": tf.constant(pixels(*values))}


def test_one_step_by_hand():
    """Errors 1 and 2 of the reals, 3 of the fakes; both players move by gradients at the same weights."""
    model = descend(line(k_start=0.25, k_rate=0.1))
    logs = model.train_step(reals(2.0, 4.0))
    np.testing.assert_allclose([logs["real_error"], logs["fake_error"]], [1.5, 3], rtol=1e-6)
    np.testing.assert_allclose(logs["discriminator_loss"], 1.5 - 0.25 * 3, rtol=1e-6)
    # By the slope, the error of reals falls by 3 and that of fakes by 6; by the offset, by 1 and -1.
    np.testing.assert_allclose(weights(model.discriminator)[0], [[0.5 + 0.1 * (3 - 0.25 * 6)]], rtol=1e-5)
    np.testing.assert_allclose(weights(model.discriminator)[1], [0.1 * (1 + 0.25)], rtol=1e-5)
    # The fake's reconstruction moves with it, at the old slope.
    np.testing.assert_allclose(weights(model.generator)[1], [-6 + 0.1 * 0.5], rtol=1e-6)
    np.testing.assert_allclose(model.k, 0.25 + 0.1 * (0.5 * 1.5 - 3), rtol=1e-5)
    np.testing.assert_allclose(logs["k"], model.k)
    np.testing.assert_allclose(logs["convergence"], 1.5 + 2.25, rtol=1e-6)


def test_k_integrates_the_balance():
    model = descend(line(fake=-1.0, k_start=0.5, k_rate=0.01, gamma=0.7), rate=0.02)
    logs = [take_step(model, reals(value, 4.0)) for value in (1.0, -2.0, 3.0, 0.5)]
    assert not any(float(each["k_clipped"]) for each in logs)
    balance = sum(0.7 * float(each["real_error"]) - float(each["fake_error"]) for each in logs)
    assert float(model.k) - 0.5 == pytest.approx(0.01 * balance, abs=1e-6)
    assert abs(balance) > 0.1


@pytest.mark.parametrize(("fake", "start", "end"), [(-6.0, 0.1, 0.0), (0.0, 0.95, 1.0)])
def test_k_stays_between_0_and_1(fake, start, end):
    model = descend(line(fake=fake, k_start=start, k_rate=0.1), rate=0.0)
    logs = model.train_step(reals(2.0, 4.0))
    assert float(model.k) == end and float(logs["k_clipped"]) == 1


def test_at_the_ratio_gamma_k_rests_and_convergence_is_the_error_of_reals():
    model = descend(line(fake=-1.5, k_start=0.3, k_rate=0.1), rate=0.0)
    logs = model.train_step(reals(2.0, 4.0))
    assert float(model.k) == pytest.approx(0.3) and float(logs["convergence"]) == pytest.approx(1.5)


def test_k_may_stay():
    model = descend(line(k_start=1.0, k_rate=0.0))
    assert float(model.train_step(reals(2.0))["k_clipped"]) == 0 and float(model.k) == 1


def test_each_players_fakes_have_latents_of_their_own():
    model = descend(line(), rate=0.0)
    seen = watch(model.generator, lambda z: z.numpy().ravel().tolist())
    model.train_step(reals(1.0, 2.0))
    assert len(seen) == 2 and seen[0] != seen[1]
    assert all(-1 <= value <= 1 for z in seen for value in z)


def test_k_is_saved_and_no_player_trains_it():
    model = line(k_start=0.25)
    assert any(variable is model.k for variable in model.non_trainable_variables)
    assert model.get_config()["k_start"] == 0.25


def test_reconstructions_are_served_and_samples_clipped():
    model = line(fake=3.0)
    assert set(model.signatures()) == {"serving_default", "autoencode"}
    found = model.autoencode(reals(2.0, -6.0))
    np.testing.assert_allclose(found["reconstruction"], pixels(1.0, -3.0), rtol=1e-6)
    np.testing.assert_allclose(found["code"], [[6.0], [-18.0]], rtol=1e-6)
    np.testing.assert_array_equal(model.generate(2, seed=0), pixels(1.0, 1.0))


def test_a_picture_has_reconstructions_under_reals_and_samples(monkeypatch):
    shown = {}
    monkeypatch.setattr(pictures, "save_grid", lambda images, path, **rest: shown.update(images=images))
    line(fake=0.4).picture("samples.png", reals(1.0, -0.5))
    of_reals, of_samples = [1, -0.5, 0.5, -0.25], 3 * [0.4, 0.4, 0.2, 0.2]
    np.testing.assert_allclose(shown["images"].ravel(), of_reals + of_samples, rtol=1e-6)


def test_numbers_out_of_range_are_refused():
    for wrong in ({"gamma": 0.0}, {"k_start": 1.5}, {"k_rate": -1.0}):
        with pytest.raises(ValueError, match=r"gamma in \(0, 1\], k_start in \[0, 1\] and k_rate >= 0"):
            line(**wrong)


def test_the_generator_is_a_decoder_and_the_encoder_widens():
    generator = networks.generator(latent_dim=6, image_size=32, width=4, channels=1)
    judge = networks.autoencoder(latent_dim=6, image_size=32, width=4, channels=1)
    maps = [layer.filters for layer in judge.layers if hasattr(layer, "filters")]
    decoder = 6 * [4] + [1]
    assert maps == [4, 4, 4, 8, 8, 8, 12, 12, 12] + decoder
    assert [layer.filters for layer in generator.layers if hasattr(layer, "filters")] == decoder
    of_decoder = [weight.shape for weight in judge.weights][-len(generator.weights) :]
    assert of_decoder == [weight.shape for weight in generator.weights]
    shapes = {name: output.shape for name, output in judge.output.items()}
    assert shapes == {"reconstruction": judge.input_shape, "code": (None, 6)}
    last = [layer for layer in generator.layers if hasattr(layer, "activation")][-1]
    assert last.activation is keras.activations.linear


def test_images_and_reconstructions_start_about_the_background():
    settings = {"latent_dim": 6, "image_size": 16, "width": 4, "channels": 1, "background": -0.5}
    made = networks.generator(**settings)(np.zeros([1, 6], np.float32))
    judged = networks.autoencoder(**settings)(np.zeros([1, 16, 16, 1], np.float32))["reconstruction"]
    for images in (made, judged):
        np.testing.assert_allclose(images, np.full([1, 16, 16, 1], -0.5), atol=1e-6)
