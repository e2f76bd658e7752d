"""BicycleGAN: equation 9 by hand, what the latent loss moves, what discriminators see, codes and styles."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from tiny import watch, weights

from tfgan_zoo.losses import variational
from tfgan_zoo.networks import patchgan, unet
from tfgan_zoo.random.latents import slerp
from tfgan_zoo.systems.bicyclegan import networks
from tfgan_zoo.systems.bicyclegan.bicyclegan import BicycleGAN

SIDE, CODE = 16, 3


def bicycle(rates=0.0, conditional=False, **arguments):
    shape = {"image_size": SIDE, "channels": 1}
    generator = unet.generator(**shape, levels=2, width=2, condition_channels=1, dropouts=0, latent_dim=CODE)
    encoder = networks.encoder(**shape, latent_dim=CODE, levels=2, width=2)
    judges = [
        patchgan.multiscale(**shape, levels=1, width=2, condition_channels=int(conditional), name=name)
        for name in ("discriminator", "discriminator_random")
    ]
    model = BicycleGAN(generator, encoder, *judges, **arguments)
    rates = rates if isinstance(rates, dict) else dict.fromkeys(model.players(), rates)
    model.compile({player: keras.optimizers.SGD(rates.get(player, 0.0)) for player in model.players()})
    return model


def pairs(n=4, seed=0):
    condition, image = np.random.default_rng(seed).uniform(-1, 1, [2, n, SIDE, SIDE, 1])
    return {"condition": tf.constant(condition, tf.float32), "image": tf.constant(image, tf.float32)}


def known(model, value=0.25, mu=2.0, logvar=-1.0, scores=(0.5, 0.25)):
    """Makes G give one value, E one code, and D (and D2) one score (and another) at every place and scale."""
    kernel, bias = model.generator.trainable_variables[-2:]
    kernel.assign(tf.zeros(kernel.shape))
    bias.assign([np.arctanh(value)])
    for name, values in (("mu", mu), ("logvar", logvar)):
        layer = model.encoder.get_layer(name)
        layer.set_weights([np.zeros(layer.kernel.shape), np.full(CODE, values)])
    for network, score in zip((model.discriminator, model.discriminator_random), scores):
        for output in network.outputs:
            layer = output._keras_history.operation
            layer.set_weights([np.zeros(layer.kernel.shape), np.array([score])])
    return model


def logs(model, batch):
    return {name: float(value) for name, value in model.train_step(batch).items()}


def test_equation_9_by_hand():
    weights = {"l1_weight": 7.0, "kl_weight": 0.1, "latent_weight": 3.0}
    model = known(bicycle(**weights, encoded_weight=0.5, random_weight=2.0, random_l1_weight=5.0))
    batch = pairs()
    z = model.noise().latents("normal", [2, CODE]).numpy()
    found = logs(model, batch)
    l1 = np.abs(batch["image"].numpy()[::2] - 0.25).mean()
    # Summed over the numbers of a code, of which all have mean 2 and variance 1 / e.
    divergence = CODE * 0.5 * (4 + np.exp(-1) - 1 + 1)
    latent = np.abs(z - 2.0).mean()
    # Two scales each: (0.5 - 1)^2 and (0.25 - 1)^2.
    vae = 2 * 0.25 + 7 * l1 + 0.1 * divergence
    random = 2.0 * 2 * 0.5625 + 5 * l1
    expected = {
        "l1": l1,
        "divergence": divergence,
        "latent_loss": latent,
        "encoder_loss": 0.5 * vae,
        "generator_loss": 0.5 * vae + random + 3 * latent,
        "discriminator_loss": 2 * (0.25 + 0.25) + 2 * (0.5625 + 0.0625),
    }
    assert found == pytest.approx(expected, rel=1e-5)


def test_the_divergence_is_half_the_square_of_a_mean_of_variance_1():
    mu = np.array([[1.0, -2.0, 3.0]], np.float32)
    np.testing.assert_allclose(variational.divergence(mu, np.zeros_like(mu)), [(1 + 4 + 9) / 2])


def test_the_latent_loss_moves_the_generator_alone():
    """With that loss alone, the encoder's gradient is exactly 0; were it to learn, it would hide the code."""
    alone = {"encoded_weight": 0.0, "random_weight": 0.0}
    model = bicycle(rates=0.1, **alone)
    encoder, generator = weights(model.encoder), weights(model.generator)
    assert logs(model, pairs())["latent_loss"] > 0
    for before, now in zip(encoder, weights(model.encoder)):
        np.testing.assert_array_equal(before, now)
    assert max(np.abs(a - b).max() for a, b in zip(generator, weights(model.generator))) > 0


def test_the_encoder_learns_from_the_images_that_it_encodes():
    model = bicycle(rates={"encoder": 0.1}, latent_weight=0.0, random_weight=0.0)
    before = weights(model.encoder)
    model.train_step(pairs())
    assert all(np.abs(a - b).max() > 0 for a, b in zip(before, weights(model.encoder)))


def test_the_latent_loss_is_of_the_mean_that_is_read():
    """However wide the code is that is read, the loss does not hang on draws of it."""
    losses = {logs(known(bicycle(), logvar=logvar), pairs())["latent_loss"] for logvar in (-5.0, 3.0)}
    assert len(losses) == 1


