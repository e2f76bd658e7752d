"""Improved GAN's claim: with few labels it errs far less than the same discriminator trained on the labels alone."""

import numpy as np

from tfgan_zoo.reproduce import Check, probes
from tfgan_zoo.reproduce.few_labels import errors

CLAIM = "Fakes as one class more, and unlabelled images, halve the error of a classifier that has few labels."
PAPER = "Table 1: 93 ± 6.5 errors on the 10,000 test images of MNIST with 100 labels"

CHECKS = [
    Check(
        "error_ratio",
        "Test error with 100 labels over that of the same discriminator trained on the labels alone, median of draws",
        headline=True,
    ),
    Check("error", "Test error with 100 labels, median of draws", paper="0.0093"),
    Check("supervised_error", "Test error of the discriminator trained on the labels alone, median of draws"),
    Check("modes_minibatch", "Modes of 25 Gaussians that a GAN with minibatch discrimination hits, mean of seeds"),
    Check("modes_plain", "Modes of 25 Gaussians that the same GAN hits without it, mean of seeds"),
]

CONFIG, TOY = "improved_gan/mnist", "gan/grid25"


def measure(bench, seeds, split, toy):
    """Trains it and its baseline on each draw of labels, and toys with and without minibatch discrimination.

    Args:
        seeds: list of seeds, of the draws of labels and of the trainings.
        split: whose images are classified.
        toy: {"seeds", "steps", "kernels", "samples"} of the toys.
    """
    ours, supervised = errors(bench, "improved_gan", CONFIG, seeds, split)
    return {
        "error_ratio": np.median(ours / supervised),
        "error": np.median(ours),
        "supervised_error": np.median(supervised),
        "modes_minibatch": _modes(bench, "minibatch", toy["kernels"], **toy),
        "modes_plain": _modes(bench, "plain", 0, **toy),
    }


def _modes(bench, name, minibatch_kernels, seeds, steps, samples, **_):
    """Modes that a GAN's samples hit, the mean of seeds and its standard error."""
    overrides = {
        "networks.discriminator.minibatch_kernels": minibatch_kernels,
        "train.steps": steps,
        "train.score_every": steps,
        "eval": None,
    }
    runs = [bench.train(name, TOY, overrides, seed) for seed in seeds]
    return probes.mean_and_error([run.score("mode_coverage", samples=samples) for run in runs])
