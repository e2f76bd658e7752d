"""ALI's claim: its encoder's draws fill the prior, which those of an encoder regressed on a trained GAN do not."""

import numpy as np

from tfgan_zoo.random import draws
from tfgan_zoo.reproduce import Check
from tfgan_zoo.reproduce.reconstructions import classes_kept, labelled_images

CLAIM = "Inference that is learned together with generation draws latents of real images that fill the prior."
PAPER = (
    "Section 4.5: of 25 Gaussians ALI covers 13.4 +- 5.8 and a GAN 10.4 +- 9.2, and encoders learned of a GAN's samples "
    "invert it less well; table 1: 7.42% test error on SVHN with 1,000 labels"
)

CHECKS = [
    Check(
        "variance",
        "Mean variance of the latents drawn of test images, 1 for the prior, median of the seeds",
        headline=True,
    ),
    Check(
        "variance_ratio",
        "Mean variance of latents of test images, ALI over an encoder regressed on a GAN, median of the seeds",
        headline=True,
    ),
    Check("variance_regressed", "Mean variance of latents by an encoder regressed on a GAN, median of the seeds"),
    Check("kept", "Share of test digits whose reconstruction is the same digit, median of the seeds"),
    Check("kept_regressed", "Share of test digits kept by an encoder regressed on a GAN, median of the seeds"),
    Check("modes", "Modes of 25 Gaussians that ALI covers, median of the seeds", paper="13.4"),
    Check("modes_gan", "Modes of 25 Gaussians that a GAN of the same networks covers, median of the seeds", paper="10.4"),
]

CONFIG, GRID = "ali/mnist", "ali/grid25"


def measure(bench, seeds, extractor, steps, grid_steps, split="test", samples=10000):
    """Trains ALI, and a GAN of the same networks whose encoder regresses latents of its samples, from each seed.

    Args:
        seeds: list of seeds.
        extractor: the classifier that reads reconstructions.
        steps: updates of each on images.
        grid_steps: updates on 25 Gaussians, of ALI and of a GAN.
        split: of the images that are encoded.
        samples: points of which modes are counted.
    """
    common = {"train.steps": steps, "eval": None}
    found = {"ali": [], "regressed": []}
    for seed in seeds:
        ali = bench.train("ali", CONFIG, common, seed)
        regressed = bench.train("regressed", CONFIG, {**common, **_as_regressor(ali.config)}, seed)
        images, labels = labelled_images(ali.config, split)
        for name, variant in (("ali", ali), ("regressed", regressed)):
            kept = classes_kept(variant.model.reconstruct(images), labels, extractor)
            variance = variant.note("variance", latent_variance(variant.model.encode(images), seed))
            found[name].append((variance, variant.note("kept", kept)))
    ours, theirs = (np.array(values).T for values in found.values())
    on_grid = {"train.steps": grid_steps, "train.score_every": grid_steps, "eval": None}
    modes = {
        name: [
            bench.train(name, GRID, {**on_grid, **other}, seed).score("mode_coverage", samples=samples)
            for seed in seeds
        ]
        for name, other in (("grid_ali", {}), ("grid_gan", _AS_GAN))
    }
    return {
        "variance": np.median(ours[0]),
        "variance_ratio": np.median(ours[0] / theirs[0]),
        "variance_regressed": np.median(theirs[0]),
        "kept": np.median(ours[1]),
        "kept_regressed": np.median(theirs[1]),
        "modes": np.median(modes["grid_ali"]),
        "modes_gan": np.median(modes["grid_gan"]),
    }


# A GAN has no encoder, and its discriminator sees no latents.
_AS_GAN = {
    "system": "gan",
    "system_args.prior": "normal",
    "networks.encoder": None,
    "networks.discriminator.latent_dim": None,
}


def _as_regressor(config):
    """Overrides that make a GAN of a config of ALI, whose encoder learns the latents of its samples."""
    return {
        "system": "bigan",
        "system_args": {"objective": "latent_regressor", "weight_decay": 0.0, "prior": "normal"},
        "networks.encoder.gaussian": None,
        "networks.discriminator.latent_dim": None,
        "optimizers.encoder": config.optimizers["generator"].model_dump(by_alias=True),
    }


def latent_variance(code, seed):
    """The mean diagonal of the covariance of latents, a float.

    Args:
        code: {"z": [n, d]}, or {"mu", "log_sigma"} beside, of which latents are drawn.
        seed: of the draw.
    """
    z = code["z"]
    if "mu" in code:
        z = code["mu"] + np.exp(code["log_sigma"]) * draws.normal(z.shape, [seed, 0]).numpy()
    return float(z.var(axis=0).mean())
