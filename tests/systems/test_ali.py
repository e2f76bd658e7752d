"""ALI: one simultaneous step by hand, swapped labels, the optimum on tables, what is served, and the networks."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers, ops
from tiny import affine, descend, of_type, shares_of_cells, softplus, table_of_pairs, watch, weights

from tfgan_zoo.layers.batch_norm import BatchNormalization
from tfgan_zoo.layers.dropout import ReplicaDropout
from tfgan_zoo.networks import inference
from tfgan_zoo.systems.ali import networks
from tfgan_zoo.systems.ali.ali import ALI
from tfgan_zoo.systems.bigan.bigan import BiGAN
from tfgan_zoo.utils import pictures


def gaussian(slope=2.0, offset=0.5, log_sigma=0.0):
    """x [B, 1] -> z = slope x + offset + e^log_sigma epsilon."""
    x = keras.Input([1], name="x")
    network = inference.gaussian_encoder(x, x, 1)
    for name, (kernel, bias) in {"mu": (slope, offset), "log_sigma": (0.0, log_sigma)}.items():
        network.get_layer(name).set_weights([np.array([[kernel]]), np.array([bias])])
    return network


def judge(of_x=1.0, of_z=-0.5):
    """d = of_x x + of_z z."""
    inputs = {"x": keras.Input([1], name="x"), "z": keras.Input([1], name="z")}
    layer = layers.Dense(1, use_bias=False)
    logit = layer(layers.Concatenate()([inputs["x"], inputs["z"]]))
    layer.kernel.assign([[of_x], [of_z]])
    return keras.Model(inputs, logit, name="discriminator")


def by_hand(sign=1.0, log_sigma=0.0, **arguments):
    generator = affine([[3.0]], [1.0], name="generator")
    return ALI(generator, gaussian(log_sigma=log_sigma), judge(sign, -0.5 * sign), **arguments)


def reals(*values):
    return {"x": tf.constant(values, tf.float32)[:, None]}


def pairs_of(model, batch):
    """The pairs that D sees in a step, (of the encoder, of the generator), each [B, 2], and what is logged."""
    seen = watch(model.discriminator)
    logs = model.train_step(batch)
    (inputs,) = seen
    both = np.concatenate([inputs["x"], inputs["z"]], axis=1).astype(np.float64)
    return both[::2], both[1::2], logs


def test_one_step_by_hand():
    """Both players at the same weights; the generator and the encoder by both pairs, through z and x."""
    model = descend(by_hand())
    inferred, made, logs = pairs_of(model, reals(1.0, -2.0))
    epsilon = inferred[:, 1] - (2 * inferred[:, 0] + 0.5)
    np.testing.assert_array_equal(inferred[:, 0], [1, -2])
    np.testing.assert_allclose(made[:, 0], 3 * made[:, 1] + 1, rtol=1e-5)
    assert np.ptp(epsilon) > 0.01
    of_inferred, of_made = (pairs @ [1, -0.5] for pairs in (inferred, made))
    np.testing.assert_allclose(
        logs["discriminator_loss"], np.mean(softplus(-of_inferred) + softplus(of_made)), rtol=1e-5
    )
    np.testing.assert_allclose(logs["generator_loss"], np.mean(softplus(of_inferred) + softplus(-of_made)), rtol=1e-5)
    share_inferred, share_made = (1 / (1 + np.exp(-of)) for of in (of_inferred, of_made))
    slope = (-(1 - share_inferred) @ inferred + share_made @ made) / 2
    np.testing.assert_allclose(weights(model.discriminator)[0][:, 0], [1, -0.5] - 0.1 * slope, rtol=1e-4)
    # G: d rises with x, whose slope in D is 1; E: d falls with z, whose slope is -0.5.
    np.testing.assert_allclose(weights(model.generator)[1], [1 + 0.1 * np.mean(1 - share_made)], rtol=1e-5)
    of_z = -0.5 * share_inferred
    np.testing.assert_allclose(model.encoder.get_layer("mu").bias, [0.5 - 0.1 * of_z.mean()], rtol=1e-5)
    np.testing.assert_allclose(
        model.encoder.get_layer("log_sigma").bias, [-0.1 * np.mean(of_z * epsilon)], rtol=1e-4, atol=1e-7
    )


def test_the_other_labels_swap_the_losses():
    one, other = (descend(by_hand(sign)).train_step(reals(1.0, -2.0)) for sign in (1.0, -1.0))
    assert float(one["discriminator_loss"]) != pytest.approx(float(one["generator_loss"]))
    np.testing.assert_allclose(one["discriminator_loss"], other["generator_loss"], rtol=1e-6)
    np.testing.assert_allclose(one["generator_loss"], other["discriminator_loss"], rtol=1e-6)


def test_without_noise_a_step_is_bigans():
    """BiGAN halves the losses."""
    model = descend(by_hand(log_sigma=-50.0))
    x = keras.Input([1], name="x")
    z = affine([[2.0]], [0.5])(x)
    encoder = keras.Model(x, {"z": z, "features": x})
    twin = descend(BiGAN(affine([[3.0]], [1.0]), encoder, judge(), weight_decay=0.0, prior="normal"), rate=0.2)
    for each in (model, twin):
        each.train_step(reals(1.0, -2.0))
    for name in ("generator", "discriminator"):
        for ours, theirs in zip(weights(getattr(model, name)), weights(getattr(twin, name)), strict=True):
            np.testing.assert_allclose(ours, theirs, rtol=1e-5)
    mu = model.encoder.get_layer("mu")
    np.testing.assert_allclose(mu.kernel, weights(twin.encoder)[0], rtol=1e-5)
    np.testing.assert_allclose(mu.bias, weights(twin.encoder)[1], rtol=1e-5)


def test_the_optimum_over_tables_is_the_divergence_of_the_joints():
    """At the logits ln p / q of a batch's pairs D rests, and its value is 2 JSD - ln 4."""
    networks_ = affine([[0.8]], [0.3]), gaussian(slope=-1.0, offset=0.2), table_of_pairs()
    model = descend(ALI(*networks_), generator=0.0)
    batch = reals(*np.linspace(-1.9, 1.9, 400))
    inferred, made, _ = pairs_of(model, batch)
    p, q = shares_of_cells(inferred), shares_of_cells(made)
    table = model.discriminator.get_layer("table")
    best = np.log((p + 1e-9) / (q + 1e-9))
    table.kernel.assign(best[:, None])
    logs = model.train_step(batch)
    np.testing.assert_allclose(table.kernel[:, 0], best, atol=1e-5)
    mean = (p + q) / 2
    divergence = sum(np.sum(each * np.log((each + 1e-12) / (mean + 1e-12))) for each in (p, q)) / 2
    assert 0.05 < divergence < 0.65
    np.testing.assert_allclose(-logs["discriminator_loss"], 2 * divergence - np.log(4), atol=1e-4)


