"""WGAN-GP's claim: one set of settings trains architectures on which other losses fail."""

import itertools

import numpy as np

from tfgan_zoo.hub import models
from tfgan_zoo.reproduce import Check
from tfgan_zoo.training.callbacks import TrainingDiverged

CLAIM = (
    "With one set of settings the gradient penalty trains architectures that weight clipping and the GAN "
    "loss do not train; clipping drives the critic's weights to the walls of their box, the penalty does not."
)
PAPER = (
    "Table 2, 200 random architectures, Inception score above 5: only WGAN-GP trains 147, only GAN 0, both "
    "42; figure 2: only WGAN-GP trains all six and the DCGAN; figure 1: clipping drives weights to +-c"
)

CHECKS = [
    Check(
        "trained",
        "Architectures, of six, that WGAN-GP trains to the FID-C asked for",
        paper="189 of 200",
        headline=True,
    ),
    Check("lead_over_clipping", "Architectures trained by WGAN-GP, less those trained by WGAN with clipping"),
    Check(
        "lead_over_gan",
        "Architectures trained by WGAN-GP, less those trained by a GAN",
        paper="147 of 200",
        headline=True,
    ),
    Check(
        "clipped_at_walls", "Share of a clipped critic's weights within 5% of +-c, mean of the architectures"
    ),
    Check(
        "penalised_at_walls",
        "Share of WGAN-GP's critic's weights within 5% of +-c, mean of the architectures",
    ),
    Check("fresh_at_walls", "Share of an untrained critic's weights within 5% of +-c, once clipped"),
    Check("diverged", "Runs, of all losses, that diverged"),
    Check("undecided", "Pairs of loss and architecture whose success another seed could change"),
    Check(
        "nearest_to_bound",
        "Least distance of an architecture's FID-C, the median of its seeds, from the bound",
    ),
]

# What is not said is a DCGAN: batch norm in both networks, ReLU in G, LeakyReLU in D, twice the maps at half
# the resolution. Arguments of the generator and of the critic for each architecture.
ARCHITECTURES = {
    "no_norm_in_g": ({"norm": "none"}, {}),
    "tanh": ({"activation": "tanh"}, {"activation": "tanh"}),
    "mlp_g": ({"builder": "mlp.relu_generator", "hidden": 512}, {}),
    "constant_width": ({"widens": False}, {}),
    "deep_critic": ({}, {"depth": 8}),
    "no_norm": ({"norm": "none"}, {"norm": "none"}),
}

# Each loss with the config of its system and optimisers, the player that is its critic, and the norm there
# where an architecture has one: WGAN-GP takes layer norm for batch norm (section 5.2).
LOSSES = {
    "wgan_gp": ("wgan_gp/mnist", "critic", "layer"),
    "wgan": ("wgan/mnist", "critic", "batch"),
    "gan": ("dcgan/mnist", "discriminator", "batch"),
}


def measure(
    bench,
    steps,
    n_critic,
    rates,
    bound,
    data,
    networks,
    fid,
    batch_size,
    seeds,
    clip=0.01,
    only=tuple(ARCHITECTURES),
):
    """Trains the six architectures with the three losses, and counts those below a bound.

    Each loss has the optimiser of its own paper, for all architectures alike, and as many updates of its
    generator; critics have n_critic times as many under WGAN-GP and WGAN. A run whose losses or weights stop
    being finite has failed.

    Args:
        steps: updates of every generator.
        n_critic: updates of the critic for each of them, under WGAN-GP and WGAN.
        rates: the learning rate of both players, for each loss.
        bound: the FID-C that a success does not exceed. Its scale hangs on the image size, since smaller
            images lie on black for the classifier.
        data: `image_size` and `fit`.
        networks: `width` and `latent_dim`.
        fid: settings of FID-C.
        batch_size: of all runs.
        seeds: a list for each loss; the median of an architecture's FID-C over them counts. A loss whose
            scores lie at the bound takes several.
        clip: c of WGAN.
        only: the architectures.
    """
    scores, shares = {}, {"wgan_gp": [], "wgan": [], "fresh": []}
    for loss, (config_id, critic, norm) in LOSSES.items():
        common = {
            **_system_args(loss, n_critic, clip),
            **{f"optimizers.{player}.learning_rate": rates[loss] for player in (critic, "generator")},
            **{f"data.{name}": value for name, value in data.items()},
            **_run(steps, batch_size),
            "eval.fid": fid,
            "eval.inception_score": None,
            "eval.sliced_wasserstein": None,
        }
        for name, seed in itertools.product(only, seeds[loss]):
            pair = _pair(name, norm, critic, image_size=data["image_size"], **networks)
            variant = _trained(bench, f"{loss}_{name}", config_id, {**common, **pair}, seed)
            scores[loss, name, seed] = variant and variant.card["scores"][0]["value"]
            if variant and loss in shares:
                share = share_at_walls(variant.model.critic, clip)
                shares[loss].append(variant.note("share_at_walls", share))
            if variant and loss == "wgan":
                shares["fresh"].append(share_beyond(models.build(variant.config).critic, clip))
    return {**counted(scores, bound), **_figure_1(shares)}


