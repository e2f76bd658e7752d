"""StackGAN: both stages by hand on affine networks, what each draws, reads and moves, and the sizes of the paper."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers
from PIL import Image
from tiny import affine, softplus, watch, weights

from tfgan_zoo.losses import variational
from tfgan_zoo.networks import conditioning, text_dcgan
from tfgan_zoo.systems.stackgan import networks
from tfgan_zoo.systems.stackgan.stackgan import STAGE_1, STAGE_2, StackGAN
from tfgan_zoo.text import char_cnn_rnn

CAPTIONS = ["red", "green", "blue"]


def sigmoid(a):
    return 1 / (1 + np.exp(-a))


def generator_1(of_code=2.0, of_z=0.0):
    """Images of one pixel: of_code c + of_z z."""
    z, code = keras.Input([1], name="z"), keras.Input([1], name="code")
    pixel = affine([[of_code], [of_z]])(layers.Concatenate()([code, z]))
    return keras.Model({"z": z, "code": code}, layers.Reshape([1, 1, 1])(pixel), name="generator_1")


def generator_2(of_small=3.0, of_code=1.0):
    """Images of 2x2 equal pixels: of_small x + of_code c."""
    small, code = keras.Input([1, 1, 1], name="stage1"), keras.Input([1], name="code")
    pixel = affine([[of_small], [of_code]])(layers.Concatenate()([layers.Flatten()(small), code]))
    image = layers.UpSampling2D(2)(layers.Reshape([1, 1, 1])(pixel))
    return keras.Model({"stage1": small, "code": code}, image, name="generator_2")


def discriminator(key, side, of_image=0.5, of_text=-1.0):
    """The logit of_image x + of_text t, with x the mean of the pixels."""
    image, text = keras.Input([side, side, 1], name=key), keras.Input([1], name="text")
    joint = layers.Concatenate()([layers.GlobalAveragePooling2D()(image), text])
    return keras.Model({key: image, "text": text}, affine([[of_image], [of_text]])(joint), name=f"of_{key}")


def gaussian(model, place, mu, logvar, offset=0.0):
    """Makes the Gaussian of a stage that of mean mu t + offset and a log-variance, whatever t."""
    network, ending = model.augmentations[place], "_2" if place else ""
    network.get_layer(f"mu{ending}").set_weights([np.array([[mu]]), np.array([offset])])
    network.get_layer(f"logvar{ending}").set_weights([np.zeros([1, 1]), np.array([logvar])])


def stackgan(stage, rates=None, of_z=0.0, **arguments):
    """Stage I's code has the mean t and the log-variance 0.4, that of Stage II -t + 1 and -0.6."""
    keras.utils.set_random_seed(0)
    model = StackGAN(
        generator_1(of_z=of_z), generator_2(), discriminator("stage1", 1), discriminator("image", 2),
        conditioning.augmentation(text_dim=1, size=1),
        char_cnn_rnn.text_encoder(dimension=1, widths=(2, 2, 2), length=48), CAPTIONS, **arguments,
    )  # fmt: skip
    gaussian(model, 0, 1.0, 0.4)
    gaussian(model, 1, -1.0, -0.6, offset=1.0)
    optimizers = {player: keras.optimizers.SGD((rates or {}).get(player, 0.0)) for player in model.players()}
    model.compile(optimizers, stages=[{"name": name, "steps": 1} for name in (STAGE_1, STAGE_2)])
    model.stage = stage
    model.step.assign(0 if stage == STAGE_1 else 2)
    return model


def batch(size=4):
    rng = np.random.default_rng(0)
    real, wrong = rng.normal(size=(2, size, 2, 2, 1)).astype(np.float32)
    text = rng.normal(size=size).astype(np.float32)
    found = {"image": real, "wrong_image": wrong, "text": text[:, None]}
    # Bilinear interpolation from 2x2 to one pixel is the mean.
    return (
        {key: tf.constant(value) for key, value in found.items()},
        real.mean((1, 2, 3)),
        wrong.mean((1, 2, 3)),
        text,
    )


