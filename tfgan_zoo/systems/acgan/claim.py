"""AC-GAN's claim: samples that a classifier can read, at full resolution, and that vary as reals do."""

import numpy as np
import tensorflow as tf

from tfgan_zoo import data, metrics
from tfgan_zoo.reproduce import at_least, at_most, reported

CLAIM = "Samples are discriminable, more so at higher resolution, and as diverse within a class as reals."
PAPER = (
    "Abstract and figures 2 and 3: 84.7% of ImageNet classes at least as diverse as real data; "
    "Inception accuracy of samples falls as they are shrunk (10.1, 7.0, 5.0% at 128, 64, 32)"
)


def check(bench, steps, extractor, samples, pairs, scales, seed=0):
    """Trains AC-GAN on Fashion-MNIST, and once more without the class term L_C.

    Args:
        steps: updates of each player.
        extractor, samples: of the classifier that reads samples.
        pairs, scales: of MS-SSIM within a class.
    """
    common = {"train.seed": seed, "train.steps": steps}
    acgan = bench.train("acgan", "acgan/fashion_mnist", common)
    without = bench.train(
        "without_class_loss",
        "acgan/fashion_mnist",
        {**common, "train.score_every": steps, "eval": None, "system_args.class_weight": 0.0},
    )
    settings = {"extractor": extractor, "samples": samples}
    full, blind = (each.score("conditional_accuracy", **settings) for each in (acgan, without))
    half, quarter = (
        acgan.note(f"accuracy/shrunk_{part}", shrunk_accuracy(acgan, part, **settings))
        for part in (2, 4)
    )
    similar = similarity(acgan, pairs, scales)
    for label, (fake, real) in enumerate(similar):
        acgan.note(f"ms_ssim/{label}", fake)
        acgan.note(f"ms_ssim_real/{label}", real)
    diverse = sum(fake <= real + 0.05 for fake, real in similar)
    return [
        at_least("share of samples of the class asked for", full, 0.9),
        at_least("classes with MS-SSIM at most the reals' + 0.05", diverse, 8),
        at_most("accuracy at half the resolution, less that at full", half - full, -1e-9),
        at_most("accuracy at a quarter, less that at half", quarter - half, -1e-9),
        at_most("share of the class asked for, without L_C", blind, 0.3),
        reported("accuracy at half the resolution", half),
        reported("accuracy at a quarter of the resolution", quarter),
    ]


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
    """For each class the mean MS-SSIM of pairs of samples and of pairs of reals (section 4.2)."""
    model = variant.model
    real = data.arrays(**variant.config.data.model_dump())
    found = []
    for label in range(model.classes):
        reals = real["image"][real["label"] == label]
        reals = reals[: min(2 * pairs, len(reals) // 2 * 2)]
        fakes = model.generate(len(reals), seed=seed, label=label)
        found.append(
            tuple(
                float(metrics.ms_ssim(np.asarray(images)[0::2], np.asarray(images)[1::2], scales).mean())
                for images in (fakes, reals / 127.5 - 1)
            )
        )
    return found
