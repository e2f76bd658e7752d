"""LAPGAN: the pyramid, a step of a level by hand, what a level reads, its independence of others, and the chain."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers, ops
from PIL import Image
from tiny import affine, softplus, watch, weights

from tfgan_zoo.systems.lapgan import networks
from tfgan_zoo.systems.lapgan.lapgan import LAPGAN, down, laplacian_pyramid, up


def images(n=4, size=8, seed=0):
    return np.random.default_rng(seed).uniform(-1, 1, [n, size, size, 1]).astype(np.float32)


def batch(n=4, size=8, seed=0):
    labels = np.random.default_rng(seed).integers(0, 3, n).astype(np.int32)
    return {"image": tf.constant(images(n, size, seed)), "label": tf.constant(labels)}


def lapgan(optimizer=lambda: keras.optimizers.SGD(0.1), order=(2, 1, 0), **arguments):
    """Levels of 16, 8 and 4 pixels, with the system's own networks at two maps."""
    keras.utils.set_random_seed(0)
    small = {"channels": 1, "classes": 3}
    model = LAPGAN(
        [
            networks.generator(image_size=16, width=2, size=3, last_size=3, **small),
            networks.generator(image_size=8, width=2, size=3, last_size=3, **small),
            networks.base_generator(latent_dim=5, hidden=4, image_size=4, **small),
        ],
        [
            networks.discriminator(image_size=16, width=2, size=3, **small),
            networks.discriminator(image_size=8, width=2, size=3, **small),
            networks.base_discriminator(image_size=4, hidden=4, **small),
        ],
        classes=3,
        **arguments,
    )
    stages = [{"name": f"level_{level}", "steps": 2} for level in order]
    model.compile({player: optimizer() for player in model.players()}, stages=stages)
    return model


# The pyramid


def test_a_smaller_image_has_means_and_a_larger_one_is_bilinear():
    x = images()
    means = x.reshape(4, 4, 2, 4, 2, 1).mean(axis=(2, 4))
    np.testing.assert_allclose(down(x), means, atol=1e-6)
    np.testing.assert_allclose(up(x), tf.image.resize(x, [16, 16], "bilinear"), atol=1e-6)
    row = up(np.array([0.0, 1.0], np.float32).reshape(1, 1, 2, 1))
    np.testing.assert_allclose(row[0, 0, :, 0], [0, 0.25, 0.75, 1])


def test_the_pyramid_gives_the_image_back():
    x = images(size=16)
    (finest, second, last), coarse = zip(*laplacian_pyramid(x, 2))
    assert [level.shape[1] for level in (finest, second, last)] == [16, 8, 4] and coarse[2] is None
    np.testing.assert_allclose(up(up(last) + second) + finest, x, atol=1e-5)
    np.testing.assert_allclose(coarse[1], up(down(down(x))), atol=1e-6)
    np.testing.assert_allclose(coarse[0], up(down(x)), atol=1e-6)


# A step by hand


def generator(size, residual, base=False):
    """The same residual at every pixel, whatever is given."""
    inputs = {"z": keras.Input([1], name="z"), "label": keras.Input([], dtype="int32", name="label")}
    if not base:
        inputs["coarse"] = keras.Input([size, size, 1], name="coarse")
    pixel = affine([[0.0]], [residual])(inputs["z"])
    made = layers.UpSampling2D(size)(layers.Reshape([1, 1, 1])(pixel))
    return keras.Model(inputs, made, name=f"generator_{size}")


def discriminator(size, base=False):
    """The logit 2 r - c + 0.5 y, with the means r of the residual and c of the coarse image, and the label y."""
    inputs = {
        "residual": keras.Input([size, size, 1], name="residual"),
        "label": keras.Input([], dtype="int32", name="label"),
    }
    read = [layers.GlobalAveragePooling2D()(inputs["residual"])]
    if not base:
        inputs["coarse"] = keras.Input([size, size, 1], name="coarse")
        read.append(layers.GlobalAveragePooling2D()(inputs["coarse"]))
    read.append(layers.Reshape([1])(ops.cast(inputs["label"], "float32")))
    kernel = [[2.0], [0.5]] if base else [[2.0], [-1.0], [0.5]]
    return keras.Model(inputs, affine(kernel)(layers.Concatenate()(read)), name=f"discriminator_{size}")


