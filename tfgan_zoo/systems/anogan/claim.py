"""AnoGAN's claim: what a search in the latents leaves unexplained tells anomalies from normal images."""

import numpy as np
from sklearn.metrics import roc_auc_score

from tfgan_zoo import data
from tfgan_zoo.evaluation.references import reference_settings
from tfgan_zoo.reproduce import Check

CLAIM = (
    "The score that is left after a search tells other digits from the one that a GAN has learned, better than the "
    "same score before the search."
)
PAPER = "Table 1: area under the curve 0.89; 0.72 with the reference loss, 0.88 by the discriminator's output"

CHECKS = [
    Check("auroc", "Area under the ROC curve of the score, mean of the normal digits", paper="0.89", headline=True),
    Check("gain", "How much larger it is than that of the score before the search", headline=True),
    Check("auroc_before", "Area under the curve of the score before the search"),
    Check("auroc_residual", "Area under the curve of the residual loss alone, where the search ends"),
    Check("auroc_reference", "Area under the curve with the reference loss", paper="0.72"),
    Check("auroc_discriminator", "Area under the curve of the discriminator's output, no search", paper="0.88"),
]

CONFIG = "anogan/mnist"


def measure(bench, digits, split, images, steps, seed=0):
    """Trains a GAN for each normal digit, and scores images of it and of others.

    Args:
        digits: list of labels, each normal in turn.
        split: of the images that are scored, held out from training.
        images: how many normal ones, and as many others, drawn evenly from all of them.
        steps: of each search.
        seed: of trainings, of the choice and of the searches' starts.
    """
    rows = [_of_digit(bench, digit, split, images, steps, seed) for digit in digits]
    return {name: float(np.mean([row[name] for row in rows])) for name in rows[0]}


def _of_digit(bench, digit, split, images, steps, seed):
    variant = bench.train(f"normal_{digit}", CONFIG, {"data.classes": [digit], "eval": None}, seed)
    model = variant.model
    chosen, is_other = normal_and_others(variant.config, digit, split, images, seed)

    def area(scores):
        return roc_auc_score(is_other, scores)

    after, before = (model.anomalies(chosen, count, seed) for count in (steps, 0))
    logits = model.discriminator(chosen, training=False)["logit"].numpy()
    model.discrimination = "logit"
    reference = model.anomalies(chosen, steps, seed)
    model.discrimination = "features"
    found = {
        "auroc": area(after["score"]),
        "auroc_before": area(before["score"]),
        "auroc_residual": area(after["residual"].sum(axis=(1, 2, 3))),
        "auroc_reference": area(reference["score"]),
        "auroc_discriminator": area(-logits[:, 0]),
    }
    found["gain"] = found["auroc"] - found["auroc_before"]
    return {check.key: variant.note(check.key, found[check.key]) for check in CHECKS}


def normal_and_others(config, digit, split, count, seed):
    """(images float32 [2 n, H, W, C] in [-1, 1], is each one another digit [2 n]), `count` or all there are of each."""
    found = data.arrays(**{**reference_settings(config, split), "classes": None})
    rng = np.random.default_rng(seed)
    is_other = found["label"] != digit
    rows = np.concatenate([rng.permutation(np.flatnonzero(is_other == each))[:count] for each in (False, True)])
    return found["image"][rows] / np.float32(127.5) - 1, is_other[rows]
