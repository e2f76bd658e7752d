"""CVAE-GAN: every loss by hand, moving averages of features, and that no player's loss moves another."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers, ops
from PIL import Image
from tiny import cross_entropy, descend, heads, images_by_label, of_type, pixels, softplus, take_step, watch, weights

from tfgan_zoo.layers.batch_norm import BatchNormalization
from tfgan_zoo.systems.cvae_gan import networks
from tfgan_zoo.systems.cvae_gan.cvae_gan import CVAEGAN

REAL, LABEL = np.array([0.1, -0.2, 0.3, 0.9]), np.array([2, 0, 0, 2])
VALUES = np.array([-0.5, 0.25, 0.75])
JUDGE = {"logit": ([2.0], [0.3]), "features": ([1.0, -3.0], [0.5, 0.0])}
CLASSIFY = {"logit": ([1.0, -2.0, 0.5], [0.0, 0.3, -0.4]), "features": ([2.0], [0.0])}


def encoder(slope=0.4, offset=0.1, logvar=-60.0):
    """mu = (slope x + offset + label / 10, 0), and a variance that is next to nothing."""
    image, label = keras.Input([1, 1, 1], name="image"), keras.Input([], dtype="int32", name="label")
    of_label = layers.Flatten()(layers.Reshape([1])(ops.one_hot(label, 3) @ np.float32([[0], [0.1], [0.2]])))
    dense = layers.Dense(2, name="mu")
    mu = dense(layers.Concatenate()([layers.Flatten()(image), of_label]))
    dense.set_weights([np.array([[slope, 0], [1, 0]]), np.array([offset, 0])])
    return keras.Model({"image": image, "label": label}, {"mu": mu, "logvar": 0.0 * mu + logvar}, name="encoder")


def by_hand(rate=0.0, judge=JUDGE, classify=CLASSIFY, values=VALUES, of_z=(1.0, 0.0), rates=None, **settings):
    model = CVAEGAN(
        encoder(), images_by_label(values, of_z), heads(**judge), heads(**classify), classes=3, **settings
    )
    return descend(model, rate, **(rates or {}))


def batch(real=REAL, label=LABEL):
    return {"image": tf.constant(pixels(*real)), "label": tf.constant(label, tf.int32)}


def mu_of(real, label):
    return 0.4 * real + 0.1 + label / 10


def squares(slopes, a, b):
    return sum((slope * (a - b)) ** 2 for slope in slopes)


def test_every_loss_by_hand():
    model = by_hand(mean_weight=0.5, class_mean_weight=0.25, reconstruction_weight=2.0)
    asked = watch(model.generator, lambda inputs: inputs["z"].numpy())
    logs = model.train_step(batch())
    mu, sampled = mu_of(REAL, LABEL), VALUES[LABEL] + asked[1][:, 0]
    again = VALUES[LABEL] + mu
    np.testing.assert_allclose(asked[0][:, 0], mu, rtol=1e-5)
    assert asked[1].std() > 0.3

    logits = [2 * x + 0.3 for x in (REAL, again, sampled)]
    discriminator = softplus(-logits[0]).mean() + softplus(logits[1]).mean() + softplus(logits[2]).mean()
    np.testing.assert_allclose(logs["discriminator_loss"], discriminator, rtol=1e-5)
    of_class = np.outer(REAL, [1, -2, 0.5]) + [0, 0.3, -0.4]
    np.testing.assert_allclose(logs["classifier_loss"], cross_entropy(LABEL, of_class).mean(), rtol=1e-5)
    # The divergence is a sum over both dimensions; the second has the mean 0.
    divergence = 0.5 * (mu**2 + 2 * (np.exp(-60) - 1 + 60)).mean()
    np.testing.assert_allclose(logs["divergence"], divergence, rtol=1e-5)
    # Of pixels, of D's two features and of C's one.
    reconstruction = 0.5 * squares([1, 1, -3, 2], REAL, again).mean()
    np.testing.assert_allclose(logs["reconstruction_loss"], reconstruction, rtol=1e-5)
    # A first batch is a tenth of averages that begin at 0.
    mean = 0.5 * squares([1, -3], 0.1 * REAL.mean(), 0.1 * sampled.mean())
    np.testing.assert_allclose(logs["mean_loss"], mean, rtol=1e-4)
    of_classes = [0.1 * (REAL - sampled)[LABEL == label].mean() for label in (0, 2)]
    class_mean = 0.5 * sum((2 * difference) ** 2 for difference in of_classes)
    np.testing.assert_allclose(logs["class_mean_loss"], class_mean, rtol=1e-4)
    generator = 2 * reconstruction + 0.5 * mean + 0.25 * class_mean
    np.testing.assert_allclose(logs["generator_loss"], generator, rtol=1e-5)
    np.testing.assert_allclose(logs["encoder_loss"], 3 * divergence + 2 * reconstruction, rtol=1e-5)


def test_a_conditional_vae_compares_pixels_alone():
    logs = by_hand(match_features=False, mean_weight=0.0, class_mean_weight=0.0).train_step(batch())
    again = VALUES[LABEL] + mu_of(REAL, LABEL)
    pixel = 0.5 * ((REAL - again) ** 2).mean()
    np.testing.assert_allclose(logs["reconstruction_loss"], pixel, rtol=1e-5)
    np.testing.assert_allclose(logs["generator_loss"], pixel, rtol=1e-5)


def test_averages_move_a_tenth_and_those_of_absent_classes_stay():
    model = by_hand(of_z=(0.0, 0.0))
    take_step(model, batch())
    take_step(model, batch([0.5, 0.7, 0.6, -0.4], [0, 0, 1, 1]))
    # One feature of 2 x: reals of class 2 were there at the first step alone, those of class 1 at the second.
    real = [0.9 * 0.1 * 2 * 0.05 + 0.1 * 2 * 0.6, 0.1 * 2 * 0.1, 0.1 * 2 * 0.5]
    np.testing.assert_allclose(model.class_means.numpy()[0, :, 0], real, rtol=1e-5)
    fake = 2 * VALUES * [0.9 * 0.1 + 0.1, 0.1, 0.1]
    np.testing.assert_allclose(model.class_means.numpy()[1, :, 0], fake, rtol=1e-5)
    first, second = REAL.mean(), np.mean([0.5, 0.7, 0.6, -0.4])
    expected = 0.9 * 0.1 * first + 0.1 * second
    # D's second feature is -3 x; its first has an offset of 0.5.
    np.testing.assert_allclose(model.means.numpy()[0, 0], [expected + 0.19 * 0.5, -3 * expected], rtol=1e-5)


def test_mean_losses_are_0_for_samples_like_reals_in_any_order():
    like = by_hand(of_z=(0.0, 0.0)).train_step(batch(VALUES[[1, 0, 2, 2]], [1, 0, 2, 2]))
    assert float(like["mean_loss"]) == pytest.approx(0, abs=1e-12)
    assert float(like["class_mean_loss"]) == pytest.approx(0, abs=1e-12)
    order = [2, 0, 3, 1]
    one, other = (
        by_hand(of_z=(0.0, 0.0)).train_step(each) for each in (batch(), batch(REAL[order], LABEL[order]))
    )
    for name in ("mean_loss", "class_mean_loss", "reconstruction_loss"):
        assert float(one[name]) > 0
        np.testing.assert_allclose(one[name], other[name], rtol=1e-5)


def test_the_generators_step_follows_the_present_batch_within_the_averages():
    model = by_hand(
        of_z=(0.0, 0.0), rates={"generator": 1.0}, reconstruction_weight=0.0, mean_weight=1.0, class_mean_weight=0.0
    )
    model.means.assign(np.array([[[0.2, 0.0]], [[0.5, 0.0]]]))
    model.train_step(batch())
    # 1/2 sum of (slope (r - s) / 10 + the rest)^2, with s the mean of samples, half of which are of class 0.
    gap = np.array([1, -3]) * (REAL.mean() - VALUES[LABEL].mean()) / 10 + [0.9 * (0.2 - 0.5), 0]
    slope = -(gap * [1, -3]).sum() / 10
    kernel, bias = weights(model.generator)
    np.testing.assert_allclose(bias, [-slope], rtol=1e-4)
    np.testing.assert_allclose(kernel[:3, 0], VALUES - slope * np.array([0.5, 0, 0.5]), rtol=1e-5)


def moved(player, **arguments):
    """The weights of a player's network after a step in which all players move."""
    model = by_hand(0.01, **arguments)
    take_step(model, batch())
    return np.concatenate([value.ravel() for value in weights(getattr(model, player))])


