"""The GAN's claims: competitive Parzen likelihood, the optimal discriminator, the better gradient, replay."""

import keras
import numpy as np
import tensorflow as tf

from tfgan_zoo.hub.config import load_config
from tfgan_zoo.losses import adversarial
from tfgan_zoo.networks import mlp
from tfgan_zoo.reproduce import at_least, at_most, reported

CLAIM = (
    "An adversarially trained MLP matches the best generators of its day on MNIST; D tends to "
    "p_d / (p_d + p_g); -log D keeps its gradient where log(1 - D) has lost it; a D that also sees old fakes "
    "keeps G from rotating among modes."
)
PAPER = "Table 1: Parzen log-likelihood 225 +- 2 nats (deep belief net 138 +- 2); proposition 1; section 3"


def check(bench, steps, samples, ring_steps, ring_seeds, replay=10240, seed=0, parzen=True, toy_steps=3000):
    """Trains the MNIST model, small discriminators against fixed generators on the line, and rings.

    Args:
        steps: updates of each player on MNIST.
        samples: of the Parzen window.
        ring_steps, ring_seeds: updates of each player on the ring, and a list of seeds.
        replay: slots of the pool there.
        parzen: whether to take it, which needs the splits of MNIST.
        toy_steps: updates of each small discriminator at most.
    """
    mnist = bench.train("gan", "gan/mnist", {"train.seed": seed, "train.steps": steps})
    checks = []
    if parzen:
        value = mnist.score("parzen_log_likelihood", samples=samples)
        checks.append(at_least("Parzen log-likelihood in nats", value, 180))
    line = bench.shipped("gaussian_1d", "gan/gaussian_1d")
    found = {score["metric"]: score["value"] for score in line.card["scores"]}
    lead = found["log_likelihood/kde_train"] - found["log_likelihood/kde_samples"]
    return [
        *checks,
        at_most("mean |D - p_d / (p_d + p_g)| for a fixed generator", optimum_gap(toy_steps, seed), 0.05),
        at_least(
            "generator gradient, -log D over log(1 - D), once D(G(z)) <= 0.02",
            gradient_ratio(toy_steps, seed),
            20,
        ),
        at_most("1-D held-out log-likelihood, KDE of data less KDE of samples", lead, 0.5),
        *(reported(f"1-D held-out {name}", value) for name, value in found.items()),
        *replay_on_the_ring(bench, ring_steps, ring_seeds, replay),
    ]


def replay_on_the_ring(bench, steps, seeds, slots):
    """Modes covered with a pool of `slots` old fakes and with none, for each seed.

    Networks, optimisers, batch and minimax loss are those of the demo of Metz et al. 2017 without unrolling;
    but the players move in turn, as in algorithm 1.
    """
    demo = load_config("unrolled_gan/ring8", smoke=bench.smoke).as_dict()
    common = {
        "networks": demo["networks"],
        "optimizers": demo["optimizers"],
        "system_args.generator_loss": "minimax",
        "train.batch_size": demo["train"]["batch_size"],
        "train.steps": steps,
        "train.score_every": steps,
        "eval.held_out_log_likelihood": None,
    }
    modes = {}
    for size in (slots, 0):
        runs = [
            bench.train(f"ring_replay{size}", "gan/ring8", {**common, "system_args.replay": size}, seed)
            for seed in seeds
        ]
        modes[size] = np.mean([run.score("mode_coverage") for run in runs])
    lead = modes[slots] - modes[0]
    return [
        at_least(f"modes on the ring with replay less without, means of {len(seeds)} seeds", lead, 1),
        reported("modes with replay", modes[slots]),
        reported("modes without", modes[0]),
    ]


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
    for objective in (adversarial.generator_non_saturating, adversarial.generator_minimax):
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
            loss = adversarial.discriminator(network(real), network(fake))
        variables = network.trainable_variables
        optimizer.apply(tape.gradient(loss, [v.value for v in variables]), variables)

    return train
