"""BiGAN: one simultaneous step by hand, its baselines, the optimum on tables, decay, and the networks."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers
from tiny import affine, descend, of_type, shares_of_cells, softplus, table_of_pairs, watch, weights

import tfgan_zoo as zoo
from tfgan_zoo.layers.batch_norm import BatchNormalization
from tfgan_zoo.networks import inference
from tfgan_zoo.reproduce.reconstructions import distance_ratio
from tfgan_zoo.systems.bigan import networks
from tfgan_zoo.systems.bigan.bigan import BiGAN


def encoder(slope=2.0, offset=0.5):
    x = keras.Input([1], name="x")
    return keras.Model(x, {"z": affine([[slope]], [offset])(x), "features": x}, name="encoder")


def judge(of_x=1.0, of_z=-0.5):
    """d = of_x x + of_z z."""
    inputs = {"x": keras.Input([1], name="x"), "z": keras.Input([1], name="z")}
    layer = layers.Dense(1, use_bias=False)
    logit = layer(layers.Concatenate()([inputs["x"], inputs["z"]]))
    layer.kernel.assign([[of_x], [of_z]])
    return keras.Model(inputs, logit, name="discriminator")


def by_hand(discriminator=None, weight_decay=0.0, **arguments):
    generator = affine([[3.0]], [1.0], name="generator")
    return BiGAN(generator, encoder(), discriminator or judge(), weight_decay=weight_decay, **arguments)


def reals(*values):
    return {"x": tf.constant(values, tf.float32)[:, None]}


def pairs_of(model, batch):
    """The pairs (x, z) that D sees in a step, (of reals, of samples), each [B, 2], and what is logged."""
    seen = watch(model.discriminator)
    logs = model.train_step(batch)
    return *(np.concatenate([each["x"], each["z"]], axis=1).astype(np.float64) for each in seen), logs


def sigmoid(a):
    return 1 / (1 + np.exp(-a))


def test_one_step_by_hand():
    """All three at the same weights; the encoder learns from real pairs, the generator from its own."""
    model = descend(by_hand())
    of_reals, of_made, logs = pairs_of(model, reals(1.0, -2.0))
    np.testing.assert_allclose(of_reals, [[1.0, 2.5], [-2.0, -3.5]], rtol=1e-6)
    np.testing.assert_allclose(of_made[:, 0], 3 * of_made[:, 1] + 1, rtol=1e-5)
    real, made = (pairs @ [1, -0.5] for pairs in (of_reals, of_made))
    np.testing.assert_allclose(logs["discriminator_loss"], np.mean(softplus(-real) + softplus(made)) / 2, rtol=1e-5)
    for player in ("generator", "encoder"):
        np.testing.assert_allclose(logs[f"{player}_loss"], np.mean(softplus(real) + softplus(-made)) / 2, rtol=1e-5)
    slope = (sigmoid(made) @ of_made - sigmoid(-real) @ of_reals) / 4
    np.testing.assert_allclose(weights(model.discriminator)[0][:, 0], [1, -0.5] - 0.1 * slope, rtol=1e-4)
    np.testing.assert_allclose(weights(model.generator)[1], [1 + 0.05 * sigmoid(-made).mean()], rtol=1e-5)
    np.testing.assert_allclose(weights(model.encoder)[1], [0.5 + 0.025 * sigmoid(real).mean()], rtol=1e-5)


def test_the_unpaired_twin_sees_the_code_of_another_image():
    of_reals, _, _ = pairs_of(descend(by_hand(objective="unpaired")), reals(1.0, -2.0, 0.0))
    np.testing.assert_allclose(of_reals, [[1.0, 0.5], [-2.0, 2.5], [0.0, -3.5]], rtol=1e-6)


@pytest.mark.parametrize(("objective", "share"), [("latent_regressor", 0.0), ("joint_latent_regressor", 0.25)])
def test_a_regressor_learns_the_latents_of_samples(objective, share):
    """The generator takes a quarter of the error, or nothing; the discriminator sees no latents."""
    model = descend(by_hand(affine([[0.5]], [0.0], name="discriminator"), objective=objective))
    seen = watch(model.generator)
    logs = model.train_step(reals(1.0, -2.0))
    z = seen[0].numpy()[:, 0].astype(np.float64)
    made = 3 * z + 1
    missed = 2 * made + 0.5 - z
    np.testing.assert_allclose(logs["encoder_loss"], np.mean(missed**2), rtol=1e-5)
    deceit = softplus(-0.5 * made).mean()
    np.testing.assert_allclose(logs["generator_loss"], deceit + share * np.mean(missed**2), rtol=1e-5)
    fooled = np.mean(-0.5 * sigmoid(-0.5 * made))
    of_error = share * np.mean(2 * missed * 2)
    np.testing.assert_allclose(weights(model.generator)[1], [1 - 0.1 * (fooled + of_error)], rtol=1e-5)
    np.testing.assert_allclose(weights(model.encoder)[1], [0.5 - 0.1 * np.mean(2 * missed)], rtol=1e-5)


def test_the_optimum_over_tables_is_the_log_ratio_of_the_joints():
    model = BiGAN(affine([[0.8]], [0.3]), encoder(-1.0, 0.2), table_of_pairs(), weight_decay=0.0)
    descend(model, generator=0.0, encoder=0.0)
    batch = reals(*np.linspace(-1.9, 1.9, 400))
    of_reals, of_made, _ = pairs_of(model, batch)
    p, q = shares_of_cells(of_reals), shares_of_cells(of_made)
    kernel, best = model.discriminator.get_layer("table").kernel, np.log((p + 1e-9) / (q + 1e-9))
    kernel.assign(best[:, None])
    logs = model.train_step(batch)
    np.testing.assert_allclose(kernel[:, 0], best, atol=1e-5)
    mean = (p + q) / 2
    divergence = sum(np.sum(each * np.log((each + 1e-12) / (mean + 1e-12))) for each in (p, q)) / 2
    assert 0.05 < divergence < 0.65
    np.testing.assert_allclose(logs["discriminator_loss"], np.log(2) - divergence, atol=1e-4)


def test_each_kind_of_pairs_is_a_batch_of_its_own_to_batch_norm():
    inputs = {"x": keras.Input([1], name="x"), "z": keras.Input([1], name="z")}
    norm = BatchNormalization(momentum=0.0)
    logit = layers.Dense(1)(norm(layers.Concatenate()([inputs["x"], inputs["z"]])))
    model = descend(BiGAN(affine([[0.0]], [10.0]), encoder(), keras.Model(inputs, logit), weight_decay=0.0))
    model.train_step(reals(0.0, 4.0))
    # That of samples comes last.
    np.testing.assert_allclose(norm.moving_mean[0], 10, rtol=1e-6)


def test_weights_decay_and_gains_do_not():
    """Without a game, since the discriminator has no slope."""
    z = keras.Input([1], name="z")
    norm, last = BatchNormalization(), layers.Dense(1, use_bias=False)
    generator = keras.Model(z, last(norm(z)), name="generator")
    last.kernel.assign([[3.0]])
    norm.beta.assign([1.0])
    norm.gamma.assign([2.0])
    model = descend(BiGAN(generator, encoder(), judge(0.0, 0.0), weight_decay=0.5))
    logs = model.train_step(reals(1.0, -2.0))
    np.testing.assert_allclose(last.kernel, [[3 - 0.1 * 0.5 * 3]], rtol=1e-6)
    np.testing.assert_allclose(norm.beta, [1 - 0.1 * 0.5], rtol=1e-6)
    np.testing.assert_allclose(norm.gamma, [2.0])
    np.testing.assert_allclose(weights(model.encoder)[0], [[2 - 0.1 * 0.5 * 2]], rtol=1e-6)
    np.testing.assert_allclose(logs["discriminator_loss"], np.log(2), rtol=1e-6)


def test_what_is_served():
    model = by_hand()
    function, specs = model.signatures()["encode"]
    assert list(specs) == ["x"]
    served = function(reals(1.0, -2.0))
    assert set(served) == {"z", "features", "reconstruction"}
    np.testing.assert_allclose(served["z"], [[2.5], [-3.5]], rtol=1e-6)
    np.testing.assert_allclose(served["features"], [[1.0], [-2.0]])
    np.testing.assert_allclose(served["reconstruction"], [[8.5], [-9.5]], rtol=1e-6)


def test_what_cannot_be_is_refused():
    with pytest.raises(ValueError, match="objective is one of bigan, unpaired.*got 'lr'"):
        by_hand(objective="lr")
    with pytest.raises(ValueError, match="0 or more; got -1"):
        by_hand(weight_decay=-1)
    with pytest.raises(ValueError, match="judges examples alone"):
        by_hand(objective="latent_regressor")
    with pytest.raises(ValueError, match="judges pairs of examples and latents"):
        by_hand(affine([[1.0]]))


def test_the_papers_networks_for_mnist():
    """Batch norm has neither gain nor offset, latents join above the first layer, and codes are linear."""
    generator, encoder_ = inference.mlp_generator(), inference.mlp_encoder()
    judge_ = inference.mlp_discriminator(latent_dim=50)
    for network, count in ((generator, 2), (encoder_, 1), (judge_, 1)):
        norms = of_type(network, BatchNormalization)
        assert len(norms) == count and not any(norm.trainable_variables for norm in norms)
    shapes = [[tuple(layer.kernel.shape) for layer in of_type(each, layers.Dense)] for each in (generator, encoder_, judge_)]
    assert shapes[0] == [(50, 1024), (1024 + 50, 1024), (1024, 784)]
    assert shapes[1] == [(784, 1024), (1024, 1024), (1024, 50)]
    assert shapes[2] == [(784, 1024), (1024 + 50, 1024), (1024, 1)]
    assert of_type(encoder_, layers.Dense)[-1].activation is keras.activations.linear
    assert np.std(of_type(judge_, layers.Dense)[0].kernel) == pytest.approx(0.02, rel=0.05)
    features = of_type(encoder_, layers.LeakyReLU)[-1].output
    assert encoder_.output["features"] is features


def test_the_discriminator_sees_how_bright_a_batch_of_images_is():
    """Without offsets in the layer that reads images, batch norm of the next would take any common factor away."""
    network = inference.mlp_discriminator(hidden=8, image_size=4)
    first = of_type(network, layers.Dense)[0]
    # Far above the epsilon of batch norm.
    first.kernel.assign(1000 * first.kernel)
    first.bias.assign(np.linspace(-1, 1, 8))
    pixels = np.random.default_rng(0).uniform(0, 1, (6, 4, 4, 1)).astype(np.float32)
    bright, dark = (network(2 * each - 1, training=True).numpy() for each in (pixels, 0.3 * pixels))
    assert np.abs(bright - dark).max() > 1e-4
    first.bias.assign(np.zeros(8))
    bright, dark = (network(2 * each - 1, training=True).numpy() for each in (pixels, 0.3 * pixels))
    np.testing.assert_allclose(bright, dark, atol=1e-3 * np.abs(bright).max())


def test_latents_join_the_image_above_the_convolutions():
    network = networks.conv_discriminator(latent_dim=6, hidden=5, image_size=8, width=4)
    assert of_type(network, layers.Dense)[0].kernel.shape == (4 * 4 * 4 + 6, 5)
    assert not isinstance(networks.conv_discriminator(hidden=5, image_size=8, width=4).input, dict)
    shapes = {name: out.shape for name, out in networks.conv_encoder(6, 5, 8, 4).output.items()}
    assert shapes == {"z": (None, 6), "features": (None, 5)}


def test_reconstructions_ignore_their_images_before_training():
    model = zoo.load("bigan/mnist")
    images = zoo.data.arrays("fashion_mnist_10k", take=500)["image"] / np.float32(127.5) - 1
    assert distance_ratio(images, model.reconstruct(images)) == pytest.approx(1, abs=0.03)