def test_no_player_descends_anothers_loss():
    plain = {player: moved(player) for player in ("encoder", "generator", "discriminator", "classifier")}
    # D's logit and C's are in no loss of the generator or of the encoder.
    other_logits = {"judge": JUDGE | {"logit": ([-5.0], [1.0])}, "classify": CLASSIFY | {"logit": ([3, 1, 1], [0, 0, 0])}}
    for player in ("encoder", "generator"):
        np.testing.assert_array_equal(moved(player, **other_logits), plain[player])
    # Distances of features and the divergence move neither D nor C.
    heavy = {"kl_weight": 30.0, "reconstruction_weight": 10.0, "mean_weight": 50.0, "class_mean_weight": 50.0}
    for player in ("discriminator", "classifier"):
        np.testing.assert_array_equal(moved(player, **heavy), plain[player])
    # The encoder's loss has no means of samples, and C's no fakes.
    np.testing.assert_array_equal(moved("encoder", mean_weight=50.0, class_mean_weight=50.0), plain["encoder"])
    np.testing.assert_array_equal(moved("classifier", values=5 * VALUES), plain["classifier"])
    assert (moved("discriminator", values=5 * VALUES) != plain["discriminator"]).any()
    # The generator's has no divergence.
    np.testing.assert_array_equal(moved("generator", kl_weight=30.0), plain["generator"])
    assert (moved("encoder", kl_weight=30.0) != plain["encoder"]).any()


