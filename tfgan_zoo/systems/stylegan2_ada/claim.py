"""StyleGAN2-ADA's claim: adaptive augmentation keeps a discriminator from learning few images by heart."""

import numpy as np
import tensorflow as tf

from tfgan_zoo import metrics
from tfgan_zoo.evaluation import reference_arrays
from tfgan_zoo.layers.augmentation import NUMBERS, augmented
from tfgan_zoo.layers.modulated import ModulatedConv2D
from tfgan_zoo.reproduce import Check, probes
from tfgan_zoo.utils.pictures import to_uint8

CLAIM = (
    "With few images the discriminator overfits; augmentation whose strength follows the signs of its logits stops "
    "that."
)
PAPER = (
    "Abstract: FID on CIFAR-10 from 5.59 to 2.42; figure 1: with little data the discriminator's logits of held-out "
    "images go towards those of fakes"
)

CHECKS = [
    Check(
        "overfitting_gap",
        "Overfitting r_v without augmentation less that with it, at the end of training",
        headline=True,
    ),
    Check("probability", "Probability of each augmentation at the end of training"),
    Check("real_sign_baseline", "Mean sign of logits of training images without augmentation, over all of training"),
    Check("identity_error", "Largest change of a pixel by augmentation of probability 0", paper="0"),
    Check("kernel_error", "Largest distance of a demodulated kernel's length from 1", paper="0"),
    Check("overfitting", "Overfitting r_v with adaptive augmentation, at the end of training"),
    Check("overfitting_baseline", "Overfitting r_v without augmentation, at the end of training"),
    Check("real_sign", "Mean sign of logits of training images with adaptive augmentation, over all of training"),
    Check("frechet", "Frechet distance to held-out images in a classifier's features, with adaptive augmentation"),
    Check("frechet_baseline", "Frechet distance to held-out images in a classifier's features, without augmentation"),
    Check("upright", "Share of samples that a classifier of quarter turns reads as upright, with augmentation"),
    Check("upright_baseline", "Share of samples that a classifier of quarter turns reads as upright, without it"),
    Check("upright_real", "Share of held-out images that a classifier of quarter turns reads as upright"),
]

CONFIG = "stylegan2_ada/avatars"

# The probability stays 0.
BASELINE = {"networks.augmentation.initial": 0.0, "networks.augmentation.adjust_over": 0}

# Keeps the seeds of classifiers apart from those of generators.
_JUDGE = 1000


def measure(bench, steps, measurements, last, seeds, samples, probe_epochs, judges, held_out="test"):
    """Trains with adaptive augmentation and without, from each seed, and measures overfitting on the way.

    Args:
        steps: updates of each player, beside those of regularisation.
        measurements: of overfitting, spread evenly over the steps.
        last: how many of these make the value at the end of training.
        seeds: of which all figures are means.
        samples: for the Frechet distance and the share that is upright.
        probe_epochs: of the classifiers that judge, on real images.
        judges: the split of their images.
        held_out: the split of images that are seen by neither discriminators nor classifiers.
    """
    common = {
        "train.steps": steps,
        "train.score_every": steps // measurements,
        "eval": {"overfitting": {"split": held_out}},
    }
    rows = []
    for seed in seeds:
        baseline = bench.train("baseline", CONFIG, {**common, **BASELINE}, seed)
        ada = bench.train("ada", CONFIG, common, seed)
        rows.append(_of_pair(ada, baseline, last, samples, probe_epochs, judges, held_out, _JUDGE + seed))
    means = {key: probes.mean_and_error([row[key] for row in rows]) for key in rows[0]}
    return {check.key: means[check.key] for check in CHECKS}


def _of_pair(ada, baseline, last, samples, probe_epochs, judges, held_out, seed):
    """All figures of one seed, by key."""
    judge = Judge(ada.config, judges, held_out, probe_epochs, seed)
    found = {"upright_real": judge.upright(judge.held_out)}
    for suffix, variant in (("", ada), ("_baseline", baseline)):
        images = to_uint8(variant.model.generate(samples, seed=seed))
        curve = {name: [row[name] for row in variant.scores] for name in ("overfitting", "real_sign")}
        values = {
            "overfitting": np.mean(curve["overfitting"][-last:]),
            "real_sign": np.mean(curve["real_sign"]),
            "frechet": judge.distance(images),
            "upright": judge.upright(images),
            "probability": variant.scores[-1]["augmentation_probability"],
        }
        found |= {f"{name}{suffix}": variant.note(name, value) for name, value in values.items()}
    return found | {
        "overfitting_gap": found["overfitting_baseline"] - found["overfitting"],
        "identity_error": identity_error(judge.held_out, seed),
        "kernel_error": kernel_error(ada.model, seed),
    }


class Judge:
    """Two classifiers of real images: of what they show, whose features images are compared in, and of turns."""

    def __init__(self, config, split, held_out, epochs, seed):
        real = reference_arrays(config, split)
        self.held_out = reference_arrays(config, held_out)["image"]
        labels = real.get("attributes", real.get("label"))
        columns = {f"label_{k}": column for k, column in enumerate(np.reshape(labels, [len(labels), -1]).T)}
        self._labels = probes.classifier(real["image"], columns, epochs, seed=seed)
        self._features = probes.features(self._labels, self.held_out)
        turned = np.concatenate([np.rot90(real["image"], k, axes=(1, 2)) for k in range(4)])
        turns = {"turns": np.repeat(np.arange(4), len(real["image"]))}
        self._turns = probes.classifier(turned, turns, epochs, seed=seed)

    def distance(self, images):
        """The Frechet distance to the held-out images."""
        return metrics.frechet_distance(self._features, probes.features(self._labels, images))

    def upright(self, images):
        return float(np.mean(probes.read(self._turns, images)["turns"] == 0))


def identity_error(images, seed):
    """The largest change of a pixel in [-1, 1] by augmentation of probability 0, of uint8 images."""
    images = tf.constant(images / 127.5 - 1, tf.float32)
    numbers = tf.random.stateless_uniform([len(images), NUMBERS], [seed, 0], minval=1e-6)
    return float(tf.reduce_max(tf.abs(augmented(images, numbers, 0.0) - images)))


def kernel_error(model, seed):
    """The largest distance from 1 of a demodulated kernel's length, over the layers of a model and eight styles."""
    errors = []
    for layer in model.synthesis.layers:
        if isinstance(layer, ModulatedConv2D) and layer.demodulate:
            scales = tf.random.stateless_normal([8, layer.kernel.shape[2]], [seed, len(errors)]) + 1.0
            lengths = tf.sqrt(tf.reduce_sum(tf.square(layer.kernels(scales)), axis=[1, 2, 3]))
            errors.append(float(tf.reduce_max(tf.abs(lengths - 1))))
    return max(errors)