def by_hand(rate, level, **arguments):
    model = LAPGAN(
        [generator(8, 0.3), generator(4, -0.2, base=True)],
        [discriminator(8), discriminator(4, base=True)],
        classes=3,
        **arguments,
    )
    optimizers = {player: keras.optimizers.SGD(rate) for player in model.players()}
    model.compile(optimizers, stages=[{"name": f"level_{level}", "steps": 1}])
    return model


@pytest.mark.parametrize("level", [0, 1])
def test_the_losses_by_hand(level):
    given = batch()
    x, y = given["image"].numpy(), given["label"].numpy()
    smaller = x.reshape(4, 4, 2, 4, 2, 1).mean(axis=(2, 4))
    if level == 0:
        c = tf.image.resize(smaller, [8, 8]).numpy()
        real, offset = (x - c).mean((1, 2, 3)), -c.mean((1, 2, 3)) + 0.5 * y
        fake = 0.3
    else:
        real, offset, fake = smaller.mean((1, 2, 3)), 0.5 * y, -0.2
    logs = by_hand(0.0, level).train_step(given)
    of_discriminator = softplus(-(2 * real + offset)).mean() + softplus(2 * fake + offset).mean()
    np.testing.assert_allclose(logs["discriminator_loss"], of_discriminator, rtol=1e-5)
    np.testing.assert_allclose(logs["generator_loss"], softplus(-(2 * fake + offset)).mean(), rtol=1e-5)


def test_the_generators_step_by_hand():
    """d/dr softplus(-d) = -2 sigmoid(-d), and the discriminator is as it was."""
    given = batch()
    model = by_hand(0.0, 0)
    model.optimizers["generator_0"].learning_rate = 0.1
    x, y = given["image"].numpy(), given["label"].numpy()
    smaller = x.reshape(4, 4, 2, 4, 2, 1).mean(axis=(2, 4))
    d = 2 * 0.3 - tf.image.resize(smaller, [8, 8]).numpy().mean((1, 2, 3)) + 0.5 * y
    model.train_step(given)
    moved = 0.3 + 0.1 * np.mean(2 / (1 + np.exp(d)))
    np.testing.assert_allclose(weights(model.generators[0])[1], [moved], rtol=1e-5)


def test_the_squared_error_by_hand_moves_the_generator_alone():
    given = batch()
    model = by_hand(0.1, 0, objective="squared_error")
    residual = laplacian_pyramid(given["image"].numpy(), 1)[0][0].numpy()
    logs = model.train_step(given)
    assert set(logs) == {"generator_loss"}
    np.testing.assert_allclose(logs["generator_loss"], np.mean((residual - 0.3) ** 2), rtol=1e-5)
    moved = 0.3 - 0.1 * 2 * np.mean(0.3 - residual)
    np.testing.assert_allclose(weights(model.generators[0])[1], [moved], rtol=1e-5)
    assert int(model.optimizers["discriminator_0"].iterations) == 0


# What a level reads, and what not


def test_both_players_see_the_real_coarse_image_and_its_class():
    model, given = lapgan(), batch(size=16)
    model.stage = "level_1"
    seen = [watch(network) for network in (model.generators[1], model.discriminators[1])]
    others = [watch(model.generators[level]) for level in (0, 2)]
    model.train_step(given)
    residual, coarse = laplacian_pyramid(given["image"], 2)[1]
    assert [len(each) for each in seen] == [2, 3]
    for inputs in (*seen[0], *seen[1]):
        np.testing.assert_array_equal(inputs["coarse"], coarse)
        np.testing.assert_array_equal(inputs["label"], given["label"])
    np.testing.assert_array_equal(seen[1][0]["residual"], residual)
    # No image is made by another level on the way.
    assert not any(others)
    first, second = (inputs["z"].numpy() for inputs in seen[0])
    assert first.shape == (4, 64) and np.abs(first - second).max() > 0.1 and np.abs(first).max() <= 1


