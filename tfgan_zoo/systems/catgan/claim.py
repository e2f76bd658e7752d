"""CatGAN's claim: with few labels it errs less than the same discriminator trained on the labels alone."""

import numpy as np

from tfgan_zoo import data
from tfgan_zoo.evaluation.references import reference_settings
from tfgan_zoo.reproduce import Check
from tfgan_zoo.reproduce.few_labels import errors
from tfgan_zoo.utils.batching import in_batches

CLAIM = (
    "Images without labels, sorted with certainty into balanced classes, lower the error of a classifier that has "
    "few labels."
)
PAPER = (
    "MNIST (not looked up): error of 1.91 ± 0.1% with 100 labels (fully connected), 1.39 ± 0.28% (convolutional); "
    "without labels 9.7 and 4.27%"
)

CHECKS = [
    Check(
        "error_ratio",
        "Test error with 100 labels over that of the same discriminator trained on the labels alone, median of draws",
        headline=True,
    ),
    Check("error", "Test error with 100 labels, median of draws", paper="0.0191"),
    Check("supervised_error", "Test error of the discriminator trained on the labels alone, median of draws"),
    Check("error_without_fakes", "Test error with 100 labels where D is not to be uncertain about fakes"),
    Check(
        "unsupervised_error",
        "Test error of clusters found without labels, each named by its commonest class",
        paper="0.097",
    ),
]

CONFIG = "catgan/mnist"


def measure(bench, seeds, split, clusters, named_by):
    """Trains CatGAN and its baseline on each draw of labels; and once without labels, and without fakes in D's loss.

    Args:
        seeds: list of seeds, of the draws of labels and of the trainings.
        split: whose images are classified.
        clusters: how many classes D has where there are no labels.
        named_by: images of the training data whose labels then name the clusters.
    """
    ours, supervised = errors(bench, "catgan", CONFIG, seeds, split)
    once = {"data.labelled_seed": seeds[0], "eval": None}
    without = bench.train("without_fakes", CONFIG, {**once, "system_args.fake_weight": 0.0}, seeds[0])
    unsupervised = bench.train("unsupervised", CONFIG, _unsupervised(clusters), seeds[0])
    return {
        "error_ratio": np.median(ours / supervised),
        "error": np.median(ours),
        "supervised_error": np.median(supervised),
        "error_without_fakes": without.score("test_error", split=split),
        "unsupervised_error": unsupervised.note("test_error", _cluster_error(unsupervised, split, named_by)),
    }


def _unsupervised(clusters):
    return {
        "networks.discriminator.classes": clusters,
        "system_args.label_weight": 0.0,
        "data.labelled": None,
        "eval": None,
    }


def _cluster_error(variant, split, named_by):
    train, test = (data.arrays(**reference_settings(variant.config, each)) for each in (None, split))
    clusters = [_clusters(variant.model, images) for images in (train["image"][:named_by], test["image"])]
    names = commonest(clusters[0], train["label"][:named_by], variant.model.classes)
    return np.mean(names[clusters[1]] != test["label"])


def _clusters(model, images):
    with model.averaged():
        return in_batches(model.classify, {"image": (images / 127.5 - 1).astype(np.float32)}, 500)["cluster"]


def commonest(clusters, labels, count):
    """The commonest label of each of `count` clusters [count]; -1 of one that has no example."""
    counts = np.zeros([count, labels.max() + 1], int)
    np.add.at(counts, (clusters, labels), 1)
    return np.where(counts.any(axis=1), counts.argmax(axis=1), -1)