def test_images_are_encoded_with_their_classes_and_made_again():
    model = by_hand()
    code = model.encode(pixels(*REAL), label=LABEL)
    np.testing.assert_allclose(code["z"][:, 0], mu_of(REAL, LABEL), rtol=1e-5)
    again = model.reconstruct(pixels(*REAL), label=LABEL)
    np.testing.assert_allclose(again.ravel(), VALUES[LABEL] + mu_of(REAL, LABEL), rtol=1e-5)
    served, specs = model.signatures()["encode"]
    assert set(specs) == {"image", "label"}
    np.testing.assert_allclose(served(batch())["reconstruction"], again, rtol=1e-5)
    assert set(model.signatures()["serving_default"][1]) == {"z", "label"}


def test_a_pictures_rows_are_an_image_its_reconstruction_and_samples_of_its_class(tmp_path):
    model = by_hand(of_z=(0.0, 0.0))
    model.picture(tmp_path / "a.png", batch(), samples=2)
    with Image.open(tmp_path / "a.png") as file:
        picture = np.asarray(file)[::4, ::4].astype(float) / 127.5 - 1
    expected = np.stack([REAL, VALUES[LABEL], VALUES[LABEL], VALUES[LABEL]], axis=1)
    np.testing.assert_allclose(picture[..., 0] if picture.ndim == 3 else picture, expected, atol=0.01)


def test_the_networks():
    made = networks.generator(latent_dim=5, width=2, classes=3)
    assert made.output_shape == (None, 32, 32, 1) and len(of_type(made.layers[-1], BatchNormalization)) > 0
    read = networks.encoder(latent_dim=5, width=2, classes=3)
    assert {name: output.shape[-1] for name, output in read.output.items()} == {"mu": 5, "logvar": 5}
    judge, classes = networks.discriminator(width=2), networks.classifier(width=2, classes=3)
    assert judge.output["logit"].shape[-1] == 1 and classes.output["logit"].shape[-1] == 3
    assert judge.output["features"].shape[-1] == 4 * 4 * 8
    assert not [layer for each in (read, judge, classes) for layer in of_type(each, BatchNormalization)]
    rival = networks.conditional_discriminator(width=2, classes=3)
    assert set(rival.input) == {"image", "label"} and rival.output_shape == (None, 1)
    # A one-hot label of length 4 moves the mean of a code by 4 weights.
    image = np.zeros([2, 32, 32, 1], np.float32)
    codes = read({"image": image, "label": np.array([0, 2])})["mu"].numpy()
    rows = read.get_layer("mu").kernel.numpy()[-3:]
    np.testing.assert_allclose(codes[1] - codes[0], 4 * (rows[2] - rows[0]), rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize(
    "settings, complaint", [({"momentum": 1.0}, r"in \[0, 1\); got 1.0"), ({"kl_weight": -1.0}, "at least 0")]
)
def test_wrong_settings_are_refused(settings, complaint):
    with pytest.raises(ValueError, match=complaint):
        by_hand(**settings)


def test_classifiers_of_other_classes_are_refused():
    with pytest.raises(ValueError, match="2 classes apart and the system has 3"):
        by_hand(classify=CLASSIFY | {"logit": ([1.0, 2.0], [0.0, 0.0])})
