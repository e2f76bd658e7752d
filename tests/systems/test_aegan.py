"""AEGAN: both losses by hand, what each stage moves, and why images are compared and not latents."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers
from PIL import Image
from tiny import pixel_generator, pixels, softplus, watch, weights

from tfgan_zoo.networks import dcgan
from tfgan_zoo.systems.aegan import networks
from tfgan_zoo.systems.aegan.aegan import AEGANInverse


def dense(kernel, bias, shape, name):
    """A functional model, x of `shape` -> x kernel + bias, x flattened."""
    x = keras.Input(shape)
    layer = layers.Dense(len(kernel[0]))
    model = keras.Model(x, layer(layers.Flatten()(x)), name=name)
    layer.set_weights([np.array(kernel, np.float32), np.array(bias, np.float32)])
    return model


def by_hand(rate, stage, **arguments):
    """G(z) = 0.5 z + 0.1, D(x) = 2 x + 0.2 and E(x) = 0.8 x - 0.3, of images of one pixel."""
    model = AEGANInverse(
        pixel_generator(0.5, 0.1),
        dense([[2.0]], [0.2], [1, 1, 1], "discriminator"),
        dense([[0.8]], [-0.3], [1, 1, 1], "encoder"),
        **arguments,
    )
    optimizers = {player: keras.optimizers.SGD(rate) for player in model.players()}
    model.compile(optimizers, stages=[{"name": stage, "steps": 1}])
    return model


def convolutional(stages=("generation", "inversion"), **arguments):
    pair = [
        dcgan.generator(latent_dim=4, image_size=16, width=2, channels=1),
        dcgan.discriminator(image_size=16, width=2, channels=1),
        networks.encoder(latent_dim=4, image_size=16, width=2, channels=1),
    ]
    model = AEGANInverse(*pair, **arguments)
    model.compile(keras.optimizers.Adam(0.01), stages=[{"name": name, "steps": 1} for name in stages])
    return model


def images(n=8, seed=0):
    return np.random.default_rng(seed).uniform(-1, 1, [n, 16, 16, 1]).astype(np.float32)


def drawn(model, n):
    """The latents of the first draw of the present step."""
    return model.sampler.draw(model.noise(), n)["z"].numpy()


@pytest.mark.parametrize("objective", ["images", "latents"])
def test_the_encoders_step_by_hand(objective):
    model = by_hand(0.1, "inversion", objective=objective)
    z = drawn(model, 3)
    made = 0.5 * z + 0.1
    found = 0.8 * made - 0.3
    # G turns a difference of latents into half of it in pixels.
    missed, slope = (0.5 * (found - z), 0.5) if objective == "images" else (found - z, 1.0)
    logs = model.train_step({"image": pixels(7.0, 7.0, 7.0)})
    np.testing.assert_allclose(logs["encoder_loss"], np.mean(missed**2), rtol=1e-5)
    np.testing.assert_allclose(logs["image_error"], np.mean((0.5 * (found - z)) ** 2), rtol=1e-5)
    np.testing.assert_allclose(logs["latent_error"], np.mean((found - z) ** 2), rtol=1e-5)
    kernel, bias = weights(model.encoder)
    np.testing.assert_allclose(kernel, [[0.8 - 0.1 * np.mean(2 * slope * missed * made)]], rtol=1e-5)
    np.testing.assert_allclose(bias, [-0.3 - 0.1 * np.mean(2 * slope * missed)], rtol=1e-5)


def test_the_first_stage_is_a_gan():
    model = by_hand(0.0, "generation")
    noise = model.noise()
    first, second = (0.5 * model.sampler.draw(noise, 2)["z"].numpy() + 0.1 for _ in range(2))
    logs = model.train_step({"image": pixels(0.3, -0.4)})
    real = np.array([0.3, -0.4])
    expected = softplus(-(2 * real + 0.2)).mean() + softplus(2 * first + 0.2).mean()
    np.testing.assert_allclose(logs["discriminator_loss"], expected, rtol=1e-5)
    np.testing.assert_allclose(logs["generator_loss"], softplus(-(2 * second + 0.2)).mean(), rtol=1e-5)


def test_each_stage_leaves_the_other_networks_as_they_are():
    """Moments of batch norm among them."""
    for stage, still in {"generation": ["encoder"], "inversion": ["generator", "discriminator"]}.items():
        model = convolutional([stage])
        before = {name: [v.numpy() for v in getattr(model, name).weights] for name in still}
        model.train_step({"image": images()})
        for name, values in before.items():
            for value, variable in zip(values, getattr(model, name).weights, strict=True):
                np.testing.assert_array_equal(value, variable.numpy(), variable.path)


def test_the_second_stage_reads_samples_alone():
    model, other = convolutional(["inversion"]), convolutional(["inversion"])
    for one, another in zip(model.weights, other.weights, strict=True):
        another.assign(one)
    seen = watch(model.encoder)
    # Samples are made in inference mode.
    made = model.generator(drawn(model, 8), training=False)
    logs = model.train_step({"image": images()})
    np.testing.assert_allclose(seen[0], made, atol=1e-6)
    assert logs == other.train_step({"image": images(seed=1)})


def test_of_a_generator_that_ignores_half_of_z_images_can_be_reconstructed_and_latents_cannot():
    """Exact: G(z) = z_1. E(x) = (x, anything) has no error of images, and one of latents of half of Var z or more."""
    errors = {}
    for objective in ("images", "latents"):
        z = keras.Input([2], name="z")
        layer = layers.Dense(1, use_bias=False)
        generator = keras.Model(z, layers.Reshape([1, 1, 1])(layer(z)), name="generator")
        layer.set_weights([np.array([[1.0], [0.0]])])
        model = AEGANInverse(
            generator,
            dense([[1.0]], [0.0], [1, 1, 1], "discriminator"),
            dense([[0.1, 0.4]], [0.2, -0.3], [1, 1, 1], "encoder"),
            objective=objective,
            prior="normal",
        )
        model.compile(keras.optimizers.SGD(0.3), stages=[{"name": "inversion", "steps": 1}])
        step = tf.function(lambda m=model: m.train_step({"image": tf.zeros([64, 1, 1, 1])}))
        for _ in range(60):
            step()
            model.step.assign(model.step + 1)
        logs = step()
        errors[objective] = float(logs["image_error"]), float(logs["latent_error"])
    assert errors["images"][0] < 1e-6
    # The least that is left of two numbers of variance 1: the one that no image shows.
    assert min(errors["images"][1], errors["latents"][1]) > 0.3
    assert abs(weights(model.encoder)[0][0, 1]) < 0.2


def test_what_is_served_is_a_latent_and_its_image():
    model = convolutional()
    serve, specs = model.signatures()["encode"]
    assert set(specs) == {"image"}
    served = serve({"image": tf.constant(images(3))})
    np.testing.assert_allclose(served["z"], model.encoder(images(3), training=False), atol=1e-6)
    np.testing.assert_allclose(served["reconstruction"], model.decode(served["z"]), atol=1e-6)
    np.testing.assert_allclose(model.reconstruct(images(3)), served["reconstruction"], atol=1e-6)


def test_the_picture_shows_reals_and_samples_above_their_reconstructions(tmp_path):
    def size(stages, name):
        path = tmp_path / name
        convolutional(stages).save_samples(path, 8, 0, lambda n: {"image": tf.constant(images(n))})
        with Image.open(path) as picture:
            return picture.size

    # Two reals and six samples in rows of two, each row above its reconstructions.
    assert size(["inversion"], "a.png") == (2 * (2 * 17 - 1), 2 * (8 * 17 - 1))
    # Before the encoder has learnt, samples alone.
    assert size(["generation", "inversion"], "b.png") == (2 * (10 * 17 - 1), 2 * (10 * 17 - 1))


def test_the_encoder_mirrors_the_discriminator():
    encoder = networks.encoder(latent_dim=64, image_size=32, width=16, channels=1)
    judge = dcgan.discriminator(image_size=32, width=16, channels=1)
    shapes = [[tuple(v.shape) for v in network.weights] for network in (encoder, judge)]
    assert shapes[0][:-2] == shapes[1][:-2] and shapes[0][-2:] == [(1024, 64), (64,)]


def test_what_does_not_fit_is_refused():
    with pytest.raises(ValueError, match="images or latents; got objective='pixels'"):
        by_hand(0.0, "inversion", objective="pixels")
    with pytest.raises(ValueError, match="2 numbers of an image, and the generator takes latents of 1"):
        AEGANInverse(
            pixel_generator(), dense([[1.0]], [0.0], [1, 1, 1], "discriminator"),
            dense([[1.0, 1.0]], [0.0, 0.0], [1, 1, 1], "encoder"),
        )  # fmt: skip
