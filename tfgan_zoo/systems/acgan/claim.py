"""AC-GAN's claim: samples that a classifier can read, at full resolution, and that vary as reals do."""

import numpy as np
import tensorflow as tf

from tfgan_zoo import data, metrics
from tfgan_zoo.reproduce import Check

CLAIM = (
    "Samples at full resolution are more than twice as discriminable as the same ones shrunk, and within "
    "most classes they vary more than the least varied class of the training data."
)
PAPER = (
    "Abstract and figures 2 and 3: Inception accuracy of samples 10.1, 7.0, 5.0% at 128, 64, 32 pixels; in "
    "847 of 1,000 ImageNet classes the mean MS-SSIM of samples is below the largest class mean of the "
    "training data"
)

CHECKS = [
    Check(
        "accuracy_ratio",
        "Classifier's accuracy on samples at full size over that at a quarter of the side",
        paper="2.0 (10.1% at 128 pixels, 5.0% at 32)",
        headline=True,
    ),
    Check(
        "accuracy_fall",
        "Least fall of the classifier's accuracy on samples, from full to half and from half to quarter size",
        paper="0.02 (10.1, 7.0, 5.0%)",
    ),
    Check(
        "varied_classes",
        "Classes, of ten, whose samples are less alike (MS-SSIM) than the reals of the least varied class",
        paper="847 of 1,000",
        headline=True,
    ),
    Check(
        "class_loss_lead", "Classifier's accuracy on samples less that of a run without the class loss L_C"
    ),
    Check("accuracy", "Share of samples read as the class asked for"),
    Check("accuracy_half", "Share of samples read as the class asked for, shrunk to half of the side"),
    Check(
        "accuracy_quarter", "Share of samples read as the class asked for, shrunk to a quarter of the side"
    ),
    Check("accuracy_without_class_loss", "Share of samples read as the class asked for, trained without L_C"),
    Check("largest_real_ms_ssim", "MS-SSIM of pairs of reals in the least varied class"),
    Check("mean_ms_ssim_gap", "MS-SSIM of pairs of samples less that of reals, mean of the classes"),
]


def measure(bench, steps, extractor, samples, pairs, scales, seed=0):
    """Measures the weights that ship, and trains once without the class term L_C.

    Args:
        steps: updates of each player without L_C.
        extractor, samples: of the classifier that reads samples.
        pairs, scales: of MS-SSIM within a class; no image is in two pairs.
    """
    acgan = bench.shipped("acgan", "acgan/fashion_mnist", seed)
    without = bench.train(
        "without_class_loss",
        "acgan/fashion_mnist",
        {"train.steps": steps, "train.score_every": steps, "eval": None, "system_args.class_weight": 0.0},
        seed,
    )
    reading = {"extractor": extractor, "samples": samples}
    full, blind = (each.score("conditional_accuracy", **reading) for each in (acgan, without))
    half, quarter = (
        acgan.note(f"accuracy/shrunk_{part}", shrunk_accuracy(acgan, part, **reading)) for part in (2, 4)
    )
    alike, alike_real = similarity(acgan, pairs, scales)
    return {
        "accuracy_ratio": full / quarter,
        "accuracy_fall": min(full - half, half - quarter),
        "varied_classes": np.sum(alike < alike_real.max()),
        "class_loss_lead": full - blind,
        "accuracy": full,
        "accuracy_half": half,
        "accuracy_quarter": quarter,
        "accuracy_without_class_loss": blind,
        "largest_real_ms_ssim": alike_real.max(),
        "mean_ms_ssim_gap": np.mean(alike - alike_real),
    }


def shrunk_accuracy(variant, part, extractor, samples, seed=0):
    """Conditional accuracy of samples made `part` times smaller and enlarged again (section 4.1)."""
    model = variant.model
    labels = np.arange(samples) % model.classes
    images = model.generate(samples, seed=seed, label=labels)
    size = images.shape[1]
    small = tf.image.resize(images, [size // part] * 2, antialias=True)
    again = np.clip(tf.image.resize(small, [size, size]).numpy(), -1, 1)
    logits = metrics.load_extractor(extractor)(again)["logits"]
    return float((logits.argmax(axis=1) == labels).mean())


def similarity(variant, pairs, scales, seed=0):
    """The mean MS-SSIM of each class over disjoint pairs of samples, and of reals (section 4.2).

    Returns:
        Two arrays [classes]. Each class's means, and their standard errors, are noted on the variant.

    Raises:
        ValueError: a class has too few reals.
    """
    model = variant.model
    real = data.arrays(**variant.config.data.model_dump())
    means = []
    for label in range(model.classes):
        reals = real["image"][real["label"] == label][: 2 * pairs]
        if len(reals) < 2 * pairs:
            raise ValueError(
                f"Class {label} has {len(reals)} images; {pairs} disjoint pairs take {2 * pairs}."
            )
        fakes = model.generate(2 * pairs, seed=seed, label=label)
        of_class = []
        for name, images in {"ms_ssim": fakes, "ms_ssim_real": reals / 127.5 - 1}.items():
            values = np.asarray(metrics.ms_ssim(np.asarray(images)[0::2], np.asarray(images)[1::2], scales))
            of_class.append(variant.note(f"{name}/{label}", values.mean()))
            variant.note(f"{name}/{label}/error", values.std() / np.sqrt(pairs))
        means.append(of_class)
    return np.transpose(means)
