"""ProgressiveGAN: the schedule counted, both ends of a fade, a step by hand, slots that restart."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers
from tiny import descend, weights

from tfgan_zoo.core.optimizers import RestartingAdam
from tfgan_zoo.layers.minibatch_stddev import MinibatchStddev
from tfgan_zoo.systems.progressive_gan import networks as progressive
from tfgan_zoo.systems.progressive_gan import progressive_gan
from tfgan_zoo.systems.progressive_gan.progressive_gan import ProgressiveGAN

SIZES = {"base": 16, "largest": 8, "image_size": 16, "channels": 2}


@pytest.fixture(scope="module")
def networks():
    """Three levels, 4x4 to 16x16, all weights drawn, biases too."""
    keras.utils.set_random_seed(0)
    pair = progressive.generator(latent_dim=5, **SIZES), progressive.critic(**SIZES)
    for network in pair:
        for variable in network.trainable_variables:
            variable.assign(keras.random.normal(variable.shape))
    return pair


def grown(networks, **arguments):
    return ProgressiveGAN(*networks, **{"stable": 8, "fade": 8, **arguments})


def latents(rows=4):
    return tf.constant(np.random.default_rng(1).normal(size=(rows, 5)), tf.float32)


def reals(rows=4, size=16):
    return tf.constant(np.random.default_rng(2).uniform(-1, 1, (rows, size, size, 2)), tf.float32)


def doubled(images):
    return np.repeat(np.repeat(images, 2, axis=1), 2, axis=2)


def halved(images):
    rows, size, _, maps = images.shape
    return np.reshape(images, [rows, size // 2, 2, size // 2, 2, maps]).mean(axis=(2, 4))


def test_the_schedule_counted():
    """Three images at level 0, then fades of four and three more images at each level."""
    found = [progressive_gan.schedule(tf.constant(n, tf.int64), 3, 4, 3) for n in range(20)]
    assert [int(level) for level, _ in found] == [0] * 3 + [1] * 7 + [2] * 10
    rise = [0, 0.25, 0.5, 0.75]
    expected = [1] * 3 + rise + [1] * 3 + rise + [1] * 6
    np.testing.assert_allclose([float(alpha) for _, alpha in found], expected)


def test_the_papers_schedule():
    model = ProgressiveGAN(progressive.generator(8, 32, 16, 4), progressive.critic(32, 16, 4))
    at = [0, 599_999, 600_000, 900_000, 1_200_000, 1_799_999, 1_800_000, 3_300_000, 12_000_000]
    found = [model.growth(tf.constant(n, tf.int64)) for n in at]
    assert [int(level) for level, _ in found] == [0, 0, 1, 1, 1, 1, 2, 3, 3]
    np.testing.assert_allclose([float(a) for _, a in found], [1, 1, 0, 0.5, 1, 1, 0, 0.5, 1], atol=1e-5)


def test_growth_may_begin_higher_or_not_happen(networks):
    assert int(grown(networks, first_size=8).growth(tf.constant(0, tf.int64))[0]) == 1
    for shown in (0, 8, 100):
        level, alpha = grown(networks, first_size=16).growth(tf.constant(shown, tf.int64))
        assert (int(level), float(alpha)) == (2, 1)
    with pytest.raises(ValueError, match="one of 4, 8, 16; got 32"):
        grown(networks, first_size=32)


@pytest.mark.parametrize("level", [1, 2])
def test_a_fade_begins_with_the_level_below(networks, level):
    model = grown(networks)
    below = model._fake(latents(), level - 1, 1.0)
    np.testing.assert_allclose(model._fake(latents(), level, 0.0), doubled(below), atol=1e-5)
    image = reals(size=4 * 2**level)
    score = model._score(tf.constant(halved(image)), level - 1, 1.0)
    np.testing.assert_allclose(model._score(image, level, 0.0), score, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("level", [1, 2])
def test_after_a_fade_the_old_way_to_and_from_images_has_no_effect(networks, level):
    model = grown(networks)
    image, size = reals(size=4 * 2**level), 4 * 2 ** (level - 1)
    before = [model._fake(latents(), level, 1.0), model._score(image, level, 1.0)]
    half = [model._fake(latents(), level, 0.5), model._score(image, level, 0.5)]
    old = [model.generator.get_layer(f"to_image_{size}"), model.critic.get_layer(f"from_image_{size}")]
    kernels = [layer.trainable_variables[0] for layer in old]
    for kernel in kernels:
        kernel.assign(kernel + 10)
    after = [model._fake(latents(), level, 1.0), model._score(image, level, 1.0)]
    half_after = [model._fake(latents(), level, 0.5), model._score(image, level, 0.5)]
    for kernel in kernels:
        kernel.assign(kernel - 10)
    for one, other in zip(before, after):
        np.testing.assert_array_equal(one, other)
    for one, other in zip(half, half_after):
        assert np.abs(one - other).max() > 0.1


def test_reals_are_halved_to_the_level_and_fade_with_it(networks):
    model, image = grown(networks), reals()
    np.testing.assert_allclose(model._shown_real(image, 0, 1.0), halved(halved(image)), atol=1e-6)
    half = halved(image)
    expected = 0.25 * half + 0.75 * doubled(halved(half))
    np.testing.assert_allclose(model._shown_real(image, 1, 0.25), expected, atol=1e-6)
    np.testing.assert_array_equal(model._shown_real(image, 2, 1.0), image)


def test_what_is_generated_has_full_size_and_range_at_every_level(networks):
    model = grown(networks)
    for shown, block in ((0, 4), (8, 4), (12, 2), (16, 2), (24, 2), (28, 1), (32, 1)):
        model.shown.assign(shown)
        images = model.generate(6, seed=0)
        assert images.shape == (6, 16, 16, 2) and np.abs(images).max() == 1
        # Pixels repeat in blocks of the level's size.
        repeated = images[:, ::block, ::block].repeat(block, axis=1).repeat(block, axis=2)
        np.testing.assert_array_equal(images, repeated)
    drawn = model._fake(tf.constant(model.latents(6, 0)), 2, 1.0)
    np.testing.assert_allclose(images, np.clip(drawn, -1, 1), atol=1e-6)


def flat_pair(slope, below, above):
    """Images of one value, `below` at 4x4 and `above` at 8x8; the critic takes slope times the mean."""

    def flat(value, size):
        bias = keras.initializers.Constant(value)
        image = layers.Dense(size**2, kernel_initializer="zeros", bias_initializer=bias)(z)
        return layers.Reshape([size, size, 1])(image)

    z, alpha = keras.Input([2], name="z"), keras.Input([], name="alpha")
    generator = keras.Model(z, [flat(below, 4), flat(above, 8)])
    images = [keras.Input([size, size, 1]) for size in (4, 8)]
    start = keras.initializers.Constant(slope)
    line = layers.Dense(1, use_bias=False, kernel_initializer=start)
    critic = keras.Model([alpha, *images], [line(layers.GlobalAveragePooling2D()(i)) for i in images])
    return generator, critic


@pytest.mark.parametrize("shown, pixels, fake", [(0, 16, 3.0), (6, 64, 0.75 * 3 + 0.25 * 5), (12, 64, 5.0)])
def test_a_step_by_hand_at_the_resolution_it_has_reached(shown, pixels, fake):
    weighting = {"penalty_weight": 30.0, "gradient_norm": 2.0}
    model = ProgressiveGAN(*flat_pair(2.0, 3.0, 5.0), stable=4, fade=8, **weighting)
    model.shown.assign(shown)
    descend(model, rate=0.01)
    logs = model.train_step({"image": tf.fill([4, 8, 8, 1], 0.5)})
    # The mean of n pixels has a gradient of length 1 / sqrt(n).
    length = 2.0 / np.sqrt(pixels)
    np.testing.assert_allclose(logs["critic_loss"], 2 * (fake - 0.5), rtol=1e-5)
    np.testing.assert_allclose(logs["gradient_penalty"], (length - 2) ** 2, rtol=1e-5)
    of_penalty = 30 / 4 * 2 * (length - 2) / np.sqrt(pixels)
    of_drift = 0.001 * 2 * (2 * 0.5) * 0.5
    slope = 2 - 0.01 * (fake - 0.5 + of_penalty + of_drift)
    np.testing.assert_allclose(weights(model.critic)[0], [[slope]], rtol=1e-5)
    np.testing.assert_allclose(logs["generator_loss"], -slope * fake, rtol=1e-5)
    alpha = {0: 0.0, 6: 0.25, 12: 1.0}[shown]
    _, below, _, above = weights(model.generator)
    np.testing.assert_allclose(below, 3 + 0.01 * slope * (1 - alpha) / 16, rtol=1e-6)
    np.testing.assert_allclose(above, 5 + 0.01 * slope * alpha / 64, rtol=1e-6)


def test_one_graph_trains_all_levels_and_optimisers_restart_with_every_phase(monkeypatch):
    model = ProgressiveGAN(*flat_pair(1.0, 0.0, 0.0), stable=8, fade=16)
    model.compile({player: RestartingAdam(0.01) for player in model.players()})
    traced, restarts = [], []
    step = ProgressiveGAN.train_step
    monkeypatch.setattr(ProgressiveGAN, "train_step", lambda m, data: traced.append(1) or step(m, data))
    watcher = keras.callbacks.LambdaCallback(
        on_train_batch_end=lambda batch, logs: restarts.append(int(model.optimizers["critic"].begun))
    )
    batches = tf.data.Dataset.from_tensor_slices({"image": np.zeros([40, 8, 8, 1], np.float32)}).batch(4)
    model.fit(batches, verbose=0, callbacks=[watcher])
    # Two batches at 4x4, four that fade, then four at 8x8: phases begin with batches 0, 2 and 6.
    assert restarts == [0] * 2 + [2] * 4 + [6] * 4
    assert len(traced) == 1
    assert {p: int(o.iterations) for p, o in model.optimizers.items()} == {"critic": 10, "generator": 10}
    assert int(model.shown) == 40


def test_levels_that_are_not_reached_stay_as_they_are(networks):
    model = descend(grown(networks), rate=0.01)
    before = {v.path: v.numpy() for n in networks for v in n.trainable_variables}
    model.train_step({"image": reals()})
    moved = {
        v.path for n in networks for v in n.trainable_variables if (v.numpy() != before[v.path]).any()
    }
    layers_moved = {path.split("/")[0] for path in moved}
    assert {"to_image_4", "from_image_4", "judge"} <= layers_moved
    unreached = {f"{name}_{size}" for name in ("to_image", "from_image", "block") for size in (8, 16)}
    assert not unreached & layers_moved
    for network in networks:
        for variable in network.trainable_variables:
            variable.assign(before[variable.path])


def test_the_critic_sees_reals_and_fakes_apart_at_the_resolution_it_has_reached(networks, monkeypatch):
    model = descend(grown(networks), rate=0.0)
    model.shown.assign(12)
    seen, score = [], ProgressiveGAN._score

    def watched(model, images, k, alpha):
        seen.append((tuple(images.shape), k, float(alpha)))
        return score(model, images, k, alpha)

    monkeypatch.setattr(ProgressiveGAN, "_score", watched)
    model.train_step({"image": reals()})
    # Real, fake, points between; then the generator's fake.
    assert seen == [((4, 8, 8, 2), 1, 0.5)] * 4


def test_the_deviation_of_the_minibatch_can_be_left_out():
    def has_deviation(network):
        return any(isinstance(layer, MinibatchStddev) for layer in network._flatten_layers())

    assert has_deviation(progressive.critic(**SIZES))
    assert not has_deviation(progressive.critic(**SIZES, group=0))


def test_maps_halve_from_base_and_are_at_most_the_largest():
    kernels = [
        layer.kernel.shape for layer in progressive.generator(6, 32, base=64, largest=16, channels=3).layers
        if hasattr(layer, "kernel")
    ]
    convolutions = [tuple(shape) for shape in kernels if len(shape) == 4 and shape[0] == 3]
    maps = [(16, 16), (16, 16), (16, 16), (16, 8), (8, 8), (8, 4), (4, 4)]
    assert convolutions == [(3, 3, *pair) for pair in maps]
    assert sorted(shape[2] for shape in kernels if len(shape) == 4 and shape[0] == 1) == [4, 8, 16, 16]


def test_both_networks_of_table_2_have_23_1_million_weights():
    generator, critic = progressive.generator(), progressive.critic()
    for network in (generator, critic):
        assert round(network.count_params() / 1e6, 1) == 23.1
    assert generator.outputs[-1].shape == (None, 1024, 1024, 3)


@pytest.mark.parametrize("size", [4, 28, 48])
def test_sizes_that_do_not_double_from_four_are_refused(size):
    for builder in (progressive.generator, progressive.critic):
        with pytest.raises(ValueError, match=f"got {size}. Pad or resize"):
            builder(image_size=size)


def test_networks_of_unlike_levels_are_refused(networks):
    with pytest.raises(ValueError, match="the same levels"):
        ProgressiveGAN(networks[0], progressive.critic(8, 16, 8, 2))