def trained(order):
    """Two Adam steps of each level, on batches that are the level's own."""
    model = lapgan(lambda: keras.optimizers.Adam(0.01), order)
    for _ in range(6):
        model.enter_stage()
        level = int(model.stage[-1])
        taken = int(model.optimizers[f"generator_{level}"].iterations)
        model.train_step(batch(size=16, seed=10 * level + taken))
        model.step.assign(model.step + 1)
    return model


def test_levels_trained_in_any_order_have_the_same_weights():
    fresh, one, other = lapgan(), trained((2, 1, 0)), trained((0, 2, 1))
    for player in one.players():
        for before, a, b in zip(*(model.player_variables(player) for model in (fresh, one, other)), strict=True):
            np.testing.assert_array_equal(a.numpy(), b.numpy(), player)
            assert np.abs(a.numpy() - before.numpy()).max() > 0, player


def test_levels_and_steps_have_noise_of_their_own():
    model, drawn = lapgan(), []
    for level in (0, 1):
        model.stage = f"level_{level}"
        for _ in range(2):
            drawn.append(float(model.noise().uniform([1])[0]))
            model.train_step(batch(size=16))
    assert len(set(drawn)) == 4


def test_one_level_alone_can_be_trained_and_none_cannot():
    model = lapgan(order=(1,))
    model.enter_stage()
    assert model.stage == "level_1"
    with pytest.raises(ValueError, match="level_0, level_1, level_2; give compile some of them"):
        lapgan(order=())
    with pytest.raises(ValueError, match="Got level_3"):
        lapgan(order=(3,))


# The chain


def test_without_residuals_the_chain_enlarges_alone():
    """So it is before training, for last convolutions begin at zero."""
    model = lapgan()
    inputs = {name: tf.constant(value) for name, value in model.sampler.inputs_of(3, 0).items()}
    base = model.generators[2]({"z": inputs["z"], "label": inputs["label"]})
    made = model.sampler.network(inputs)
    np.testing.assert_allclose(made["level_1"], up(base), atol=1e-6)
    np.testing.assert_allclose(made["image"], up(up(base)), atol=1e-6)


def random_kernels(model):
    for network in model.generators[:2]:
        last = network.trainable_variables[-2]
        last.assign(np.random.default_rng(0).normal(size=last.shape) / 2)


def test_each_level_adds_to_the_image_made_so_far():
    model = lapgan()
    random_kernels(model)
    inputs = {name: tf.constant(value) for name, value in model.sampler.inputs_of(3, 0).items()}
    label = inputs["label"]
    image = model.generators[2]({"z": inputs["z"], "label": label})
    for level in (1, 0):
        coarse = tf.image.resize(image, [2 * image.shape[1]] * 2, "bilinear")
        residual = model.generators[level]({"z": inputs[f"z_{level}"], "coarse": coarse, "label": label})
        assert np.abs(residual).max() > 0.1
        image = coarse + residual
    np.testing.assert_allclose(model.sampler.network(inputs)["image"], image, atol=1e-5)
    np.testing.assert_allclose(model.sampler.serve(inputs), np.clip(image, -1, 1), atol=1e-5)


def test_what_is_served_is_the_image_and_those_of_all_levels():
    model = lapgan()
    random_kernels(model)
    serve, specs = model.signatures()["serving_default"]
    assert set(specs) == {"z_0", "z_1", "z_2", "label"} and specs["z_1"].shape == (None, 64)
    inputs = model.sampler.inputs_of(3, 1)
    served = serve({"z_2": inputs.pop("z"), **inputs})
    assert served["level_images"].shape == (3, 3, 16, 16, 1)
    np.testing.assert_array_equal(served["image"], model.generate(3, seed=1))
    np.testing.assert_array_equal(served["level_images"][:, 2], served["image"])
    # A pixel of the coarsest image fills 4x4.
    coarsest = served["level_images"][:, 0].numpy()
    np.testing.assert_array_equal(coarsest, coarsest[:, ::4, ::4].repeat(4, axis=1).repeat(4, axis=2))
    assert np.abs(coarsest[:, ::4, ::4]).max() <= 1 and coarsest.std() > 0


