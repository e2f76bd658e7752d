"""WGAN's claim: a loss that falls as samples improve, and gradients where a discriminator has none."""

import keras
import numpy as np
import tensorflow as tf

from tfgan_zoo.losses import gan, wasserstein
from tfgan_zoo.networks import mlp
from tfgan_zoo.reproduce import Check
from tfgan_zoo.reproduce.probes import correlation_along

CLAIM = "The critic's estimate correlates with sample quality, and training does not need batch norm."
PAPER = (
    "Figures 3 and 4: the Wasserstein estimate falls as samples improve while the JS estimate does "
    "not; figure 2: the critic's gradient stays where the discriminator's vanishes; figures 6 and 7: "
    "an MLP generator without batch norm trains under WGAN and collapses under GAN"
)


CHECKS = [
    Check(
        "estimate_correlation",
        "Spearman correlation of the Wasserstein estimate with FID-C along training",
        headline=True,
    ),
    Check(
        "correlation_lead",
        "Spearman correlation of the Wasserstein estimate with FID-C, less that of a GAN's JS estimate",
    ),
    Check("mlp_fid_ratio", "FID-C of an MLP generator without batch norm, WGAN over GAN", headline=True),
    Check("slope_ratio", "Mean slope at the fakes of a trained critic, over that of a trained discriminator"),
    Check("js_correlation", "Spearman correlation of DCGAN's JS estimate with FID-C along training"),
    Check("mlp_fid", "FID-C of an MLP generator without batch norm under WGAN"),
    Check("mlp_fid_gan", "FID-C of an MLP generator without batch norm under GAN"),
]


def measure(
    bench, steps, mlp_steps, score_every, samples, extractor, window, split="test", toy_steps=2000, seed=0
):
    """Trains WGAN and DCGAN of equal size for `steps`, and both with the MLP generator.

    Args:
        steps, mlp_steps: generator updates of each run.
        score_every: generator updates between two scorings.
        samples, extractor, split: of FID-C.
        window: how many logged losses before a scoring give its median.
        toy_steps: updates of a critic and of a discriminator on the line.
    """
    fid = {"fid": {"extractor": extractor, "split": split, "samples": samples}}
    common = {"train.steps": steps, "train.score_every": score_every, "eval": fid}
    wgan = bench.train("wgan", "wgan/mnist", common, seed)
    dcgan = bench.train("dcgan", "dcgan/mnist", {**common, **_size_of(wgan.config)}, seed)
    estimate = correlation_along(wgan, lambda row: -row["critic_loss"], window)
    # The discriminator's loss bounds the Jensen-Shannon divergence: JS >= log 2 - L_D / 2.
    jensen_shannon = correlation_along(dcgan, lambda row: np.log(2) - row["discriminator_loss"] / 2, window)
    wgan.note("spearman", estimate)
    dcgan.note("spearman", jensen_shannon)

    image_size = wgan.config.networks["generator"].arguments["image_size"]
    plain = {
        **common,
        "train.steps": mlp_steps,
        "train.score_every": mlp_steps,
        "networks.generator": {"builder": "mlp.relu_generator", "image_size": image_size, "channels": 1},
    }
    with_critic = bench.train("wgan_mlp", "wgan/mnist", plain, seed)
    with_discriminator = bench.train(
        "gan_mlp", "dcgan/mnist", {**plain, **_size_of(wgan.config, players=["discriminator"])}, seed
    )
    scores = [variant.scores[-1]["fid"] for variant in (with_critic, with_discriminator)]
    critic_slope, discriminator_slope = slopes(toy_steps, seed=seed)
    return {
        "estimate_correlation": estimate,
        "correlation_lead": estimate - abs(jensen_shannon),
        "mlp_fid_ratio": scores[0] / scores[1],
        "slope_ratio": critic_slope / discriminator_slope,
        "js_correlation": jensen_shannon,
        "mlp_fid": scores[0],
        "mlp_fid_gan": scores[1],
    }


def _size_of(config, players=("generator", "discriminator")):
    """Overrides that give DCGAN the width, image size and batch of a WGAN config."""
    width = config.networks["critic"].arguments["width"]
    size = config.networks["critic"].arguments["image_size"]
    sizes = {"train.batch_size": config.train.batch_size}
    for player in players:
        sizes[f"networks.{player}.width"] = width
        sizes[f"networks.{player}.image_size"] = size
    return sizes


def slopes(steps, batch=256, clip=0.1, seed=0):
    """Figure 2: mean |f'(x)| and mean |D'(x)| on fakes N(-3, 0.5), real N(3, 0.5), both trained out.

    Returns:
        (of the clipped critic, of the sigmoid of the discriminator's logit).
    """
    keras.utils.set_random_seed(seed)
    networks = {name: mlp.toy_discriminator(hidden=64, data_dim=1) for name in ("critic", "discriminator")}
    optimizers = {"critic": keras.optimizers.RMSprop(1e-3), "discriminator": keras.optimizers.Adam(1e-3)}
    losses = {"critic": wasserstein.critic, "discriminator": gan.discriminator}
    for name, network in networks.items():
        optimizers[name].build(network.trainable_variables)

    @tf.function
    def step(real, fake):
        for name, network in networks.items():
            with tf.GradientTape() as tape:
                loss = losses[name](network(real), network(fake))
            gradients = tape.gradient(loss, network.trainable_variables)
            optimizers[name].apply(gradients, network.trainable_variables)
        for weight in networks["critic"].trainable_variables:
            weight.assign(tf.clip_by_value(weight.value, -clip, clip))

    rng = np.random.default_rng(seed)
    for _ in range(steps):
        real, fake = (rng.normal(mean, 0.5, (batch, 1)).astype(np.float32) for mean in (3, -3))
        step(real, fake)
    fakes = tf.constant(rng.normal(-3, 0.5, (1000, 1)), tf.float32)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(fakes)
        score = networks["critic"](fakes)
        share = tf.sigmoid(networks["discriminator"](fakes))
    return tuple(float(tf.reduce_mean(tf.abs(tape.gradient(out, fakes)))) for out in (score, share))
