"""VAE: the bound's terms by hand, a linear model whose likelihood is known, binarisation, schedules."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from scipy.stats import multivariate_normal, norm
from tiny import take_step

from tfgan_zoo import evaluation
from tfgan_zoo.hub.config import load_config
from tfgan_zoo.hub.models import build
from tfgan_zoo.losses import variational
from tfgan_zoo.systems.vae import networks
from tfgan_zoo.systems.vae.vae import VAE


def tiny(optimizer=None, image_size=4, **arguments):
    keras.utils.set_random_seed(1)
    model = VAE(
        networks.mlp_encoder(2, 6, image_size), networks.mlp_decoder(2, 6, image_size), **arguments
    )
    model.compile({"autoencoder": optimizer or keras.optimizers.Adam(0.01)})
    return model


def images(n=8, size=4):
    return np.random.default_rng(0).uniform(-1, 1, (n, size, size, 1)).astype(np.float32)


def test_the_divergence_by_hand():
    mu = tf.constant([[0.0, 0.0], [1.0, -2.0], [0.0, 0.0]])
    logvar = tf.math.log([[1.0, 1.0], [1.0, 1.0], [4.0, 1.0]])
    expected = [0, 2.5, (4 - 1 - np.log(4)) / 2]
    np.testing.assert_allclose(variational.divergence(mu, logvar), expected, rtol=1e-6)


def test_bernoulli_sums_over_pixels_and_does_not_overflow():
    x = tf.constant([1.0, 0.0, 1.0, 0.0], shape=[1, 2, 2, 1])
    np.testing.assert_allclose(variational.bernoulli(x, tf.zeros_like(x)), [-4 * np.log(2)], rtol=1e-6)
    sure = tf.constant([800.0, -800.0, -800.0, 800.0], shape=[1, 2, 2, 1])
    np.testing.assert_allclose(variational.bernoulli(x, sure), [-1600], rtol=1e-6)


def test_gaussian_is_the_normal_density():
    x, mean = images(3, 2), images(3, 2)[::-1]
    expected = norm.logpdf(x, mean, 0.3).sum(axis=(1, 2, 3))
    given = variational.gaussian(x, mean, tf.constant(2 * np.log(0.3), tf.float32))
    np.testing.assert_allclose(given, expected, rtol=1e-5)


def affine(layer, gains, offsets):
    layer.set_weights([np.diag(gains), offsets + np.zeros(2)])


def linear(a, b, variance):
    """x = (a z0 + 0.5, b z1 + 0.5) + noise, with its true posterior: (VAE, covariance of x)."""
    z = keras.Input([2])
    mean = keras.layers.Dense(2, name="mean")(z)
    decoder = keras.Model(z, keras.layers.Reshape([2, 1, 1])(mean), name="generator")
    image = keras.Input([2, 1, 1])
    pixels = keras.layers.Flatten()(image)
    code = {name: keras.layers.Dense(2, name=name)(pixels) for name in ("mu", "logvar")}
    encoder = keras.Model(image, code, name="encoder")
    gains = np.array([a, b])
    gains = np.array([a, b])
    affine(decoder.get_layer("mean"), gains, 0.5)
    # The encoder sees 2 x - 1, which is twice x less its mean.
    affine(encoder.get_layer("mu"), gains / (gains**2 + variance) / 2, 0)
    affine(encoder.get_layer("logvar"), 0 * gains, np.log(variance / (gains**2 + variance)))
    model = VAE(encoder, decoder, likelihood="gaussian", binarize=False)
    model.log_variance.assign(np.log(variance))
    return model, np.diag(gains**2 + variance)


def test_with_the_true_posterior_every_importance_weight_is_the_likelihood():
    model, covariance = linear(0.7, 1.5, 0.2)
    x = images(5, 2)[:, :, :1]
    exact = multivariate_normal([0.5, 0.5], covariance).logpdf((x.reshape(5, 2) + 1) / 2)
    for samples in (1, 7):
        np.testing.assert_allclose(model.importance_weighted_bound(x, samples), exact, rtol=1e-4)


def test_with_the_true_posterior_the_bound_is_tight():
    model, covariance = linear(0.7, 1.5, 0.2)
    x = images(1, 2)[:, :, :1]
    exact = multivariate_normal([0.5, 0.5], covariance).logpdf((x.ravel() + 1) / 2)
    many = np.repeat(x, 40_000, axis=0)
    bound = model.evidence_bound(many, batch_size=10_000)["evidence_bound"]
    assert abs(bound.mean() - exact) < 4 * bound.std() / 200 + 1e-3


def test_a_wrong_posterior_loosens_the_bound_and_importance_weights_tighten_it():
    model, covariance = linear(0.7, 1.5, 0.2)
    affine(model.encoder.get_layer("logvar"), np.zeros(2), 0.5)
    x = images(200, 2)[:, :, :1]
    exact = multivariate_normal([0.5, 0.5], covariance).logpdf((x.reshape(-1, 2) + 1) / 2).mean()
    bound = model.evidence_bound(x)["evidence_bound"].mean()
    few, many = (model.importance_weighted_bound(x, k).mean() for k in (5, 500))
    assert bound + 0.5 < few < many
    assert abs(many - exact) < 0.05


def test_the_losses_are_sums_over_pixels_and_latents_averaged_over_examples():
    model, x = tiny(binarize=False), images()
    noise = model.noise()
    noise.key()  # that of the binarisation
    epsilon = noise.latents("normal", [8, 2])
    code = {name: value.numpy() for name, value in model.encoder(x).items()}
    z = code["mu"] + np.exp(code["logvar"] / 2) * epsilon
    share = 1 / (1 + np.exp(-model.generator(z).numpy().astype(np.float64)))
    pixels = (x + 1) / 2
    cost = -(pixels * np.log(share) + (1 - pixels) * np.log(1 - share)).sum() / 8
    kl = (code["mu"] ** 2 + np.exp(code["logvar"]) - 1 - code["logvar"]).sum() / 2 / 8
    logs = model.train_step({"image": tf.constant(x)})
    np.testing.assert_allclose(logs["reconstruction"], cost, rtol=1e-5)
    np.testing.assert_allclose(logs["divergence"], kl, rtol=1e-5)
    np.testing.assert_allclose(logs["autoencoder_loss"], cost + kl, rtol=1e-5)


def test_the_divergences_weight_rises_to_beta_and_stays():
    model = tiny(beta=4.0, warmup_steps=2)
    weights = []
    for _ in range(4):
        logs = take_step(model, tf.constant(images()))
        weights.append((logs["autoencoder_loss"] - logs["reconstruction"]) / logs["divergence"])
    np.testing.assert_allclose(weights, [0, 2, 4, 4], atol=1e-3)


def test_one_step_moves_both_networks_and_the_learned_variance():
    model = tiny(keras.optimizers.SGD(0.01), likelihood="gaussian", binarize=False)
    before = [v.numpy() for v in model.player_variables("autoencoder")]
    model.train_step({"image": tf.constant(images())})
    after = [v.numpy() for v in model.player_variables("autoencoder")]
    assert all(np.abs(then - now).max() > 0 for then, now in zip(before, after))
    # Pixels are off by less than the first variance of 1.
    assert after[-1].shape == () and after[-1] < 0


def test_training_sees_pixels_binarised_anew_at_every_step(monkeypatch):
    model, seen = tiny(), []
    posterior = VAE._posterior
    monkeypatch.setattr(
        VAE, "_posterior", lambda m, x, training: seen.append(x) or posterior(m, x, training)
    )
    grey = tf.fill([2000, 4, 4, 1], -0.4)
    for _ in range(2):
        take_step(model, grey)
    first, second = (x.numpy() for x in seen)
    assert set(np.unique(first)) == {0.0, 1.0}
    np.testing.assert_allclose(first.mean(), 0.3, atol=0.01)
    np.testing.assert_allclose((first != second).mean(), 2 * 0.3 * 0.7, atol=0.01)


def test_bounds_are_of_one_binarised_set_fixed_by_the_seed():
    model, x = tiny(), images(30)
    first = model.evidence_bound(x, seed=1)
    for name, values in model.evidence_bound(x, seed=1, batch_size=7).items():
        np.testing.assert_allclose(values, first[name], rtol=1e-5)
    # The posterior's divergence depends on the pixels alone, not on the latent drawn.
    assert np.abs(first["divergence"] - model.evidence_bound(x, seed=2)["divergence"]).max() > 1e-4
    black_and_white = np.sign(x)
    np.testing.assert_allclose(
        model.evidence_bound(black_and_white, seed=1)["divergence"],
        model.evidence_bound(black_and_white, seed=2)["divergence"],
        rtol=1e-5,
    )


def test_samples_are_the_pixels_probabilities_and_reconstructions_decode_the_mean():
    model, x = tiny(), images(3)
    z = model.latents(5, seed=0)
    expected = 2 / (1 + np.exp(-model.generator(z).numpy())) - 1
    np.testing.assert_allclose(model.decode(z), expected, atol=1e-6)
    mu = model.encode(x)["mu"]
    np.testing.assert_allclose(model.reconstruct(x), model.decode(mu), atol=1e-6)


def test_the_gaussian_mean_is_read_in_0_1():
    model = tiny(likelihood="gaussian", binarize=False)
    mean = model.generator(model.latents(5, seed=0)).numpy()
    np.testing.assert_allclose(model.generate(5, seed=0), np.clip(2 * mean - 1, -1, 1), atol=1e-6)


@pytest.mark.parametrize(
    "arguments, complaint",
    [
        ({"likelihood": "laplace"}, "bernoulli or gaussian"),
        ({"likelihood": "gaussian"}, "set binarize to false"),
        ({"beta": -1.0}, "at least 0"),
    ],
)
def test_wrong_settings_are_refused(arguments, complaint):
    with pytest.raises(ValueError, match=complaint):
        tiny(**arguments)


def test_the_papers_networks_have_their_sizes():
    assert networks.mlp_encoder().count_params() == 785 * 500 + 501 * 40
    assert networks.mlp_decoder().count_params() == 21 * 500 + 501 * 784


def test_the_convolutional_decoder_is_not_squashed():
    decoder = networks.conv_decoder(latent_dim=2, image_size=8, width=2)
    decoder.trainable_variables[-1].assign([7.0])
    assert np.abs(decoder(np.zeros([1, 2], np.float32)) - 7.0).max() < 1


def test_the_protocols_name_what_a_bound_depends_on():
    config = load_config("vae/mnist", smoke=True)
    scores = {score["metric"]: score for score in evaluation.evaluate(build(config), config)}
    terms = [scores[f"evidence_bound/{name}"]["value"] for name in ("reconstruction", "divergence")]
    np.testing.assert_allclose(scores["evidence_bound"]["value"], -sum(terms), rtol=1e-6)
    protocol = scores["importance_weighted_bound"]["protocol"]
    assert protocol["unit"] == "nats" and protocol["importance_samples"] == 20
    assert protocol["n_real"] == 8 and protocol["pixels"] == "binarised once, by the seed"
