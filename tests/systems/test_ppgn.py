"""PPGN: the chain's step by hand and what it keeps to, the losses, who rests, and what is plugged in."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from PIL import Image
from tiny import cross_entropy, softplus

from tfgan_zoo.networks import dcgan
from tfgan_zoo.systems.ppgn import networks
from tfgan_zoo.systems.ppgn.chain import Context, chain, pasted
from tfgan_zoo.systems.ppgn.ppgn import PPGN

SIZE = {"image_size": 16, "width": 2, "channels": 1}


def ppgn(stage="generator", rate=0.0, classes=3, denoiser=False, **arguments):
    model = PPGN(
        networks.encoder(**SIZE, classes=3, code_size=6),
        networks.classifier(**SIZE, classes=classes),
        dcgan.generator(**SIZE, latent_dim=6),
        dcgan.discriminator(**SIZE),
        networks.denoiser(code_size=6, hidden=4) if denoiser else None,
        **arguments,
    )
    optimizers = {player: keras.optimizers.SGD(rate) for player in model.players()}
    model.compile(optimizers, stages=[{"name": stage, "steps": 1}])
    return model


def batch(n=6, seed=0):
    rng = np.random.default_rng(seed)
    images = rng.uniform(-1, 1, [n, 16, 16, 1]).astype(np.float32)
    return {"image": tf.constant(images), "label": tf.constant(np.arange(n) % 3, tf.int32)}


def state(network):
    return [v.numpy() for v in network.weights]


def is_still(network, before):
    return all(np.array_equal(a, b) for a, b in zip(before, state(network), strict=True))


# The chain


def linear_chain(h, target, eps, steps=1, rate=0.1, denoise=lambda h: h, context=None, **arguments):
    """G makes an image of two pixels of a code of two numbers, and C reads 0 and their difference."""

    def decode(h):
        return tf.reshape(h, [-1, 1, 2, 1])

    def classify(images):
        return tf.stack([0 * images[:, 0, 0, 0], images[:, 0, 0, 0] - images[:, 0, 1, 0]], axis=1)

    h, target = tf.constant(h, tf.float32), tf.constant(target)
    made = chain(h, target, eps, steps, rate, decode, denoise, classify, context, **arguments)
    return made.numpy()


def test_a_step_by_hand():
    """With C_1 = sigmoid(a - b): d log C_1 = (1 - C_1) (1, -1); and of class 0, -C_1 (1, -1)."""
    h = np.array([[2.0, 1.5], [1.0, 3.0]])
    pulled = 1 / (1 + np.exp(h[:, 0] - h[:, 1]))
    climb = np.stack([pulled, -pulled], axis=1)
    climb[1] = [-(1 - pulled[1]), 1 - pulled[1]]
    # The denoiser points to 1.5 h, and no gradient goes through it.
    g = 0.3 * 0.5 * h + 0.7 * climb
    expected = h + 0.1 * g / np.abs(g).mean(axis=1, keepdims=True)
    made = linear_chain(h, [1, 0], [0.3, 0.7, 0.0], denoise=lambda h: 1.5 * h)
    np.testing.assert_allclose(made, expected, rtol=1e-5)


def test_a_code_that_the_denoiser_keeps_does_not_move():
    h = [[2.0, 1.5], [0.0, 30.0]]
    np.testing.assert_array_equal(linear_chain(h, [1, 0], [1.0, 0.0, 0.0], steps=5), h)


@pytest.mark.parametrize("eps", [[1e-5, 1.0, 1e-17], [0.0, 0.0, 1e-3], [1.0, 5.0, 0.1]])
def test_each_code_moves_by_the_rate(eps):
    h = np.array([[5.0, 7.0], [9.0, 3.0], [4.0, 4.0]])
    moved = np.abs(linear_chain(h, [0, 1, 1], eps, rate=0.25, denoise=lambda h: h - 1) - h).mean(axis=1)
    np.testing.assert_allclose(moved, 3 * [0.25], rtol=1e-4)


def test_codes_stay_in_their_range():
    made = linear_chain([[15.0, 14.0], [15.0, 14.0]], [0, 1], [0.0, 1.0, 0.0], rate=40.0)
    np.testing.assert_array_equal(made, [[0, 30], [30, 0]])


def test_a_rate_that_decays_falls_evenly_to_nothing():
    """Four steps in one direction, of 1, 3/4, 1/2 and 1/4 of the rate."""
    made = linear_chain([[5.0, 5.0]], [1], [0.0, 1.0, 0.0], steps=4, decays=True)
    np.testing.assert_allclose(made, [[5.25, 4.75]], rtol=1e-5)


def test_the_context_draws_codes_towards_it_and_hides_what_is_made_of_it():
    image, mask = np.reshape([3.0, 7.0], [1, 1, 2, 1]), np.reshape([1.0, 0.0], [1, 1, 2, 1])
    context = Context(tf.constant(image, tf.float32), tf.constant(mask, tf.float32))
    # The second pixel is known to be 7: it is drawn up by 0.5 (7 - 5), and C has no gradient there.
    pulled = 1 / (1 + np.exp(2.0 - 7.0))
    g = np.array([[pulled, 0.5 * 2.0]])
    made = linear_chain([[2.0, 5.0]], [1], [0.0, 1.0, 0.0, 0.5], context=context)
    np.testing.assert_allclose(made, [[2.0, 5.0]] + 0.1 * g / np.abs(g).mean(), rtol=1e-5)
    np.testing.assert_array_equal(pasted(tf.fill([1, 1, 2, 1], 9.0), context)[0, 0, :, 0], [9, 7])


# Training


def test_the_generators_loss_by_hand():
    model = ppgn(pixel_weight=0.3, map_weight=0.2, adversarial_weight=0.5, code_weight=0.7)
    model.scale.assign(2.0)
    given = batch()
    read = model.encoder(given["image"], training=False)
    h = read["h"] / 2.0
    made = model.generator(h, training=True)
    again = model.encoder(made, training=False)
    of_real, of_fake = (model.discriminator(x, training=True).numpy() for x in (given["image"], made))
    logs = model.train_step(given)
    errors = [
        np.square(a - b).reshape(6, -1).sum(1).mean()
        for a, b in ((made, given["image"]), (again["h1"], read["h1"]), (again["h"] / 2.0, h))
    ]
    deceit = softplus(-of_fake).mean()
    expected = 0.3 * errors[0] + 0.2 * errors[1] + 0.5 * deceit + 0.7 * errors[2]
    np.testing.assert_allclose(logs["generator_loss"], expected, rtol=1e-4)
    np.testing.assert_allclose(
        logs["discriminator_loss"], softplus(-of_real).mean() + softplus(of_fake).mean(), rtol=1e-4
    )
    np.testing.assert_allclose(model.ratio.numpy(), logs["discriminator_loss"] / deceit, rtol=1e-4)


@pytest.mark.parametrize("ratio, rests", [(0.05, "discriminator"), (1.0, None), (20.0, "generator")])
def test_who_is_too_good_rests(ratio, rests):
    model = ppgn(rate=0.01)
    model.ratio.assign(ratio)
    trained = {name: [v.numpy() for v in model.player_variables(name)] for name in ("discriminator", "generator")}
    model.train_step(batch())
    for name, before in trained.items():
        moved = any(np.abs(a - b.numpy()).max() > 0 for a, b in zip(before, model.player_variables(name)))
        assert moved == (name != rests), name
        assert int(model.optimizers[name].iterations) == int(name != rests)


@pytest.mark.parametrize("stage", ["encoder", "classifier", "generator", "denoiser"])
def test_each_stage_moves_its_own_networks_alone(stage):
    """Moments of batch norm stay, too."""
    model = ppgn(stage, rate=0.01, denoiser=True, code_noise=0.1)
    own = {"generator": ["generator", "discriminator"]}.get(stage, [stage])
    others = {name: state(getattr(model, name)) for name in model.players() if name not in own}
    before = {name: state(getattr(model, name)) for name in own}
    scale = float(model.scale.numpy())
    model.train_step(batch())
    assert all(is_still(getattr(model, name), values) for name, values in others.items())
    assert not any(is_still(getattr(model, name), values) for name, values in before.items())
    assert (float(model.scale.numpy()) == scale) == (stage != "encoder")


def test_the_scale_is_the_mean_activation():
    model, given = ppgn("encoder"), batch()
    mean = model.encoder(given["image"], training=True)["h"].numpy().mean()
    logs = model.train_step(given)
    np.testing.assert_allclose(model.scale.numpy(), 1 + 0.01 * (mean - 1), rtol=1e-5)
    logits = model.encoder(given["image"], training=True)["logits"]
    np.testing.assert_allclose(logs["encoder_loss"], cross_entropy(given["label"], logits).mean(), rtol=1e-4)


def test_the_classifier_learns_groups_of_labels():
    model, given = ppgn("classifier", classes=2, groups=[1, 0, 1]), batch()
    logits = model.classifier(given["image"], training=True)
    logs = model.train_step(given)
    expected = cross_entropy([1, 0, 1, 1, 0, 1], logits).mean()
    np.testing.assert_allclose(logs["classifier_loss"], expected, rtol=1e-4)


# What is drawn


def chance(bias):
    """A classifier whose logits do not depend on the image but by a little."""
    network = networks.classifier(**SIZE, classes=len(bias))
    network.layers[-1].bias.assign(bias)
    return network


def test_another_classifier_can_be_plugged_in():
    model = ppgn()
    h = model.encode(batch()["image"])["h"]
    own, other = model.draw(h, 1, steps=4), model.draw(h, 1, steps=4, classifier=chance([0.0, 2.0]))
    assert np.abs(own["h"] - other["h"]).max() > 0
    judged = tf.nn.softmax(model.classifier(own["image"], training=False))[:, 1]
    np.testing.assert_allclose(own["prob"], judged, rtol=1e-4)
    np.testing.assert_allclose(own["image"], model.generator(own["h"], training=False), atol=1e-5)
    np.testing.assert_allclose(model.draw(h, 1, steps=0)["h"], h, rtol=1e-6)


def test_the_denoiser_takes_the_place_of_encoding_again():
    model = ppgn(denoiser=True)
    h = np.abs(np.random.default_rng(0).normal(size=[3, 6])).astype(np.float32)
    made = model.draw(h, 0, steps=1, eps=[1.0, 0.0, 0.0])["h"]
    g = model.denoiser(h).numpy() - h
    np.testing.assert_allclose(made, np.clip(h + 0.1 * g / np.abs(g).mean(1, keepdims=True), 0, 30), atol=1e-5)


def test_inpainting_returns_what_is_known():
    model, given = ppgn(), batch(3)
    mask = np.zeros([3, 16, 16, 1], np.float32)
    mask[:, 4:10, 4:10] = 1
    serve, specs = model.signatures()["inpaint"]
    assert set(specs) == {"image", "mask", "h", "target", "eps", "steps"} and specs["eps"].shape == [4]
    inputs = {
        "image": given["image"],
        "mask": tf.constant(mask),
        "h": tf.constant(model.encode(given["image"])["h"]),
        "target": tf.constant([0, 1, 2]),
        "eps": tf.constant([1e-5, 1.0, 0.0, 1e-2]),
        "steps": tf.constant(2),
    }
    image = serve(inputs)["image"].numpy()
    known = np.broadcast_to(mask == 0, image.shape)
    np.testing.assert_array_equal(image[known], given["image"].numpy()[known])
    assert np.abs(image - given["image"])[~known].max() > 0.01


def test_codes_begin_at_normal_numbers_without_a_picture():
    model = ppgn(chain_steps=0)
    z = model.latents(4, 0)
    start = np.sqrt(2 * np.pi) * np.maximum(z, 0)
    made = model.decode(z, label=2)
    np.testing.assert_allclose(made, model.generator(start, training=False), atol=1e-5)


def test_the_picture_has_a_row_of_starts_and_one_for_each_class(tmp_path):
    ppgn(chain_steps=1).save_samples(tmp_path / "a.png", 8, 0, batch)
    with Image.open(tmp_path / "a.png") as picture:
        assert picture.size == (2 * (2 * 17 - 1), 2 * (4 * 17 - 1))


def test_what_does_not_fit_is_refused():
    with pytest.raises(ValueError, match="from 0 to 2, and leaves none of them out; got .0, 0, 1."):
        ppgn(groups=[0, 0, 1])
    parts = networks.encoder(**SIZE, code_size=5), networks.classifier(**SIZE)
    with pytest.raises(ValueError, match="Codes have 5 numbers, and these networks take others: generator 6"):
        PPGN(*parts, dcgan.generator(**SIZE, latent_dim=6), dcgan.discriminator(**SIZE))
