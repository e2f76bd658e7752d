"""GAN-CLS: Algorithm 1 by hand on affine networks, equation 5 watched, captions in and out."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers
from tiny import affine, descend, of_type, pixels, softplus, watch, weights

import tfgan_zoo as zoo
from tfgan_zoo.core.augmentation import Jitter
from tfgan_zoo.networks import conditioning, text_dcgan
from tfgan_zoo.systems.gan_cls import networks
from tfgan_zoo.systems.gan_cls.gan_cls import GANCLS
from tfgan_zoo.text import char_cnn_rnn

CAPTIONS = ["red", "green", "blue"]


def generator(of_text=2.0, of_z=0.0):
    """Images of one pixel: of_text t + of_z z."""
    z, text = keras.Input([1], name="z"), keras.Input([1], name="text")
    pixel = affine([[of_text], [of_z]])(layers.Concatenate()([text, z]))
    return keras.Model({"z": z, "text": text}, layers.Reshape([1, 1, 1])(pixel), name="generator")


def discriminator(of_image=0.5, of_text=-1.0):
    """The logit of_image x + of_text t."""
    image, text = keras.Input([1, 1, 1], name="image"), keras.Input([1], name="text")
    joint = layers.Concatenate()([layers.Flatten()(image), text])
    logit = affine([[of_image], [of_text]])(joint)
    return keras.Model({"image": image, "text": text}, logit, name="discriminator")


def system(of_z=0.0, **arguments):
    keras.utils.set_random_seed(0)
    encoder = char_cnn_rnn.text_encoder(dimension=1, widths=(2, 2, 2), length=48)
    return GANCLS(generator(of_z=of_z), discriminator(), encoder, CAPTIONS, **arguments)


def batch(size=4):
    rng = np.random.default_rng(0)
    real, wrong, text = rng.normal(size=(3, size)).astype(np.float32)
    found = {"image": pixels(*real), "wrong_image": pixels(*wrong), "text": text[:, None]}
    return {key: tf.constant(value) for key, value in found.items()}, (real, wrong, text)


def sigmoid(a):
    return 1 / (1 + np.exp(-a))


def test_the_discriminators_step_by_hand():
    model = descend(system(interpolate=False), generator=0.0)
    given, (real, wrong, text) = batch()
    logs = model.train_step(given)
    fake = 2 * text
    s_r, s_w, s_f = (0.5 * image - text for image in (real, wrong, fake))
    expected = np.mean(softplus(-s_r) + (softplus(s_w) + softplus(s_f)) / 2)
    np.testing.assert_allclose(logs["discriminator_loss"], expected, rtol=1e-5)
    of_scores = {"r": -sigmoid(-s_r), "w": sigmoid(s_w) / 2, "f": sigmoid(s_f) / 2}
    of_image = np.mean(of_scores["r"] * real + of_scores["w"] * wrong + of_scores["f"] * fake)
    of_text = np.mean(sum(of_scores.values()) * text)
    moved = weights(model.discriminator)[0][:, 0] - [0.5, -1.0]
    np.testing.assert_allclose(moved, [-0.1 * of_image, -0.1 * of_text], rtol=1e-4)


def test_without_wrong_pairs_it_is_the_conditional_gan():
    model = descend(system(matching_aware=False, interpolate=False), generator=0.0)
    given, (real, _, text) = batch()
    del given["wrong_image"]
    logs = model.train_step(given)
    expected = np.mean(softplus(-(0.5 * real - text)) + softplus(0.5 * 2 * text - text))
    np.testing.assert_allclose(logs["discriminator_loss"], expected, rtol=1e-5)
    assert set(model.example_shapes) == {"image", "text"}
    with pytest.raises(KeyError, match="'wrong_image'"):
        descend(system()).train_step(given)


def test_the_generators_loss_is_the_mean_over_own_and_interpolated_texts():
    model = descend(system(), discriminator=0.0)
    given, (_, _, text) = batch(4)
    logs = model.train_step(given)
    texts = np.concatenate([text, [(text[0] + text[1]) / 2, (text[2] + text[3]) / 2]])
    logits = 0.5 * 2 * texts - texts
    np.testing.assert_allclose(logs["generator_loss"], np.mean(softplus(-logits)), rtol=1e-5)
    of_text = np.mean(-sigmoid(-logits) * 0.5 * texts)
    np.testing.assert_allclose(weights(model.generator)[0][0, 0], 2 - 0.1 * of_text, rtol=1e-5)


@pytest.mark.parametrize("size, interpolate, more", [(4, True, 2), (5, True, 2), (4, False, 0)])
def test_the_discriminator_never_learns_from_interpolated_texts(size, interpolate, more):
    model = descend(system(of_z=1.0, interpolate=interpolate))
    given, (real, wrong, text) = batch(size)
    judged = watch(model.discriminator, lambda of: (of["image"].numpy().ravel(), of["text"].numpy().ravel()))
    drawn = watch(model.generator, lambda of: (of["z"].numpy().ravel(), of["text"].numpy().ravel()))
    model.train_step(given)
    # In the generator's step middles share a batch with the texts, and so batch norm.
    assert [len(image) for image, _ in judged] == [size, size, size, size + more]
    assert [len(z) for z, _ in drawn] == [size, size + more]
    for _, seen in judged[:3]:
        np.testing.assert_array_equal(seen, text)
    np.testing.assert_array_equal(judged[0][0], real)
    assert any(np.array_equal(images, wrong) for images, _ in judged[1:3])
    # The generator's texts are those by which it is judged, and its latents are fresh.
    np.testing.assert_array_equal(judged[3][1], drawn[1][1])
    np.testing.assert_array_equal(drawn[1][1][:size], text)
    assert len(set(np.concatenate([z for z, _ in drawn]).tolist())) == 2 * size + more


def test_the_discriminator_sees_what_crops_and_flips_make_of_each_image():
    model = descend(system(jitter=3, mirror=True), rate=0.0)
    assert model.augment == Jitter(3, True) and system().augment == Jitter(0, False)
    given, factors = batch(), iter([2.0, 3.0])
    model.augment = lambda noise, image: [next(factors) * image]
    judged = watch(model.discriminator, lambda of: of["image"].numpy().ravel())
    model.train_step(given[0])
    _, (real, wrong, _) = given
    np.testing.assert_array_equal(judged[0], 2 * real)
    assert any(np.array_equal(images, 3 * wrong) for images in judged[1:3])


def test_no_player_moves_the_encoder():
    model = descend(system(), rate=1.0)
    before = weights(model.text_encoder)
    of_players = {id(v) for player in model.players() for v in model.player_variables(player)}
    assert not of_players & {id(v) for v in model.text_encoder.variables}
    model.train_step(batch()[0])
    for then, now in zip(before, weights(model.text_encoder), strict=True):
        np.testing.assert_array_equal(then, now)


def test_captions_stand_for_their_embeddings():
    model = system(of_z=0.5)
    text = model.embed(["green"])
    expected = model.generate(3, seed=1, text=np.repeat(text, 3, axis=0))
    np.testing.assert_array_equal(model.generate(3, seed=1, caption="green"), expected)
    several = model.generate(3, seed=1, caption=["green", "blue", "green"])
    np.testing.assert_allclose(several[[0, 2]], expected[[0, 2]], atol=1e-6)
    with pytest.raises(ValueError, match="'text' must have shape \\(3, 1\\)"):
        model.generate(3, caption=["green", "blue"])


def test_texts_that_nobody_asked_for_are_of_its_captions():
    model = system()
    known = {round(float(text), 4) for text in model.embed(CAPTIONS).ravel()}
    drawn = {round(float(text), 4) for text in model.sampler.inputs_of(60, 3)["text"].ravel()}
    assert drawn == known
    again = [model.sampler.inputs_of(5, 3)["text"] for _ in range(2)]
    np.testing.assert_array_equal(*again)
    with pytest.raises(ValueError, match="at least one caption"):
        GANCLS(generator(), discriminator(), model.text_encoder, [])


# The encoder by which the data were embedded, which tiny settings do without.
SHIPPED = {"networks.text_encoder": {"builder": "encoders.pretrained", "name": "noto_emoji"}}


def test_the_served_encoder_is_that_of_the_data():
    model = zoo.load("gan_cls/noto_emoji", smoke=True, overrides=SHIPPED)
    found = zoo.data.arrays("captioned/fashion_mnist_10k@noto_emoji", take=8)
    np.testing.assert_allclose(model.embed(found["caption"].tolist()), found["text"], atol=1e-5)
    served = model.signatures()["encode_text"][0]({"caption": tf.constant(["Coat", "COAT"])})
    one, other = served["text_embedding"].numpy()
    np.testing.assert_array_equal(one, other)


def kernels(network):
    return [tuple(v.shape) for v in network.trainable_variables if len(v.shape) == 4]


def test_the_released_networks():
    """Of 64x64 images with ngf = 128 and ndf = 64: maps and sizes of every convolution."""
    made = networks.generator()
    assert kernels(made) == [
        *[(1, 1, 1024, 256), (3, 3, 256, 256), (3, 3, 256, 1024)],
        (4, 4, 512, 1024),
        *[(1, 1, 512, 128), (3, 3, 128, 128), (3, 3, 128, 512)],
        *[(4, 4, 256, 512), (4, 4, 128, 256), (4, 4, 3, 128)],
    ]
    assert made.output_shape == (None, 64, 64, 3)
    judge = text_dcgan.discriminator()
    assert kernels(judge) == [
        *[(4, 4, 3, 64), (4, 4, 64, 128), (4, 4, 128, 256), (4, 4, 256, 512)],
        *[(1, 1, 512, 128), (3, 3, 128, 128), (3, 3, 128, 512)],
        *[(1, 1, 640, 512), (4, 4, 512, 1)],
    ]
    assert judge.output_shape == (None, 1)
    dense = [tuple(each.kernel.shape) for each in of_type(made, layers.Dense)]
    assert dense == [(1024, 128), (228, 16384)]


def test_sizes_that_do_not_double():
    with pytest.raises(ValueError, match="16, 32, 64 ...; got 24"):
        networks.generator(image_size=24)
    with pytest.raises(ValueError, match="16, 32, 64 ...; got 8"):
        text_dcgan.discriminator(image_size=8)


def test_with_augmentation_the_generator_alone_reads_a_draw(tmp_path):
    """The code has the mean 3 t and the log-variance 0.4; the divergence is that to the standard normal."""
    augmentation = conditioning.augmentation(text_dim=1, size=1)
    augmentation.get_layer("mu").set_weights([np.array([[3.0]]), np.zeros(1)])
    augmentation.get_layer("logvar").set_weights([np.zeros([1, 1]), np.array([0.4])])
    model = descend(system(interpolate=False, augmentation=augmentation, kl_weight=0.5), rate=0.0)
    given, (_, _, text) = batch(4)
    judged = watch(model.discriminator, lambda of: of["text"].numpy().ravel())
    logs, noise = model.train_step(given), model.noise()
    for seen in judged:
        np.testing.assert_array_equal(seen, text)
    _, inputs = (model.sampler.draw(noise, 4, text=given["text"]) for _ in range(2))
    fake = 2 * (3 * text + np.exp(0.2) * inputs["eps"].numpy()[:, 0])
    divergence = np.mean((3 * text) ** 2 + np.exp(0.4) - 1 - 0.4) / 2
    expected = np.mean(softplus(-(0.5 * fake - text))) + 0.5 * divergence
    np.testing.assert_allclose(logs["generator_loss"], expected, rtol=1e-5)
    assert len(model.player_variables("generator")) == len(model.generator.trainable_variables) + 4
    # The same text and z give different images, and a picture is drawn of them.
    one = np.ones([5, 1], np.float32)
    assert len(np.unique(model.generate(5, seed=0, z=one, text=one), axis=0)) == 5
    model.picture(tmp_path / "a.png", None)


def test_a_config_can_name_the_augmentation():
    overrides = {
        "networks.augmentation": {"builder": "conditioning.augmentation", "text_dim": 128, "size": 4},
        "networks.generator.text_dim": 4,
    }
    model = zoo.load("gan_cls/noto_emoji", smoke=True, overrides=overrides)
    assert model.example_shapes["text"] == (128,) and model.sampler.inputs["eps"].shape == (None, 4)
