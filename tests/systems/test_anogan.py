"""AnoGAN: the search's loss by hand, what it finds, what no score depends on, and the command."""

import csv

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers
from PIL import Image
from tiny import descend, heads, pixel_generator, pixels, softplus

from tfgan_zoo import data
from tfgan_zoo.core import show
from tfgan_zoo.networks import dcgan
from tfgan_zoo.systems.anogan import networks
from tfgan_zoo.systems.anogan.anogan import AnoGAN, with_square


def by_hand(**arguments):
    """G(z) = 0.5 z + 0.1, D(x) = 2 x + 0.2 with the features 3 x and 1 - x, of images of one pixel."""
    judge = heads(logit=([2.0], [0.2]), features=([3.0, -1.0], [0.0, 1.0]))
    return descend(AnoGAN(pixel_generator(0.5, 0.1), judge, **arguments), 0.0)


def convolutional():
    pair = [
        dcgan.generator(latent_dim=4, image_size=16, width=2, channels=1),
        networks.discriminator(image_size=16, width=2, channels=1),
    ]
    model = descend(AnoGAN(*pair))
    # As after training: moments of batch norm that are not their start.
    for network in pair:
        for variable in network.non_trainable_variables:
            if "moving" in variable.path:
                rng = np.random.default_rng(len(variable.path))
                variable.assign(rng.uniform(0.5, 1.5, variable.shape))
    return model


def images(n, seed=0):
    return np.random.default_rng(seed).uniform(-1, 1, [n, 16, 16, 1]).astype(np.float32)


def linear(latent_dim=3, size=16):
    """G(z) = A z, and a discriminator that sees nothing, so that the search is for least distances alone."""
    z = keras.Input([latent_dim], name="z")
    layer = layers.Dense(size * size, use_bias=False)
    generator = keras.Model(z, layers.Reshape([size, size, 1])(layer(z)), name="generator")
    layer.set_weights([np.random.default_rng(0).normal(size=[latent_dim, size * size]) / 4])
    image = keras.Input([size, size, 1])
    flat = layers.Flatten()(image)
    outputs = {name: layers.Dense(1, kernel_initializer="zeros")(flat) for name in ("logit", "features")}
    return descend(AnoGAN(generator, keras.Model(image, outputs), prior="normal", search_rate=0.05))


def test_the_training_is_a_gan():
    model = by_hand()
    noise = model.noise()
    first, second = (0.5 * model.sampler.draw(noise, 2)["z"].numpy() + 0.1 for _ in range(2))
    logs = model.train_step({"image": pixels(0.3, -0.4)})
    expected = softplus(-(2 * np.array([0.3, -0.4]) + 0.2)).mean() + softplus(2 * first + 0.2).mean()
    np.testing.assert_allclose(logs["discriminator_loss"], expected, rtol=1e-5)
    np.testing.assert_allclose(logs["generator_loss"], softplus(-(2 * second + 0.2)).mean(), rtol=1e-5)


def test_the_loss_by_hand():
    """x = 0.9 and G(z) = 0.3: pixels are 0.6 apart, and features 3 and 1 times as much."""
    z = tf.constant([[0.4]])
    np.testing.assert_allclose(by_hand().distance(pixels(0.9))(z), [0.9 * 0.6 + 0.1 * 4 * 0.6], rtol=1e-5)
    reference = by_hand(discrimination="logit", discrimination_weight=0.25).distance(pixels(0.9))(z)
    np.testing.assert_allclose(reference, [0.75 * 0.6 + 0.25 * softplus(-(2 * 0.3 + 0.2))], rtol=1e-5)


