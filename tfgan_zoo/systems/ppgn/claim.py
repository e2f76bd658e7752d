"""PPGN's claim: chains reach the class that is asked for, of whatever classifier is plugged in."""

import numpy as np

from tfgan_zoo.evaluation.references import extractor_of, reference_arrays
from tfgan_zoo.reproduce import Check
from tfgan_zoo.utils.pictures import to_uint8

CLAIM = (
    "Chains from codes of other images reach the class that is asked for, and do so for another classifier that is "
    "plugged in while the generator stays as it is."
)
PAPER = "Abstract: images of all 1,000 classes; other condition networks can be plugged in without new training"

CHECKS = [
    Check("hits", "Share of chains that another classifier takes for the class asked for", headline=True),
    Check("hits_swapped", "Share of chains taken for the class asked for, with a classifier of other classes plugged in", headline=True),
    Check("gain_without_class", "Share of chains without the classifier's term, less that of their starts"),
    Check("gain_without_class_swapped", "Share of chains without the other classifier's term, less that of their starts"),
    Check("hits_start", "Share of the starts"),
    Check("hits_start_swapped", "Share of the starts, for the other classes"),
    Check("variance_ratio", "Variance of images within a class over that without the denoiser"),
    Check("code_error", "Distance of codes from those of their images over the length of codes"),
]

CONFIG = "ppgn/fashion_mnist"


def measure(bench, groups, classifier_steps, extractor, split, each, steps, eps, chain_rate, seed=0):
    """Trains the config, and beside it a classifier of other classes alone.

    Args:
        groups: of the other classifier, the class of each label.
        classifier_steps: of its training.
        extractor: the classifier that reads the images, which no training has seen.
        split: of the images whose codes are the starts.
        each: chains a class.
        steps, eps, chain_rate: of chains.
    """
    chains = {"system_args.eps": eps, "system_args.chain_rate": chain_rate}
    ours = bench.train("ppgn", CONFIG, {**chains, "eval": None}, seed)
    swapped = {
        "system_args.groups": groups,
        "networks.classifier.classes": max(groups) + 1,
        "train.steps": classifier_steps,
        "train.stages": [{"name": "classifier", "steps": classifier_steps}],
        "train.on_collapse": "ignore",
        "eval": None,
    }
    other = bench.train("other_classes", CONFIG, swapped, seed).model.classifier
    real, read = reference_arrays(ours.config, split), extractor_of(extractor)
    found = {}
    for suffix, classifier, names in (("", None, None), ("_swapped", other, groups)):
        target = np.repeat(np.arange(ours.model.classes if names is None else max(names) + 1), each)
        starts = ours.model.encode(real["image"][: len(target)] / np.float32(127.5) - 1)["h"]
        for name, value in compared(ours.model, starts, target, steps, read, classifier, names).items():
            found[name + suffix] = value
    return {check.key: ours.note(check.key, found[check.key]) for check in CHECKS}


def compared(model, starts, target, steps, read, classifier=None, groups=None):
    """Figures of chains from `starts`, with all terms, without that of the class and without the denoiser.

    Args:
        starts: codes [n, d].
        target: classes int [n], in order.
        read: images uint8 -> {"logits"}, of the labels.
        groups: the class of each label, of a classifier that is plugged in.
    """

    def hits(images):
        found = read(to_uint8(images))["logits"].argmax(axis=1)
        return float(np.mean((found if groups is None else np.array(groups)[found]) == target))

    def drawn(count, first=1.0, second=1.0):
        eps = [first * model.eps[0], second * model.eps[1], model.eps[2]]
        return model.draw(starts, target, count, eps, classifier)

    whole, start, free, bare = drawn(steps), drawn(0), drawn(steps, second=0.0), drawn(steps, first=0.0)
    codes = model.encode(whole["image"])["h"]
    return {
        "hits": hits(whole["image"]),
        "hits_start": hits(start["image"]),
        "gain_without_class": hits(free["image"]) - hits(start["image"]),
        "variance_ratio": variance(whole["image"], target) / variance(bare["image"], target),
        "code_error": float(np.mean(_lengths(codes - whole["h"])) / np.mean(_lengths(whole["h"]))),
    }


def variance(images, target):
    """The variance of pixels over the images of a class, a mean over classes and pixels."""
    return float(np.mean([images[target == each].var(axis=0).mean() for each in np.unique(target)]))


def _lengths(codes):
    return np.linalg.norm(codes, axis=1)