def counted(scores, bound):
    """The counts of (loss, architecture, seed) -> FID-C, or None for a run that diverged."""
    of_seeds = {}
    for (loss, name, _), value in scores.items():
        of_seeds.setdefault((loss, name), []).append(np.inf if value is None else value)
    medians = {pair: np.median(values) for pair, values in of_seeds.items()}
    undecided = sum(
        abs(medians[pair] - bound) < np.std(values, ddof=1)
        for pair, values in of_seeds.items()
        if len(values) > 1 and np.isfinite(values).all()
    )
    trained = {loss: sum(m <= bound for (each, _), m in medians.items() if each == loss) for loss in LOSSES}
    return {
        "trained": trained["wgan_gp"],
        "lead_over_clipping": trained["wgan_gp"] - trained["wgan"],
        # It could be other by as many as are undecided.
        "lead_over_gan": (trained["wgan_gp"] - trained["gan"], undecided or None),
        "undecided": undecided,
        "diverged": sum(value is None for value in scores.values()),
        "nearest_to_bound": np.nanmin(np.abs(np.array(list(medians.values())) - bound)),
    }


def _figure_1(shares):
    """The means over architectures of lists of shares, of WGAN-GP, of WGAN and of its fresh critics."""
    mean = {name: np.mean(values) if values else np.nan for name, values in shares.items()}
    return {
        "clipped_at_walls": mean["wgan"],
        "penalised_at_walls": mean["wgan_gp"],
        # The first clipping alone puts these at the walls.
        "fresh_at_walls": mean["fresh"],
    }


def share_at_walls(network, clip, within=0.05):
    """The share of the entries w of all kernels with | |w| - clip | <= within * clip."""
    return float(np.mean(np.abs(_lengths(network) - clip) <= within * clip))


def share_beyond(network, clip, within=0.05):
    """The share that one clipping to [-clip, clip] leaves within that distance of its ends."""
    return float(np.mean(_lengths(network) >= (1 - within) * clip))


def _lengths(network):
    """|w| of all entries of all kernels; biases, scales and shifts are left out."""
    kernels = [v.numpy().ravel() for v in network.trainable_variables if len(v.shape) > 1]
    return np.abs(np.concatenate(kernels))


def _system_args(loss, n_critic, clip):
    """Overrides of a system's arguments; all have normal latents."""
    return {
        "wgan_gp": {"system_args.n_critic": n_critic},
        "wgan": {"system_args.n_critic": n_critic, "system_args.clip": clip},
        "gan": {"system_args.prior": "normal"},
    }[loss]


def _run(steps, batch_size):
    """Overrides for a run that saves and scores at its end alone."""
    return {
        "train.steps": steps,
        "train.batch_size": batch_size,
        "train.checkpoint_every": steps,
        "train.score_every": 2 * steps,
    }


def _pair(architecture, norm, critic, image_size, width, latent_dim):
    """Overrides that give a config the two networks of an architecture."""
    of_generator, of_critic = ARCHITECTURES[architecture]
    size = {"image_size": image_size, "channels": 1}
    if "builder" not in of_generator:
        of_generator = {"builder": "hard.generator", "width": width, **of_generator}
    return {
        "networks.generator": {**size, "latent_dim": latent_dim, **of_generator},
        f"networks.{critic}": {**size, "builder": "hard.critic", "width": width, "norm": norm, **of_critic},
    }


def _trained(bench, name, config_id, overrides, seed):
    """The trained variant, or None where it diverged."""
    try:
        return bench.train(name, config_id, overrides, seed)
    except TrainingDiverged as error:
        bench.say(f"{name} diverged from seed {seed}: {error}")
        return None