@pytest.mark.parametrize("conditional", [False, True])
def test_the_second_discriminator_never_sees_the_pair_of_a_fake(conditional):
    model, batch = bicycle(conditional=conditional), pairs()
    firsts, seconds = (watch(network) for network in (model.discriminator, model.discriminator_random))
    translated = watch(model.generator)
    model.train_step(batch)

    def images(seen):
        return [each["image"] if conditional else each for each in seen]

    # Each sees a fake while G learns, then a real and a fake.
    assert len(firsts) == len(seconds) == 3
    np.testing.assert_array_equal(images(firsts)[1], batch["image"][::2])
    np.testing.assert_array_equal(images(seconds)[1], batch["image"][1::2])
    for inputs in translated:
        np.testing.assert_array_equal(inputs["condition"], batch["condition"][::2])
    if conditional:
        np.testing.assert_array_equal(seconds[1]["condition"], batch["condition"][1::2])
        np.testing.assert_array_equal(seconds[2]["condition"], batch["condition"][::2])


def test_discriminators_are_shown_what_the_generator_made_before_its_step():
    model, batch = bicycle(rates={"generator": 0.5}), pairs()
    seen = watch(model.discriminator)
    model.train_step(batch)
    np.testing.assert_array_equal(seen[0], seen[2])


def test_a_batch_is_even():
    with pytest.raises(ValueError, match="must be even; got 3"):
        bicycle().train_step(pairs(3))


def test_codes_are_given_drawn_and_read():
    model, batch = bicycle(), pairs()
    condition = batch["condition"].numpy()
    code = np.ones([4, CODE], np.float32)
    served = model({"condition": condition, "z": code})["image"]
    np.testing.assert_allclose(model.translate(condition, z=code), served, atol=1e-6)
    assert np.abs(model.translate(condition, seed=0) - model.translate(condition, seed=1)).max() > 0
    read = model.encode(batch["image"])
    assert {name: list(value.shape) for name, value in read.items()} == {
        "mu": [4, CODE],
        "logvar": [4, CODE],
    }
    assert set(model.signatures()["serving_default"][1]) == {"condition", "z"}


def test_an_image_is_translated_along_an_arc_of_codes():
    model = bicycle()
    images = pairs(2)["condition"].numpy()
    found = model.interpolate(2, 3, seed=7, images=images)
    z = model.sampler.latents(4, 7)
    middle = slerp(z[1:2], z[3:4], 3)[1]
    expected = model.translate(np.repeat(images[1:], 3, axis=0), z=np.concatenate([z[1:2], middle, z[3:4]]))
    np.testing.assert_allclose(found[3:], expected, atol=1e-6)
    assert np.abs(found[3] - found[5]).max() > 0
    with pytest.raises(ValueError, match="2 arcs of translations take as many images; got none"):
        model.interpolate(2, 3)


def test_a_picture_has_a_style_for_each_column(tmp_path, monkeypatch):
    columns = []
    monkeypatch.setattr("tfgan_zoo.utils.pictures.save_columns", lambda found, path: columns.extend(found))
    model, batch = bicycle(), pairs(3)
    model.picture(tmp_path / "a.png", batch, styles=2)
    code = model.sampler.latents(2, 0)
    assert len(columns) == 5
    for column, z in zip(columns[3:], code):
        expected = model.translate(batch["condition"].numpy(), z=np.tile(z, (3, 1)))
        np.testing.assert_allclose(column, expected, atol=1e-6)


def test_the_code_enters_every_level_of_the_generator():
    """Where the first level's kernel ignores the code, the other still reads it; then neither does."""
    model, condition = bicycle(), pairs()["condition"].numpy()
    downs = [layer for layer in model.generator.layers if type(layer).__name__ == "Conv2D"]

    def spread():
        images = [model.translate(condition, z=np.full([4, CODE], value, np.float32)) for value in (-2, 2)]
        return np.abs(images[0] - images[1]).max()

    assert len(downs) == 2
    for layer in downs:
        assert spread() > 1e-6
        kernel = layer.kernel.numpy()
        kernel[:, :, -CODE:] = 0
        layer.kernel.assign(kernel)
    assert spread() == 0


def test_scales_have_discriminators_of_their_own():
    network = patchgan.multiscale(image_size=32, width=8, levels=1)
    assert [output.shape[1:] for output in network.outputs] == [(14, 14, 1), (6, 6, 1)]
    convolutions = [layer for layer in network.layers if isinstance(layer, keras.layers.Conv2D)]
    assert sorted(layer.filters for layer in convolutions) == [1, 1, 4, 8, 8, 16]
    image = np.zeros([1, 32, 32, 3], np.float32)
    image[:, ::2] = 1
    image[:, 1::2] = -1
    # Of three rows that alternate the mean is a third; the last window has no third row.
    pooling = next(layer for layer in network.layers if isinstance(layer, keras.layers.AveragePooling2D))
    pooled = keras.Model(network.input, pooling.output)(image)
    assert pooled.shape == (1, 16, 16, 3)
    np.testing.assert_allclose(pooled[:, :-1], 1 / 3, atol=1e-6)


def test_the_papers_encoder_ends_at_8x8():
    network = networks.resnet_encoder(image_size=64, width=4, blocks=2)
    pooled = next(layer for layer in network.layers if isinstance(layer, keras.layers.GlobalAveragePooling2D))
    assert pooled.input.shape[1:] == (8, 8, 12)