def test_batch_norm_sees_both_kinds_of_pairs_as_one_batch():
    inputs = {"x": keras.Input([1], name="x"), "z": keras.Input([1], name="z")}
    normed = BatchNormalization(momentum=0.0)(layers.Concatenate()([inputs["x"], inputs["z"]]))
    network = keras.Model(inputs, ops.sum(normed, axis=1, keepdims=True), name="discriminator")
    model = descend(ALI(affine([[0.0]], [10.0]), gaussian(), network))
    model.train_step(reals(0.0, 4.0))
    (norm,) = of_type(network, BatchNormalization)
    np.testing.assert_allclose(norm.moving_mean[0], (0 + 4 + 10 + 10) / 4, rtol=1e-6)


def test_what_is_served_is_read_without_noise():
    model = by_hand(log_sigma=np.log(3.0))
    assert set(model.signatures()) == {"serving_default", "encode"}
    function, specs = model.signatures()["encode"]
    assert list(specs) == ["x"]
    served = function(reals(1.0, -2.0))
    assert set(served) == {"z", "mu", "log_sigma", "reconstruction"}
    np.testing.assert_allclose(served["z"], [[2.5], [-3.5]], rtol=1e-6)
    np.testing.assert_allclose(served["mu"], served["z"])
    np.testing.assert_allclose(served["log_sigma"], np.log([[3.0], [3.0]]), rtol=1e-6)
    np.testing.assert_allclose(served["reconstruction"], [[8.5], [-9.5]], rtol=1e-6)


