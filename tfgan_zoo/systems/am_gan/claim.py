"""AM-GAN's claim: each sample is of one class, more surely than those of a GAN that knows no classes."""

import numpy as np
from scipy.special import entr, softmax

from tfgan_zoo import metrics
from tfgan_zoo.evaluation import reference_arrays
from tfgan_zoo.reproduce import Check

CLAIM = "A classifier is surer of the class of AM-GAN's samples than of those of the same networks as a plain GAN."
PAPER = (
    "Table 1, CIFAR-10 with dynamic labels, inception score and AM score: AM-GAN 8.83 and 0.08, LabelGAN 8.63 and "
    "0.13, GAN 7.04 and 0.45"
)

CHECKS = [
    Check("entropy_ratio", "Mean entropy of a sample's class, AM-GAN over GAN", headline=True),
    Check("entropy", "Mean entropy of a sample's class, AM-GAN, in nats"),
    Check("entropy_gan", "Mean entropy of a sample's class, GAN, in nats"),
    Check("entropy_labelgan", "Mean entropy of a sample's class, LabelGAN from one seed, in nats"),
    Check("entropy_real", "Mean entropy of a real image's class, in nats"),
    Check("am_score", "AM score of AM-GAN, the lower the better", paper="0.08"),
    Check("am_score_gan", "AM score of GAN", paper="0.45"),
    Check("am_score_labelgan", "AM score of LabelGAN from one seed", paper="0.13"),
]

CONFIG = "am_gan/fashion_mnist"

# What makes each of the baselines of AM-GAN. The GAN's discriminator has one logit on the same layers.
VARIANTS = {
    "am_gan": {},
    "gan": {"system": "gan", "system_args.prior": "normal", "networks.discriminator.classes": 0},
    "labelgan": {"system_args.targets": "any_class"},
}


def measure(bench, steps, seeds, extractor, samples):
    """Trains AM-GAN and GAN from each seed, and LabelGAN from the first.

    Args:
        steps: updates of each player, over which rates fall to 0.
        seeds: figures of AM-GAN and of GAN are medians over them.
        extractor: the classifier that reads samples.
        samples: drawn of each model.
    """
    read = metrics.load_extractor(extractor)
    found, real = [], None
    for seed in seeds:
        variants = {name: _trained(bench, name, steps, seed) for name in ("am_gan", "gan")}
        real = read(reference_arrays(variants["gan"].config)["image"])["logits"] if real is None else real
        ours, theirs = (judged(each, read, real, samples, seed) for each in variants.values())
        ratio = {"entropy_ratio": ours["entropy"] / theirs["entropy"]}
        found.append(ratio | ours | {f"{key}_gan": value for key, value in theirs.items()})
    figures = {key: float(np.median([values[key] for values in found])) for key in found[0]}
    beside = judged(_trained(bench, "labelgan", steps, seeds[0]), read, real, samples, seeds[0])
    figures |= {f"{key}_labelgan": value for key, value in beside.items()}
    figures["entropy_real"] = mean_entropy(real)
    return {check.key: figures[check.key] for check in CHECKS}


def _trained(bench, name, steps, seed):
    rates = {f"optimizers.{player}.learning_rate.decay_steps": steps for player in ("discriminator", "generator")}
    return bench.train(name, CONFIG, {**VARIANTS[name], **rates, "train.steps": steps, "eval": None}, seed)


def judged(variant, read, real, samples, seed):
    """{"entropy", "am_score"} of samples. `read` is an extractor, `real` its logits of the training images."""
    logits = read(variant.model.generate(samples, seed=seed))["logits"]
    found = {"entropy": mean_entropy(logits), "am_score": metrics.am_score(real, logits)}
    return {key: variant.note(key, value) for key, value in found.items()}


def mean_entropy(logits):
    """E_x H(p(y | x)) of logits [n, classes], in nats: what the AM score says of single samples."""
    return float(entr(softmax(logits, axis=1)).sum(axis=1).mean())