@pytest.mark.parametrize("stage", [STAGE_1, STAGE_2])
def test_the_discriminators_step_by_hand(stage):
    """Its text is the embedding, and not the code, which differs from it."""
    number = stage[-1]
    model = stackgan(stage, {f"discriminator_{number}": 0.1}, augment=False)
    given, real, wrong, text = batch()
    logs = model.train_step(given)
    fake = 2 * text if stage == STAGE_1 else 3 * 2 * text + (1 - text)
    s_r, s_w, s_f = (0.5 * image - text for image in (real, wrong, fake))
    expected = np.mean(softplus(-s_r) + (softplus(s_w) + softplus(s_f)) / 2)
    np.testing.assert_allclose(logs["discriminator_loss"], expected, rtol=1e-5)
    of_scores = {"r": -sigmoid(-s_r), "w": sigmoid(s_w) / 2, "f": sigmoid(s_f) / 2}
    of_image = np.mean(of_scores["r"] * real + of_scores["w"] * wrong + of_scores["f"] * fake)
    of_text = np.mean(sum(of_scores.values()) * text)
    moved = weights(getattr(model, f"discriminator_{number}"))[0][:, 0] - [0.5, -1.0]
    np.testing.assert_allclose(moved, [-0.1 * of_image, -0.1 * of_text], rtol=1e-4)


@pytest.mark.parametrize("stage", [STAGE_1, STAGE_2])
def test_the_generators_loss_by_hand(stage):
    """Codes are mu + sigma eps with sigma^2 = e^logvar; the divergence is that to the standard normal."""
    model = stackgan(stage, kl_weight=0.5)
    given, _, _, text = batch()
    logs, noise = model.train_step(given), model.noise()
    # What the generator's step draws follows what the discriminator's drew.
    _, inputs = (model.sampler.draw(noise, 4, text=given["text"]) for _ in range(2))
    eps = inputs["eps"].numpy()[:, :, 0]
    codes = [text + np.exp(0.2) * eps[:, 0], 1 - text + np.exp(-0.3) * eps[:, 1]]
    if stage == STAGE_1:
        mu, logvar, fake = text, 0.4, 2 * codes[0]
    else:
        mu, logvar, fake = 1 - text, -0.6, 3 * 2 * codes[0] + codes[1]
    divergence = np.mean(mu**2 + np.exp(logvar) - 1 - logvar) / 2
    np.testing.assert_allclose(logs["divergence"], divergence, rtol=1e-5)
    expected = np.mean(softplus(-(0.5 * fake - text))) + 0.5 * divergence
    np.testing.assert_allclose(logs["generator_loss"], expected, rtol=1e-5)


def test_both_players_read_the_embedding_of_the_same_texts():
    model = stackgan(STAGE_2)
    given, _, _, text = batch()
    judged = watch(model.discriminator_2, lambda of: of["text"].numpy()[:, 0])
    read = [watch(each, lambda of: of.numpy()[:, 0]) for each in model.augmentations]
    model.train_step(given)
    assert [len(seen) for seen in (judged, *read)] == [4, 2, 2]
    for seen in (*judged, *read[0], *read[1]):
        np.testing.assert_array_equal(seen, text)


@pytest.mark.parametrize("stage, moving", [(STAGE_1, "1"), (STAGE_2, "2")])
def test_a_stage_moves_its_own_networks_alone(stage, moving):
    """Among what Stage II leaves as it is are the moving averages of Stage I's norms."""
    players = ("generator", "discriminator")
    model = stackgan(stage, {f"{player}_{number}": 0.1 for player in players for number in (1, 2)})
    keras.utils.set_random_seed(1)
    with_norm = keras.Sequential(
        [keras.Input([1, 1, 1]), layers.BatchNormalization(), layers.BatchNormalization()]
    )
    given, first = batch()[0], model.generator_1.call
    model.generator_1.call = lambda inputs, training=None, mask=None: with_norm(
        first(inputs), training=training
    )
    parts = {
        number: [getattr(model, f"{player}_{number}") for player in players] + [model.augmentations[place]]
        for place, number in enumerate("12")
    }
    parts["1"].append(with_norm)
    before = {number: [part.get_weights() for part in of] for number, of in parts.items()}
    model.train_step(given)
    for number, of in parts.items():
        for part, then in zip(of, before[number], strict=True):
            same = all(np.array_equal(a, b) for a, b in zip(then, part.get_weights(), strict=True))
            assert same == (number != moving), (number, part.name)


