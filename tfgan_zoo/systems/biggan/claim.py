"""BigGAN's claim: lower truncation of the latents makes samples better and more alike."""

import numpy as np
from scipy.spatial.distance import pdist

from tfgan_zoo import metrics
from tfgan_zoo.evaluation import reference_arrays
from tfgan_zoo.reproduce import Check, probes
from tfgan_zoo.utils.pictures import to_uint8

CLAIM = "Truncating the generator's latents trades the variety of samples for their fidelity."
PAPER = (
    "Section 3.1 and figure 2: the lower the threshold beyond which latents are drawn anew, the higher the "
    "Inception score and the lower the variety; ImageNet at 128x128: Inception score 166.5, FID 7.4"
)

# The thresholds that the figures below are of.
WIDE, MIDDLE, NARROW = 2, 0.5, 0.2
ACCURACY_AT = 1

CHECKS = [
    Check(
        "variety_fall",
        "Fall of the distance between samples of a class, from truncation 2 to 0.2, as a share of the former",
        headline=True,
    ),
    Check(
        "variety_least_fall",
        "Least fall of the distance between samples of a class, from one truncation to the next lower one",
    ),
    Check("precision_lead", "Precision of samples at truncation 0.5 less that at 2", headline=True),
    Check("accuracy", "Share of samples at truncation 1 that a classifier reads as the class asked for"),
    Check("saturated_wide", "Share of pixels at either end of their range, of samples at truncation 2"),
    Check("saturated_narrow", "Share of pixels at either end of their range, of samples at truncation 0.2"),
    Check("saturated_real", "Share of pixels at either end of their range, of real images"),
]


def measure(bench, truncations, samples, neighbours, probe_epochs, split, seed=0):
    """Measures the weights that ship, in the features of a classifier of real images that is trained for it.

    Args:
        truncations: thresholds from wide to narrow, with 2, 1, 0.5 and 0.2 among them.
        samples: of each class, at each threshold.
        neighbours: k of precision and recall.
        probe_epochs: of the classifier, in whose features distances are taken.
        split: the real images that precision is measured against.
        seed: of the samples and of the classifier. Where the weights that ship have another, the config is
            trained from this one.
    """
    variant = bench.shipped("biggan", "biggan/fashion_mnist", seed)
    model = variant.model
    real = reference_arrays(variant.config)
    judge = probes.classifier(real["image"], {"label": real["label"]}, probe_epochs, seed=seed)
    others = reference_arrays(variant.config, split)["image"][: samples * model.classes]
    reference = probes.features(judge, others)
    labels = np.repeat(np.arange(model.classes), samples)
    found = {}
    for threshold in truncations:
        images = to_uint8(model.generate(len(labels), seed=seed, label=labels, truncation=threshold))
        features = probes.features(judge, images)
        precision, recall = metrics.precision_recall(reference, features, neighbours)
        found[threshold] = {
            "variety": within_class_distance(features, labels),
            "precision": precision,
            "recall": recall,
            "accuracy": probes.agreement(probes.read(judge, images)["label"], labels),
            "saturated": saturated(images),
        }
        for name, value in found[threshold].items():
            variant.note(f"{name}/{threshold}", value)
    varieties = np.array([found[threshold]["variety"] for threshold in truncations])
    return {
        "variety_fall": 1 - found[NARROW]["variety"] / found[WIDE]["variety"],
        "variety_least_fall": -np.diff(varieties).max(),
        "precision_lead": found[MIDDLE]["precision"] - found[WIDE]["precision"],
        "accuracy": found[ACCURACY_AT]["accuracy"],
        "saturated_wide": found[WIDE]["saturated"],
        "saturated_narrow": found[NARROW]["saturated"],
        "saturated_real": saturated(others),
    }


def within_class_distance(features, labels):
    """The mean distance of pairs of features [n, d] that have one label [n], mean of the classes."""
    return float(np.mean([pdist(features[labels == label]).mean() for label in np.unique(labels)]))


def saturated(images):
    """The share of pixels of uint8 images that are 0 or 255."""
    return float(np.mean((images == 0) | (images == 255)))