def test_a_walk_leaves_the_noise_of_finer_levels_as_it_is():
    model = lapgan()
    random_kernels(model)
    walk = model.interpolate(1, 3, seed=2, label=1)
    ends = model.latents(2, 2)
    given = model.sampler.inputs_of(1, 2, z=ends[:1], label=1)
    del given["z"]
    np.testing.assert_allclose(walk[2], model.decode(ends[1:], **given)[0], atol=1e-5)
    assert np.abs(walk[2] - walk[0]).max() > 0.01


def test_the_picture_has_a_row_for_each_class_and_all_levels_of_an_image(tmp_path):
    lapgan().save_samples(tmp_path / "a.png", 6, 0, None)
    with Image.open(tmp_path / "a.png") as picture:
        # Two images of each of three classes, at three levels; pixels are two wide, and so are borders.
        assert picture.size == (2 * (6 * 17 - 1), 2 * (3 * 17 - 1))


# Networks


def kernels(network):
    return [tuple(v.shape) for v in network.trainable_variables if len(v.shape) > 1]


def test_the_releases_networks():
    made = networks.generator()
    assert kernels(made) == [(10, 1024), (7, 7, 5, 64), (7, 7, 64, 64), (5, 5, 64, 3)]
    judge = networks.discriminator()
    assert kernels(judge) == [(10, 1024), (5, 5, 4, 64), (5, 5, 64, 64), (12 * 12 * 64, 1)]
    assert kernels(networks.base_generator()) == [(110, 1200), (1200, 1200), (1200, 192)]
    assert kernels(networks.base_discriminator()) == [(202, 600), (600, 600), (600, 1)]
    for network in (made, networks.base_generator()):
        # Residuals reach beyond [-1, 1].
        last = [layer for layer in network.layers if layer.weights][-1]
        assert last.activation is keras.activations.linear


def test_a_discriminator_reads_the_sum_of_residual_and_coarse_image():
    judge = networks.discriminator(image_size=8, width=2, size=3, channels=1, classes=3)
    residual, coarse, label = images(seed=1), images(seed=2), np.array([0, 1, 2, 0])
    logits = judge({"residual": residual, "coarse": coarse, "label": label})
    halves = judge({"residual": (residual + coarse) / 2, "coarse": (residual + coarse) / 2, "label": label})
    np.testing.assert_allclose(logits, halves, atol=1e-5)
    assert np.abs(logits - judge({"residual": residual, "coarse": 0 * coarse, "label": label})).max() > 1e-3
    assert np.abs(logits - judge({"residual": residual, "coarse": coarse, "label": label[::-1]})).max() > 1e-4


def test_networks_that_make_no_pyramid_are_refused():
    with pytest.raises(ValueError, match="half of the side at each level.* got 8, 8"):
        LAPGAN([generator(8, 0.0), generator(8, 0.0, base=True)], [discriminator(8), discriminator(8, base=True)])
    with pytest.raises(ValueError, match="two or more.* got 1 and 1"):
        LAPGAN([generator(8, 0.0)], [discriminator(8)])
    with pytest.raises(ValueError, match="adversarial or squared_error; got 'l2'"):
        by_hand(0.0, 0, objective="l2")
    judge = networks.base_discriminator(image_size=4, hidden=2, channels=1, classes=4)
    with pytest.raises(ValueError, match="4 classes and the system for 3"):
        LAPGAN([generator(8, 0.0), generator(4, 0.0, base=True)], [discriminator(8), judge], classes=3)