def inputs_of(model, n=3, **given):
    drawn = model.sampler.inputs_of(n, 1, **given)
    return {name: tf.constant(value) for name, value in drawn.items()}


def test_with_augmentation_one_text_gives_many_images_from_one_z():
    z, text = np.full([5, 1], 0.3, np.float32), np.full([5, 1], 0.7, np.float32)
    without, augmented = (stackgan(STAGE_2, augment=augment, of_z=1.0) for augment in (False, True))
    images = without.generate(5, seed=0, z=z, text=text)
    assert len(np.unique(images, axis=0)) == 1 and set(without.sampler.inputs) == {"z", "text"}
    np.testing.assert_allclose(images, 3 * (2 * 0.7 + 0.3) + (1 - 0.7), rtol=1e-5)
    assert len(np.unique(augmented.generate(5, seed=0, z=z, text=text), axis=0)) == 5
    # Noise of zero gives the means.
    same = augmented.generate(5, seed=0, z=z, text=text, eps=np.zeros([5, 2, 1]))
    np.testing.assert_array_equal(same, images)


def test_without_augmentation_there_is_no_divergence_in_the_loss():
    model = stackgan(STAGE_1, augment=False, kl_weight=100.0)
    given, _, _, text = batch()
    expected = np.mean(softplus(-(0.5 * 2 * text - text)))
    np.testing.assert_allclose(model.train_step(given)["generator_loss"], expected, rtol=1e-5)


def test_each_stage_draws_a_code_of_its_own():
    model = stackgan(STAGE_2)
    inputs = inputs_of(model)
    both = model.call(inputs)
    for place, stage1_changes in ((0, True), (1, False)):
        eps = inputs["eps"] + tf.one_hot([place], 2)[..., None]
        made = model.call({**inputs, "eps": eps})
        assert (np.abs(made["stage1"] - both["stage1"]).max() > 0.1) == stage1_changes
        assert np.abs(made["image"] - both["image"]).max() > 0.1
    assert not {id(v) for v in model.augmentations[0].variables} & {
        id(v) for v in model.augmentations[1].variables
    }
    assert model.augmentations[0] is model.augmentation


def test_what_is_served_is_both_images():
    model = stackgan(STAGE_2)
    inputs = inputs_of(model, caption="red")
    served, specs = model.signatures()["serving_default"]
    made = served(inputs)
    assert set(specs) == {"z", "text", "eps"} and specs["eps"].shape == (None, 2, 1)
    assert {name: tuple(each.shape) for name, each in made.items()} == {
        "image": (3, 2, 2, 1),
        "stage1": (3, 1, 1, 1),
    }
    np.testing.assert_array_equal(made["image"], model.generate(3, seed=1, caption="red"))
    small, _ = model.draw_small(inputs)
    np.testing.assert_array_equal(made["stage1"], small)


def test_until_the_second_stage_begins_images_are_those_of_the_first():
    model = stackgan(STAGE_1)
    inputs = inputs_of(model, caption="red")
    small, _ = model.draw_small(inputs)
    np.testing.assert_array_equal(model.generate(3, seed=1, caption="red"), np.tile(small, (1, 2, 2, 1)))


def test_a_walk_between_latents_keeps_text_and_noise():
    model = stackgan(STAGE_2, of_z=1.0)
    walk = model.interpolate(1, 3, seed=2, caption="red")
    ends = model.latents(2, 2)
    given = model.sampler.inputs_of(1, 2, z=ends[:1], caption="red")
    for place, z in ((0, ends[:1]), (2, ends[1:])):
        made = model.decode(z, **{name: value for name, value in given.items() if name != "z"})
        np.testing.assert_allclose(walk[place], made[0], rtol=1e-4)


