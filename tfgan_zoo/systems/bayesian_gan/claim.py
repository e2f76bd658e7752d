"""BayesianGAN's claim: with few labels it errs less than the same discriminator on the labels alone."""

import numpy as np

from tfgan_zoo.hub.config import load_config
from tfgan_zoo.reproduce import Check
from tfgan_zoo.reproduce.few_labels import errors

CLAIM = "A posterior over discriminators that learns from images without labels, too, needs few labels."
PAPER = "79 ± 5.8 errors in the 10,000 test images of MNIST with 100 labels (not looked up)"

CHECKS = [
    Check(
        "error_ratio",
        "Test error with 100 labels over that of the same discriminator on the labels alone, median of draws",
        headline=True,
    ),
    Check("error", "Test error with 100 labels, median of three draws", paper="0.0079"),
    Check("supervised_error", "Test error of the discriminator on the labels alone, median of three draws"),
    Check("point_error", "Test error of one generator and one discriminator, without noise or samples"),
]

CONFIG = "bayesian_gan/mnist"


def measure(bench, seeds, split):
    """Trains Bayesian GAN and its baseline on each draw of labels; and once a GAN that is no posterior.

    Args:
        seeds: list of seeds, of the draws of labels and of the trainings.
        split: whose images are classified.
    """
    ours, supervised = errors(bench, "bayesian_gan", CONFIG, seeds, split)
    stages = load_config(CONFIG, smoke=bench.smoke).as_dict()["train"]["stages"]
    overrides = {"data.labelled_seed": seeds[0], "eval": None, **point_estimate(stages)}
    point = bench.train("point", CONFIG, overrides, seeds[0])
    return {
        "error_ratio": np.median(ours / supervised),
        "error": np.median(ours),
        "supervised_error": np.median(supervised),
        "point_error": point.score("test_error", split=split),
    }


def point_estimate(stages):
    """Overrides for one network of each kind that descends throughout, at temperature 0.

    Args:
        stages: list of dicts, those of the config.
    """
    cold = [{**stage, "optimizers": _without_noise(stage["optimizers"])} for stage in stages]
    return {"system_args.generator_chains": 1, "system_args.samples": 0, "train.stages": cold}


def _without_noise(optimizers):
    return {player: {**each, "temperature": 0.0} for player, each in optimizers.items()}
