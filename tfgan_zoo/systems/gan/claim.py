"""The GAN's claims: competitive likelihood of digits, the optimal discriminator, and the better gradient."""

import keras
import numpy as np
import tensorflow as tf

from tfgan_zoo.losses import gan
from tfgan_zoo.networks import mlp
from tfgan_zoo.reproduce import Check

CLAIM = (
    "An adversarially trained MLP matches the best generators of its day on MNIST; D tends to "
    "p_d / (p_d + p_g); -log D keeps its gradient where log(1 - D) has lost it."
)
PAPER = "Table 1: Parzen log-likelihood 225 +- 2 nats (deep belief net 138 +- 2); proposition 1; section 3"

CHECKS = [
    Check(
        "parzen_less_3_errors",
        "Parzen log-likelihood of MNIST test images less three standard errors, in nats",
        paper="219 (225, standard error 2); the deep belief net's is 138",
        headline=True,
    ),
    Check(
        "optimum_gap",
        "Mean |D - p_d / (p_d + p_g)| of a trained D before a fixed generator on the line",
        paper="0 (proposition 1)",
        headline=True,
    ),
    Check(
        "gradient_ratio",
        "Generator's gradient by -log D over that by log(1 - D), once D gives samples at most 0.02",
    ),
    Check(
        "density_gap",
        "Held-out log-likelihood of one Gaussian on the line: density of the training points less that of "
        "samples, in nats",
    ),
    Check("parzen", "Parzen log-likelihood of MNIST test images, in nats", paper="225"),
    Check("modes", "Modes covered of eight Gaussians on a ring"),
    Check("modes_with_replay", "Modes covered of eight Gaussians on a ring where D also sees old fakes"),
    Check("quality", "Share of samples near a mode of the ring (3 standard deviations)"),
    Check("quality_with_replay", "Share of samples near a mode of the ring where D also sees old fakes"),
]


def measure(bench, parzen, toy_steps=3000, seed=0):
    """Measures the weights that ship, and trains small discriminators and a ring with old fakes.

    Args:
        parzen: settings of the Parzen window.
        toy_steps: updates of each small discriminator at most.
    """
    digits = bench.shipped("gan", "gan/mnist", seed)
    likelihood = digits.score("parzen_log_likelihood", **parzen)
    line = _scores(bench.shipped("gaussian_1d", "gan/gaussian_1d", seed))
    ring = _scores(bench.shipped("ring8", "gan/ring8", seed))
    replay = _scores(bench.train("ring8_replay", "gan/ring8_replay", seed=seed))
    return {
        "parzen_less_3_errors": likelihood - 3 * digits.values["parzen_log_likelihood/error"],
        "optimum_gap": optimum_gap(toy_steps, seed),
        "gradient_ratio": gradient_ratio(toy_steps, seed),
        "density_gap": line["log_likelihood/kde_train"] - line["log_likelihood/kde_samples"],
        "parzen": likelihood,
        "modes": ring["modes"],
        "modes_with_replay": replay["modes"],
        "quality": ring["high_quality_share"],
        "quality_with_replay": replay["high_quality_share"],
    }


def _scores(variant):
    """The scores on a variant's card by metric."""
    return {score["metric"]: score["value"] for score in variant.card["scores"]}


def optimum_gap(steps, seed, batch=512):
    """Proposition 1: p_d = N(1, 0.5^2) against a fixed p_g = N(-0.5, 1), both known exactly."""
    keras.utils.set_random_seed(seed)
    network = mlp.toy_discriminator(hidden=64, data_dim=1)
    train = _trainer(network, learning_rate=1e-3)
    rng = np.random.default_rng(seed)

    def draw(count):
        return rng.normal(1, 0.5, (count, 1)), rng.normal(-0.5, 1, (count, 1))

    for _ in range(steps):
        train(*(tf.constant(x, tf.float32) for x in draw(batch)))
    points = np.concatenate(draw(5000))
    density = [np.exp(-0.5 * ((points - m) / s) ** 2) / s for m, s in ((1, 0.5), (-0.5, 1))]
    optimum = density[0] / (density[0] + density[1])
    found = tf.sigmoid(network(tf.constant(points, tf.float32))).numpy()
    return float(np.abs(found - optimum).mean())


def gradient_ratio(steps, seed, batch=512):
    """|dL/dtheta_G| of -log D over that of log(1 - D), for a D that rejects this G."""
    keras.utils.set_random_seed(seed)
    generator = mlp.toy_generator(latent_dim=8, hidden=64, data_dim=1)
    network = mlp.toy_discriminator(hidden=64, data_dim=1)
    train = _trainer(network, learning_rate=1e-3)
    rng = np.random.default_rng(seed)
    z = tf.constant(rng.normal(size=(batch, 8)), tf.float32)
    fake = generator(z)
    for _ in range(steps):
        train(tf.constant(rng.normal(4, 0.5, (batch, 1)), tf.float32), fake)
        if tf.reduce_mean(tf.sigmoid(network(fake))) <= 0.02:
            break
    norms = []
    for objective in (gan.generator_non_saturating, gan.generator_minimax):
        with tf.GradientTape() as tape:
            loss = objective(network(generator(z)))
        gradients = tape.gradient(loss, [v.value for v in generator.trainable_variables])
        norms.append(float(tf.linalg.global_norm(gradients)))
    return norms[0] / norms[1]


def _trainer(network, learning_rate):
    """A compiled function (real, fake) that takes one discriminator step of Adam."""
    optimizer = keras.optimizers.Adam(learning_rate)
    optimizer.build(network.trainable_variables)

    @tf.function
    def train(real, fake):
        with tf.GradientTape() as tape:
            loss = gan.discriminator(network(real), network(fake))
        variables = network.trainable_variables
        optimizer.apply(tape.gradient(loss, [v.value for v in variables]), variables)

    return train