def test_the_picture_has_stage_1_beside_stage_2(tmp_path):
    model = stackgan(STAGE_2)
    inputs = inputs_of(model, caption="red")
    made, pairs = model.call(inputs), model._pairs({**inputs, "text": inputs["text"][0]})
    assert pairs.shape == (6, 2, 2, 1)
    np.testing.assert_array_equal(pairs[1::2], made["image"])
    np.testing.assert_array_equal(pairs[0::2, 1:, 1:], made["stage1"])
    model.picture(tmp_path / "a.png", None)
    model.save_samples(tmp_path / "b.png", 2, 0, None)
    with Image.open(tmp_path / "a.png") as whole, Image.open(tmp_path / "b.png") as two:
        assert whole.height > two.height
    # While Stage I is trained it is shown alone.
    model.step.assign(0)
    model.stages[0] = type(model.stages[0])(STAGE_1, 2)
    assert len(model._pairs({**inputs, "text": inputs["text"][0]})) == 3


def test_a_code_is_near_the_standard_normal_before_training():
    """An embedding of length 10, as those of the zoo's encoders have."""
    keras.utils.set_random_seed(0)
    text = np.random.default_rng(0).normal(size=[200, 128])
    text *= 10 / np.linalg.norm(text, axis=1, keepdims=True)
    code = conditioning.augmentation(text_dim=128, size=32)(text)
    # Both have a standard deviation of 0.02 * 10.
    assert float(np.std(code["mu"])) == pytest.approx(0.2, rel=0.1)
    assert float(np.std(code["logvar"])) == pytest.approx(0.2, rel=0.1)
    assert np.abs(np.corrcoef(np.ravel(code["mu"]), np.ravel(code["logvar"]))[0, 1]) < 0.1
    assert float(variational.mean_divergence(**code)) < 0.05


def kernels(network):
    return [tuple(v.shape) for v in network.trainable_variables if len(v.shape) == 4]


def test_the_papers_generators_at_a_thirty_second_of_their_width():
    first = networks.stage1_generator(latent_dim=100, code_size=128, image_size=64, width=4)
    assert kernels(first) == [
        *[(1, 1, 32, 8), (3, 3, 8, 8), (3, 3, 8, 32)],
        (3, 3, 32, 16),
        *[(1, 1, 16, 4), (3, 3, 4, 4), (3, 3, 4, 16)],
        *[(3, 3, 16, 8), (3, 3, 8, 4), (3, 3, 4, 3)],
    ]
    assert first.output_shape == (None, 64, 64, 3)
    second = networks.stage2_generator(code_size=128, stage1_size=64, image_size=256, width=4)
    assert kernels(second) == [
        *[(3, 3, 3, 4), (4, 4, 4, 8), (4, 4, 8, 16)],
        (3, 3, 16 + 128, 16),
        *[(3, 3, 16, 16)] * 8,
        *[(3, 3, 16, 8), (3, 3, 8, 4), (3, 3, 4, 2), (3, 3, 2, 1), (3, 3, 1, 3)],
    ]
    assert second.output_shape == (None, 256, 256, 3) and set(second.input) == {"stage1", "code"}
    with pytest.raises(ValueError, match="16, 32 ...; got 24"):
        networks.stage2_generator(stage1_size=16, image_size=24, halvings=1, width=2)


def test_the_papers_second_discriminator_at_a_sixteenth_of_its_width():
    judge = text_dcgan.discriminator(text_dim=8, text_units=128, image_size=256, width=4, text_norm=False)
    assert kernels(judge) == [
        *[(4, 4, 3, 4), (4, 4, 4, 8), (4, 4, 8, 16), (4, 4, 16, 32), (4, 4, 32, 64), (4, 4, 64, 128)],
        *[(1, 1, 128, 64), (1, 1, 64, 32)],
        *[(1, 1, 32, 8), (3, 3, 8, 8), (3, 3, 8, 32)],
        *[(1, 1, 32 + 128, 32), (4, 4, 32, 1)],
    ]
