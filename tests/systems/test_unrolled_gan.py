"""Unrolled GAN: its generator's gradient against central differences, and one ordinary step of D."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from tfgan_zoo.core.unrolling import holding, unroll
from tfgan_zoo.losses import gan
from tfgan_zoo.systems.unrolled_gan import networks
from tfgan_zoo.systems.unrolled_gan.unrolled_gan import UnrolledGAN


def mlp(inputs, hidden, outputs, name, dtype):
    x = keras.Input([inputs], dtype=dtype)
    h = keras.layers.Dense(hidden, activation="tanh", dtype=dtype)(x)
    return keras.Model(x, keras.layers.Dense(outputs, dtype=dtype)(h), name=name)


def tiny(unrolled, optimizer=None, dtype="float32"):
    keras.utils.set_random_seed(1)
    model = UnrolledGAN(
        mlp(2, 3, 2, "generator", dtype), mlp(2, 4, 1, "discriminator", dtype), unrolled=unrolled
    )
    optimizer = optimizer or keras.optimizers.Adam(0.05, beta_1=0.5)
    model.compile({"discriminator": optimizer, "generator": keras.optimizers.SGD(0.1)})
    return model


def normal(seed, dtype="float32", rows=5):
    return tf.constant(np.random.default_rng(seed).normal(size=(rows, 2)), dtype)


def generator_gradient(model, loss):
    variables = [v.value for v in model.generator.trainable_variables]
    with tf.GradientTape() as tape:
        value = loss()
    return np.concatenate([g.numpy().ravel() for g in tape.gradient(value, variables)])


def central_differences(model, loss, step=1e-5):
    slopes = []
    for variable in model.generator.trainable_variables:
        at = variable.numpy()
        for index in np.ndindex(at.shape):
            moved = []
            for sign in (1, -1):
                there = at.copy()
                there[index] += sign * step
                variable.assign(there)
                moved.append(float(loss()))
            slopes.append((moved[0] - moved[1]) / (2 * step))
        variable.assign(at)
    return np.array(slopes)


@pytest.mark.parametrize(
    "optimizer",
    [keras.optimizers.SGD(0.5), keras.optimizers.Adam(0.05, beta_1=0.5, epsilon=1e-3)],
    ids=["sgd", "adam"],
)
def test_the_generators_gradient_is_that_of_the_full_unrolled_loss(optimizer):
    model = tiny(4, type(optimizer).from_config(optimizer.get_config()), "float64")
    real, latents = normal(0, "float64"), normal(1, "float64")

    def loss():
        return model.foreseen(real, {"z": latents})

    def detached():
        """The same value, but D_K taken as a constant: K plain updates of D are no unrolling."""
        fake = model.generator(latents, training=True)
        variables = model.player_variables("discriminator")
        after = unroll(
            model.optimizers["discriminator"],
            variables,
            lambda: model._discriminator_loss(real, fake),
            model.unrolled,
        )
        with holding(variables, [tf.stop_gradient(value) for value in after]):
            return -model._discriminator_loss(real, fake)

    gradient = generator_gradient(model, loss)
    assert np.abs(gradient - central_differences(model, loss)).max() < 1e-4 * np.abs(gradient).max()
    np.testing.assert_allclose(loss(), detached(), rtol=1e-12)
    apart = np.abs(gradient - generator_gradient(model, detached)).max()
    assert apart > 0.01 * np.abs(gradient).max()


def test_without_unrolling_the_generator_descends_the_minimax_loss():
    model = tiny(0)
    real, latents = normal(0), normal(1)

    def minimax():
        return gan.generator_minimax(model.discriminator(model.generator(latents)))

    np.testing.assert_allclose(
        generator_gradient(model, lambda: model.foreseen(real, {"z": latents})),
        generator_gradient(model, minimax),
        rtol=1e-5,
        atol=1e-7,
    )


@pytest.mark.parametrize("unrolled", [0, 1, 5])
def test_the_discriminator_takes_one_ordinary_step_from_where_the_generator_started(unrolled):
    """After the step it is D_1, made of the old G's fakes and the step's own batch; D_K is gone."""
    model = tiny(unrolled)
    real = normal(0)
    fake = model.generator(model.noise().latents("normal", [5, 2]))
    first = unroll(
        model.optimizers["discriminator"],
        model.player_variables("discriminator"),
        lambda: model._discriminator_loss(real, fake),
        1,
    )
    before = [v.numpy() for v in model.generator.trainable_variables]
    model.train_step({"x": real})
    for value, variable in zip(first, model.discriminator.trainable_variables):
        np.testing.assert_allclose(variable.numpy(), value, rtol=1e-5, atol=1e-7)
    assert {int(o.iterations) for o in model.optimizers.values()} == {1}
    moved = zip(before, model.generator.trainable_variables)
    assert any(np.abs(then - now.numpy()).max() > 0 for then, now in moved)


def test_unrolling_changes_what_the_generator_does():
    updates = []
    for unrolled in (0, 5):
        model = tiny(unrolled)
        model.train_step({"x": normal(0)})
        updates.append(np.concatenate([v.numpy().ravel() for v in model.generator.trainable_variables]))
    assert np.abs(updates[0] - updates[1]).max() > 1e-4


def test_batch_norm_keeps_its_statistics_through_the_unrolled_steps():
    """Moving averages of D follow its one real step: once the real batch, once the fake one."""
    model = UnrolledGAN(
        networks.image_generator(latent_dim=4, image_size=8, width=2, channels=1),
        networks.image_discriminator(image_size=8, width=2, channels=1),
        unrolled=3,
    )
    model.compile({player: keras.optimizers.Adam(1e-3) for player in model.players()})
    norm = next(l for l in model.discriminator.layers if hasattr(l, "moving_mean"))
    real = tf.random.stateless_uniform([4, 8, 8, 1], [0, 0], -1.0, 1.0)
    fake = model.generator(model.noise().latents("normal", [4, 4]), training=True)
    maps = keras.Model(model.discriminator.input, norm.input)
    means = [tf.reduce_mean(maps(x), axis=[0, 1, 2]).numpy() for x in (real, fake)]
    model.train_step({"image": real})
    expected = (0.1 * means[0]) * 0.9 + 0.1 * means[1]
    np.testing.assert_allclose(norm.moving_mean.numpy(), expected, rtol=1e-4, atol=1e-6)


def test_the_released_networks_have_their_sizes_and_start_orthogonal():
    generator, discriminator = networks.ring_generator(), networks.ring_discriminator()
    assert generator.count_params() == 257 * 128 + 129 * 128 + 129 * 2
    assert discriminator.count_params() == 3 * 128 + 129 * 128 + 129
    for network in (generator, discriminator):
        for kernel in network.trainable_variables[::2]:
            np.testing.assert_allclose(
                np.linalg.svd(kernel.numpy(), compute_uv=False), 1.4, rtol=1e-5
            )


def test_the_papers_ring_networks_have_their_sizes_start_and_scale():
    start = {"activation": "relu", "gain": 0.8}
    plain = networks.ring_discriminator(depth=1, **start)
    scaled = networks.ring_discriminator(depth=1, scale=0.25, **start)
    assert scaled.count_params() == 3 * 128 + 129
    for network in (networks.ring_generator(**start), scaled):
        for kernel in network.trainable_variables[::2]:
            np.testing.assert_allclose(
                np.linalg.svd(kernel.numpy(), compute_uv=False), 0.8, rtol=1e-5
            )
    scaled.set_weights(plain.get_weights())
    np.testing.assert_allclose(scaled(4 * normal(0)), plain(normal(0)), rtol=1e-5)


def test_the_image_networks_have_the_papers_shapes():
    generator, discriminator = networks.image_generator(), networks.image_discriminator()
    shapes = [layer.output.shape[1:] for layer in generator.layers if "norm" in layer.name]
    assert shapes == [(4, 4, 512), (8, 8, 256), (16, 16, 128), (32, 32, 64)]
    shapes = [layer.output.shape[1:] for layer in discriminator.layers if "norm" in layer.name]
    assert shapes == [(16, 16, 64), (8, 8, 128), (4, 4, 256)]
    with pytest.raises(ValueError, match="got 28"):
        networks.image_generator(image_size=28)


def test_a_negative_number_of_steps_is_refused():
    with pytest.raises(ValueError, match="unrolled >= 0"):
        tiny(-1)