def test_the_picture_has_reconstructions_under_reals_and_samples(monkeypatch):
    shown = {}
    monkeypatch.setattr(pictures, "save_grid", lambda images, path, columns: shown.update(images=images, columns=columns))
    model = ALI(
        images_of_16(), inference.mlp_encoder(3, 4, gaussian=True, image_size=4), inference.mlp_discriminator(3, 4, image_size=4)
    )
    real = np.random.default_rng(0).uniform(-1, 1, (5, 4, 4, 1)).astype(np.float32)
    model.picture("samples.png", {"image": tf.constant(real)}, seed=3)
    rows = shown["images"].reshape(8, 5, 4, 4, 1)
    assert shown["columns"] == 5
    np.testing.assert_array_equal(rows[0], real)
    np.testing.assert_allclose(rows[1], model.reconstruct(real), atol=1e-6)
    np.testing.assert_allclose(rows[2::2].reshape(15, 4, 4, 1), model.generate(15, seed=3), atol=1e-6)


def images_of_16():
    z = keras.Input([3], name="z")
    return keras.Model(z, layers.Reshape([4, 4, 1])(layers.Dense(16, activation="tanh")(z)), name="generator")


def test_the_papers_networks_for_cifar10():
    encoder, generator, judge_ = networks.conv_encoder(), networks.conv_generator(), networks.conv_discriminator()
    assert [layer.filters for layer in of_type(encoder, layers.Conv2D)] == [32, 64, 128, 256, 512, 512]
    transposed = of_type(generator, layers.Conv2DTranspose)
    assert [layer.filters for layer in transposed] == [256, 128, 64, 32, 32, 32]
    assert [layer.output.shape[1] for layer in transposed] == [4, 10, 13, 28, 32, 32]
    assert generator.output_shape == (None, 32, 32, 3)
    slopes = [float(layer.negative_slope) for layer in of_type(encoder, layers.LeakyReLU)]
    assert slopes == pytest.approx(6 * [0.1])
    # Two pieces of each map.
    assert [layer.filters for layer in of_type(judge_, layers.Conv2D)] == [64, 128, 256, 512, 1024]
    assert sorted(layer.rate for layer in of_type(judge_, ReplicaDropout)) == [0.2] * 2 + [0.5] * 8
    assert np.std(encoder.get_layer("mu").kernel) == pytest.approx(0.01, rel=0.05)


def test_a_maxout_convolution_is_the_larger_of_its_two_pieces():
    x = keras.Input([6, 6, 2])
    network = keras.Model(x, networks._maxout_convolution(x, 3, 4, 1))
    convolution = of_type(network, layers.Conv2D)[0]
    images = np.random.default_rng(0).normal(size=(2, 6, 6, 2)).astype(np.float32)
    both = np.reshape(convolution(images), [2, 3, 3, 3, 2])
    np.testing.assert_allclose(network(images), both.max(axis=-1), rtol=1e-6)


def test_the_toys_encoder_reads_points_and_noise():
    network = networks.toy_encoder()
    x, epsilon = np.ones([3, 2]), np.zeros([3, 2])
    plain = network({"x": x, "epsilon": epsilon})["z"]
    assert np.abs(network({"x": x, "epsilon": epsilon + 1})["z"] - plain).max() > 1e-4
    assert np.abs(network({"x": x + 1, "epsilon": epsilon})["z"] - plain).max() > 1e-4
    assert len(of_type(network, BatchNormalization)) == 2
    assert not isinstance(networks.toy_discriminator().input, dict)


