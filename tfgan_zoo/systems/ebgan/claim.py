"""EBGAN's claim: raising the energy of fakes up to a margin is what keeps its samples apart."""

import numpy as np
from scipy.special import entr, log_softmax

from tfgan_zoo.evaluation.references import extractor_of, held_out_batch
from tfgan_zoo.losses import energy
from tfgan_zoo.metrics.neighbours import mean_distance
from tfgan_zoo.reproduce import Check
from tfgan_zoo.reproduce.probes import at_end
from tfgan_zoo.utils.batching import in_batches

CLAIM = (
    "Where the energy of fakes is raised up to a margin, samples are as diverse as the data; without a margin "
    "they fall to the image that the auto-encoder reconstructs best."
)
PAPER = (
    "Theorems 1 and 2: at a Nash equilibrium samples are distributed as the data, and the value is the margin; "
    "figures 2 and 3: over 512 settings on MNIST, modified inception scores above those of GANs"
)

CHECKS = [
    Check(
        "diversity",
        "Mean distance of two samples over that of two reals, with a margin of 10, median of the seeds",
        headline=True,
    ),
    Check(
        "diversity_without_margin",
        "Mean distance of two samples over that of two reals, with a margin of 0, median of the seeds",
        headline=True,
    ),
    Check("energy_of_reals", "Energy of reals at the end, with a margin of 10, median of the seeds"),
    Check("energy_of_fakes", "Energy of samples at the end, with a margin of 10, median of the seeds"),
    Check("cosine", "Mean squared cosine of two samples' codes, with the pulling-away term"),
    Check("cosine_of_reals", "Mean squared cosine of two reals' codes, with the pulling-away term"),
    Check("cosine_without_term", "Mean squared cosine of two samples' codes, without the pulling-away term"),
    Check("grid_lead", "Share of fully connected settings in which EBGAN's modified inception score is above a GAN's"),
    Check("grid_score", "Modified inception score of EBGAN, mean of the settings, in nats"),
    Check("grid_score_gan", "Modified inception score of the GAN, mean of the settings, in nats"),
]

CONFIG = "ebgan/mnist"

_OF_GRID = {
    "ebgan": {"judge": "fc_autoencoder", "overrides": {}},
    "gan": {"judge": "fc_discriminator", "overrides": {"system": "gan", "system_args.prior": "normal"}},
}


def measure(bench, seeds, steps, samples, grid):
    """Trains EBGAN with a margin and without from each seed, once without its pulling-away term, and a grid.

    Args:
        seeds: list of seeds.
        steps: updates of each player.
        samples: drawn of each model, and as many reals.
        grid: arguments of `over_grid` but for the seed, which is the first, and the sizes.
    """
    common = {"train.steps": steps, "train.score_every": steps, "eval": None}
    no_margin, no_term = ({**common, f"system_args.{name}": 0.0} for name in ("margin", "pulling_away"))
    variants = [bench.train("ebgan", CONFIG, common, seed) for seed in seeds]
    without = [bench.train("no_margin", CONFIG, no_margin, seed) for seed in seeds]
    first, untermed = variants[0], bench.train("no_term", CONFIG, no_term, seeds[0])
    real = held_out_batch(first.config, samples)["image"].numpy()
    return {
        "diversity": np.median([_diversity(*each, real) for each in zip(variants, seeds)]),
        "diversity_without_margin": np.median([_diversity(*each, real) for each in zip(without, seeds)]),
        "energy_of_reals": np.median([at_end(variant.losses, "energy_of_reals", 0.1) for variant in variants]),
        "energy_of_fakes": np.median([at_end(variant.losses, "energy_of_fakes", 0.1) for variant in variants]),
        "cosine": _cosine(first, first.model.generate(samples, seed=seeds[0])),
        "cosine_of_reals": _cosine(first, real),
        "cosine_without_term": _cosine(untermed, untermed.model.generate(samples, seed=seeds[0])),
        **over_grid(bench, _sizes(first.config), seed=seeds[0], **grid),
    }


def _diversity(variant, seed, real):
    made = variant.model.generate(len(real), seed=seed)
    return variant.note("diversity", mean_distance(made) / mean_distance(real))


def _sizes(config):
    arguments = config.networks["generator"].arguments
    return {name: arguments[name] for name in ("image_size", "channels")}


def _cosine(variant, images):
    codes = in_batches(lambda rows: variant.model.autoencode(rows)["code"], images, 250)
    return float(energy.pulling_away(codes))


def over_grid(bench, sizes, settings, steps, extractor, samples, seed):
    """Trains EBGAN and a non-saturating GAN with the fully connected networks of each setting.

    Args:
        sizes: arguments of all networks, {"image_size", "channels"}.
        settings: list of {"generator": arguments of `networks.fc_generator`, "hidden": units of D}; the GAN's D
            has two layers, as EBGAN's has, an encoder and a decoder.
        steps: updates of each player.
        extractor, samples: of the modified inception score.
    """
    common = {"train.steps": steps, "train.score_every": steps, "eval": None}
    scores = []
    for place, setting in enumerate(settings):
        generator = {"builder": "ebgan.fc_generator", **setting["generator"], **sizes}
        pair = []
        for name, own in _OF_GRID.items():
            judge = {"builder": f"ebgan.{own['judge']}", "hidden": setting["hidden"], **sizes}
            networks = {"networks.generator": generator, "networks.discriminator": judge}
            overrides = {**common, **networks, **own["overrides"]}
            variant = bench.train(f"grid{place}_{name}", CONFIG, overrides, seed)
            logits = extractor_of(extractor)(variant.model.generate(samples, seed=seed))["logits"]
            pair.append(variant.note("modified_inception_score", modified_inception_score(logits)))
        scores.append(pair)
    ours, theirs = np.array(scores).T
    return {"grid_lead": np.mean(ours > theirs), "grid_score": ours.mean(), "grid_score_gan": theirs.mean()}


def modified_inception_score(logits):
    """E_x KL(p(y) || p(y | x)) with p(y) = E_x p(y | x), in nats, of logits [n, classes]: section 4.1."""
    log_p = log_softmax(logits, axis=1)
    p = np.exp(log_p).mean(axis=0)
    return float(-entr(p).sum() - (p * log_p.mean(axis=0)).sum())