def test_pixels_and_features_are_summed():
    model = convolutional()
    x, z = images(2), model.latents(2, 0)
    made = model.generator(z, training=False).numpy()
    read = [model.discriminator(each, training=False)["features"].numpy() for each in (x, made)]
    expected = 0.9 * np.abs(x - made).sum((1, 2, 3)) + 0.1 * np.abs(read[0] - read[1]).sum(1)
    np.testing.assert_allclose(model.distance(x)(tf.constant(z)), expected, rtol=1e-5)
    # The search has taken no step.
    found = model.detect({"image": tf.constant(x), "z_init": tf.constant(z), "steps": tf.constant(0)})
    np.testing.assert_allclose(found["score"], expected, rtol=1e-5)
    np.testing.assert_allclose(found["residual"], np.abs(x - made), rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(found["closest"], made, atol=1e-6)
    np.testing.assert_array_equal(found["z"], z)


def test_the_first_steps_are_adams():
    """Of a slope that keeps its sign each step is the rate; z goes up to where G(z) is nearer to 0.9."""
    found = by_hand().detect(
        {"image": tf.constant(pixels(0.9)), "z_init": tf.constant([[0.4]]), "steps": tf.constant(3)}
    )
    np.testing.assert_allclose(found["z"], [[0.43]], rtol=1e-5)
    np.testing.assert_allclose(found["score"], [(0.9 + 0.4) * (0.9 - 0.1 - 0.215)], rtol=1e-5)


def test_a_score_ignores_its_batch_mates():
    model = convolutional()
    x, z = images(5), tf.constant(model.latents(5, 1))
    together = model.detect({"image": tf.constant(x), "z_init": z, "steps": tf.constant(4)})
    alone = model.detect({"image": tf.constant(x[2:3]), "z_init": z[2:3], "steps": tf.constant(4)})
    for name, values in alone.items():
        np.testing.assert_allclose(values[0], together[name][2], rtol=1e-4, atol=1e-5)
    found = model.anomalies(x, steps=4, seed=1, batch_size=2)
    np.testing.assert_allclose(found["score"], together["score"], rtol=1e-4)


def test_a_search_leaves_the_networks_as_they_are():
    model = convolutional()
    before = [v.numpy() for v in model.weights]
    first = model.anomalies(images(2), steps=3)["score"]
    np.testing.assert_array_equal(model.anomalies(images(2), steps=3)["score"], first)
    for value, variable in zip(before, model.weights, strict=True):
        np.testing.assert_array_equal(value, variable.numpy(), variable.path)


def test_of_a_linear_generator_the_squared_error_reaches_least_squares():
    model, x = linear(), images(4)
    kernel = model.generator.trainable_variables[0].numpy().T
    best = np.linalg.lstsq(kernel, x.reshape(4, -1).T, rcond=None)[0].T
    np.testing.assert_allclose(model.invert(x, steps=400, learning_rate=0.05), best, atol=1e-3)


def test_a_planted_square_is_what_remains():
    model = linear()
    x = with_square(model.generate(4, seed=3))
    found = model.anomalies(x, steps=300, seed=1)["residual"]
    inside = np.zeros([16, 16, 1], bool)
    inside[4:10, 4:10] = True
    assert found[:, inside].mean() / found[:, ~inside].mean() >= 3


def test_what_is_served():
    model = convolutional()
    serve, specs = model.signatures()["detect"]
    assert {name: spec.shape.as_list() for name, spec in specs.items()} == {
        "image": [None, 16, 16, 1],
        "z_init": [None, 4],
        "steps": [],
    }
    assert serve.__name__ == "detect" and specs["steps"].dtype == tf.int32


def test_the_discriminators_features_are_what_its_logit_is_made_of():
    judge = networks.discriminator(image_size=16, width=2, channels=1)
    kernel, bias = judge.layers[-1].get_weights()
    read = judge(images(3))
    np.testing.assert_allclose(read["logit"], read["features"] @ kernel + bias, atol=1e-5)
    assert read["features"].shape == (3, 4 * 4 * 4)


def test_the_picture_shows_images_with_and_without_a_square(tmp_path):
    convolutional().save_samples(tmp_path / "a.png", 13, 0, lambda n: {"image": tf.constant(images(n))}, steps=2)
    with Image.open(tmp_path / "a.png") as picture:
        # Two images a row, each with what is nearest and what remains.
        assert picture.size == (2 * (6 * 17 - 1), 2 * (2 * 17 - 1))


def test_what_cannot_be_is_refused():
    with pytest.raises(ValueError, match="features or logit; got 'pixels'"):
        by_hand(discrimination="pixels")
    with pytest.raises(ValueError, match="from 0 to 1; got 1.5"):
        by_hand(discrimination_weight=1.5)
    with pytest.raises(ValueError, match=r"must have shape \[n, 16, 16, 1\]; got \(2, 8, 8, 1\)"):
        convolutional().anomalies(np.zeros([2, 8, 8, 1]))


# Files and data


def test_scores_and_pictures_are_written_least_normal_first(tmp_path):
    found = {"score": np.array([1.0, 3.0, 2.0]), "closest": images(3), "residual": np.zeros([3, 16, 16, 1])}
    show.anomalies(["a.png", "b.png", "c.png"], images(3), found, tmp_path)
    with open(tmp_path / "scores.csv", encoding="utf-8") as file:
        assert list(csv.reader(file)) == [
            ["file", "score", "picture"],
            ["b.png", "3", "0001.png"],
            ["c.png", "2", "0002.png"],
            ["a.png", "1", "0003.png"],
        ]
    with Image.open(tmp_path / "0001.png") as picture:
        pixels = np.asarray(picture)[::2, ::2]
    # The image itself, and a residual of zero in black.
    np.testing.assert_allclose(pixels[:, :16] / 127.5 - 1, images(3)[1, ..., 0], atol=0.01)
    assert pixels.shape == (16, 50) and pixels[:, 34:].max() == 0


def test_a_folder_that_holds_something_is_refused(tmp_path):
    show.require_empty(tmp_path / "new")
    show.require_empty(tmp_path)
    (tmp_path / "a.txt").touch()
    with pytest.raises(FileExistsError, match="no empty folder; name a new one"):
        show.require_empty(tmp_path)


def test_normal_classes_alone():
    whole = data.arrays("fashion_mnist_10k")
    rows = np.flatnonzero(np.isin(whole["label"], [2, 5]))[:30]
    some = data.arrays("fashion_mnist_10k", classes=[2, 5], take=30)
    np.testing.assert_array_equal(some["image"], whole["image"][rows])
    np.testing.assert_array_equal(some["label"], whole["label"][rows])
    with pytest.raises(ValueError, match="has no example of class 11; it has 0, 1, "):
        data.arrays("fashion_mnist_10k", classes=[0, 11])
    with pytest.raises(ValueError, match=r"classes=\[0\] takes examples with labels"):
        data.arrays(np.zeros([3, 4, 4, 1], np.uint8), classes=[0])
    with pytest.raises(ValueError, match="between 1 and 1000, the examples of classes .0.; got 1001"):
        data.arrays("fashion_mnist_10k", classes=[0], take=1001)
