"""GAN: Algorithm 1 counted, the maxout network by hand, Proposition 1, the replay pool in use."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from tfgan_zoo.data import toys
from tfgan_zoo.hub import builders
from tfgan_zoo.hub.config import load_config
from tfgan_zoo.layers.maxout import Maxout
from tfgan_zoo.losses import gan
from tfgan_zoo.networks import mlp
from tfgan_zoo.systems.gan.gan import GAN


def toy_gan(**arguments):
    model = GAN(
        mlp.toy_generator(latent_dim=2, hidden=8, data_dim=1),
        mlp.toy_discriminator(hidden=8, data_dim=1),
        **{"prior": "normal", **arguments},
    )
    adam = {player: keras.optimizers.Adam(1e-3) for player in model.players()}
    model.compile(adam)
    return model


def points(rows, steps):
    x = np.random.default_rng(0).normal(size=(rows * steps, 1)).astype(np.float32)
    return tf.data.Dataset.from_tensor_slices({"x": x}).batch(rows, drop_remainder=True)


def test_k_discriminator_steps_take_k_batches_and_one_generator_step():
    model = toy_gan(k=3)
    assert model.batches_per_step == 3
    model.fit(points(12, steps=4), verbose=0)
    counts = {player: int(o.iterations) for player, o in model.optimizers.items()}
    assert counts == {"discriminator": 12, "generator": 4}


def test_in_the_papers_config_d_moves_as_by_half_of_its_objective():
    """Also where the rate has come down to its floor, after some millions of updates."""

    def moved(config_id, update, factor):
        optimizer = builders.optimizer(load_config(config_id).optimizers["discriminator"], "d")
        variable = keras.Variable([0.0, 0.0])
        optimizer.build([variable])
        for iteration in (update, update + 1):
            optimizer.iterations.assign(iteration)
            optimizer.apply([tf.constant([1.0, -3.0]) * factor], [variable])
        return variable.numpy()

    for update in (0, 1_000_000, 10_000_000):
        paper, whole = (
            moved(name, update, factor) for name, factor in (("gan/mnist_paper", 1.0), ("gan/mnist", 0.5))
        )
        np.testing.assert_allclose(paper, whole, rtol=1e-5)
    np.testing.assert_allclose(moved("gan/mnist_paper", 0, 1.0), [-0.05 * 2.5, 0.15 * 2.5], rtol=1e-5)


def test_each_discriminator_step_sees_reals_of_its_own(monkeypatch):
    model = toy_gan(k=3)
    seen = []
    step = GAN._discriminator_step
    monkeypatch.setattr(
        GAN, "_discriminator_step", lambda m, real, noise: seen.append(real) or step(m, real, noise)
    )
    model.train_step({"x": tf.reshape(tf.range(6.0), [6, 1])})
    assert [batch.numpy().ravel().tolist() for batch in seen] == [[0, 3], [1, 4], [2, 5]]


@pytest.mark.parametrize("name, sign", [("minimax", -1), ("non_saturating", 1)])
def test_the_generator_descends_the_loss_it_was_given(name, sign):
    model = toy_gan(generator_loss=name)
    logs = model.train_step({"x": tf.zeros([4, 1])})
    assert np.sign(logs["generator_loss"].numpy()) == sign


def test_labels_of_reals_may_be_smoothed():
    losses = []
    for target in (1.0, 0.9):
        model = toy_gan(real_target=target)
        for layer in (model.discriminator, model.generator):
            layer.set_weights([np.zeros_like(weight) for weight in layer.get_weights()])
        # All logits are 1.
        model.discriminator.layers[-1].bias.assign([1.0])
        losses.append(float(model.train_step({"x": tf.ones([2, 1])})["discriminator_loss"]))
    # -(t - 1) (log D - log(1 - D)) is the difference, where log D - log(1 - D) is the logit.
    assert losses[1] - losses[0] == pytest.approx(0.1)


def test_k_must_be_positive_and_losses_known():
    with pytest.raises(ValueError, match="k >= 1"):
        toy_gan(k=0)
    with pytest.raises(ValueError, match="Unknown generator loss"):
        toy_gan(generator_loss="wasserstein")


def test_a_generator_step_leaves_the_discriminator_alone():
    model = toy_gan()
    model.optimizers["discriminator"].learning_rate = 0.0
    before = [v.numpy() for v in model.discriminator.trainable_variables]
    model.fit(points(8, steps=3), verbose=0)
    for then, now in zip(before, model.discriminator.trainable_variables):
        np.testing.assert_array_equal(then, now.numpy())


def test_old_fakes_reach_the_discriminator():
    model = toy_gan(replay=64)
    model.fit(points(8, steps=3), verbose=0)
    stored = model.pool.slots.numpy()
    assert int(model.pool.stored.numpy()) == 24
    assert np.count_nonzero(stored[:24]) == 24 and not stored[24:].any()


def test_maxout_takes_the_largest_of_its_affine_pieces():
    layer = Maxout(2, 3)
    layer.build([None, 1])
    # Unit 0 has the pieces x, -x, 0.5; unit 1 has 2x, 1, -1.
    layer.affine.kernel.assign([[1.0, -1.0, 0.0, 2.0, 0.0, 0.0]])
    layer.affine.bias.assign([0.0, 0.0, 0.5, 0.0, 1.0, -1.0])
    np.testing.assert_allclose(
        layer(tf.constant([[2.0], [-3.0], [0.1]])), [[2, 4], [3, 1], [0.5, 1]], rtol=1e-6
    )


def test_the_released_mnist_networks_have_their_sizes():
    generator, discriminator = mlp.image_generator(), mlp.maxout_discriminator()
    assert generator.count_params() == 101 * 1200 + 1201 * 1200 + 1201 * 784
    weights = sum(int(np.prod(v.shape)) for v in discriminator.trainable_variables)
    assert weights == 785 * 1200 + 241 * 1200 + 241
    z = np.random.default_rng(0).uniform(-1.7, 1.7, (20, 100)).astype(np.float32)
    image = generator(z).numpy()
    assert image.shape == (20, 28, 28, 1) and np.abs(image).max() <= 1


def test_latents_of_the_released_settings_have_unit_variance():
    z = GAN(mlp.image_generator(hidden=4), mlp.maxout_discriminator(units=2)).latents(2000, seed=0)
    assert np.abs(z).max() <= 3**0.5
    np.testing.assert_allclose(z.var(), 1, atol=0.01)


def test_proposition_1_the_best_discriminator_is_the_ratio_of_densities():
    """With G fixed, D tends to p_d / (p_d + p_g) (section 4.1)."""
    data, fakes = toys.get("gaussian_1d"), toys.get("mixture_1d")
    discriminator = mlp.toy_discriminator(hidden=64, data_dim=1)
    adam = keras.optimizers.Adam(3e-3)

    @tf.function
    def step(real, fake):
        with tf.GradientTape() as tape:
            loss = gan.discriminator(discriminator(real), discriminator(fake))
        variables = discriminator.trainable_variables
        adam.apply(tape.gradient(loss, variables), variables)

    for seed in range(600):
        step(tf.constant(data.sample(1024, seed)), tf.constant(fakes.sample(1024, [seed, 1])))

    x = np.concatenate([data.sample(2000, 9_999), fakes.sample(2000, 9_998)])
    optimum = 1 / (1 + np.exp(fakes.log_prob(x) - data.log_prob(x)))
    learned = tf.sigmoid(discriminator(x)).numpy().ravel()
    assert np.abs(learned - optimum).mean() <= 0.05
