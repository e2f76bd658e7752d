"""BGAN's claim: ratios of a discriminator train a generator of discrete pixels, through which no gradient passes."""

import numpy as np

from tfgan_zoo.reproduce import Check

CLAIM = "Weighted by a discriminator's density ratios, draws train a generator of discrete images."
PAPER = "Abstract and section 4: discrete images, text and faces, judged by eye; no number is given"

CHECKS = [
    Check(
        "fid_ratio",
        "FID-C of black and white digits, draws weighted by their ratios over all alike, median of the seeds",
        headline=True,
    ),
    Check("fid", "FID-C with draws weighted by their ratios, median of the seeds"),
    Check("fid_uniform", "FID-C with draws weighted alike, median of the seeds"),
    Check("effective_samples", "Effective number of the draws of a latent at the end of training, median of the seeds"),
    Check(
        "fid_continuous",
        "FID-C on continuous pixels with five steps of the generator for each of the discriminator",
    ),
]

CONFIG = "bs_gan/mnist"


def measure(bench, seeds, steps, samples, extractor, split="test"):
    """Trains, from each seed, on weighted draws and on draws that weigh alike; from the first on continuous pixels.

    Args:
        seeds: list of seeds.
        steps: updates of each player, fewer than of the weights that ship.
        samples, extractor, split: of FID-C.
    """

    common = {"eval": None, "train.steps": steps, "train.score_every": steps // 3}

    def trained(name, seed, **overrides):
        variant = bench.train(name, CONFIG, {**common, **overrides}, seed)
        return variant, variant.score("fid", extractor=extractor, samples=samples, split=split)

    ratio, uniform, effective = [], [], []
    for seed in seeds:
        variant, fid = trained("ratio", seed)
        ratio.append(fid)
        rows = [row["effective_samples"] for row in variant.losses]
        effective.append(variant.note("effective_samples", np.mean(rows[-20:])))
        uniform.append(trained("uniform", seed, **{"system_args.weighting": "uniform"})[1])
    continuous = {
        "system_args.pixels": "continuous",
        "system_args.generator_steps": 5,
        "networks.generator.activation": "tanh",
    }
    return {
        "fid_ratio": float(np.median(np.divide(ratio, uniform))),
        "fid": float(np.median(ratio)),
        "fid_uniform": float(np.median(uniform)),
        "effective_samples": float(np.median(effective)),
        "fid_continuous": trained("continuous", seeds[0], **continuous)[1],
    }
