"""The conditional GAN's claim: each row shows the digit that was asked for."""

import numpy as np

from tfgan_zoo import data
from tfgan_zoo.metrics.neighbours import mean_distance
from tfgan_zoo.reproduce import Check

CLAIM = "A generator that is given a label draws that digit, in many ways."
PAPER = "Figure 2: rows of MNIST digits, a label a row; table 1: Parzen log-likelihood 132 +- 1.8"

CHECKS = [
    Check("accuracy", "Share of digits that are the ones asked for", headline=True),
    Check("permuted_accuracy", "Share of digits that are the ones asked for, trained on permuted labels"),
    Check("least_spread", "Least distance between samples of a class, as a share of that between reals"),
    Check("parzen", "Parzen log-likelihood of MNIST test images, in nats", paper="132 (standard error 1.8)"),
]


def measure(bench, steps, extractor, samples, parzen, seed=0):
    """Trains the model on MNIST, and once more on permuted labels.

    Args:
        steps: updates of each player.
        extractor, samples: of the classifier that reads the digits.
        parzen: settings of the Parzen window.
    """
    common = {"train.steps": steps, "train.score_every": steps, "eval": None}
    true = bench.train("cgan", "cgan/mnist", common, seed)
    shuffled = {"data.name": f"permuted_labels/{true.config.data.name}"}
    permuted = bench.train("permuted", "cgan/mnist", {**common, **shuffled}, seed)
    accuracy, chance = (
        variant.score("conditional_accuracy", extractor=extractor, samples=samples)
        for variant in (true, permuted)
    )
    spread = within_class_spread(true, samples=1000)
    for label, share in enumerate(spread):
        true.note(f"spread/{label}", share)
    return {
        "accuracy": accuracy,
        "permuted_accuracy": chance,
        "least_spread": min(spread),
        "parzen": true.score("parzen_log_likelihood", **parzen),
    }


def within_class_spread(variant, samples, seed=0):
    """For each class the mean distance between pairs of samples over that between pairs of reals."""
    model = variant.model
    real = data.arrays(**variant.config.data.model_dump())
    labels = np.arange(samples) % model.classes
    fake = model.generate(samples, seed=seed, label=labels)
    spreads = []
    for label in range(model.classes):
        reals = real["image"][real["label"] == label][: samples // model.classes] / 127.5 - 1
        spreads.append(mean_distance(fake[labels == label]) / mean_distance(reals))
    return spreads
