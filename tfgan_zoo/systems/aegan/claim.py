"""AEGAN's claim: an encoder that learns from images reconstructs them better than one that learns from latents."""

import numpy as np

from tfgan_zoo.evaluation import reference_arrays
from tfgan_zoo.reproduce import Check

CLAIM = (
    "Of the same frozen generator and as many steps, an encoder by the error of images reconstructs samples and "
    "real images with less error than one by the error of latents."
)
PAPER = "Abstract: the auto-encoder inverts generators better than direct training of an inverse mapping does"

CHECKS = [
    Check(
        "real_ratio",
        "Squared error of reconstructed test images, encoder by images over encoder by latents, median of the seeds",
        headline=True,
    ),
    Check(
        "sample_ratio",
        "Squared error of reconstructed new samples, encoder by images over encoder by latents, median of the seeds",
        headline=True,
    ),
    Check("real_error", "Squared error of test images, encoder by images, median of the seeds"),
    Check("sample_error", "Squared error of new samples, encoder by images, median of the seeds"),
    Check("precision", "Share of a test image's 10 nearest by latents that have its label, encoder by images"),
    Check("precision_latents", "Share of a test image's 10 nearest by latents that have its label, by latents"),
    Check("generator_difference", "Largest difference of weights of the two generators, largest of the seeds"),
]

CONFIG = "aegan/mnist"


def measure(bench, seeds, split, examples, queries):
    """Trains, from each seed, both encoders, each with its GAN: the same one, as training repeats for a seed.

    Args:
        seeds: list of seeds.
        split, examples: of the real images that are reconstructed, and how many; as many samples are drawn anew.
        queries: of these images, whose nearest ones are looked up.
    """
    rows = [_of_seed(bench, seed, split, examples, queries) for seed in seeds]
    found = {name: float(np.median([row[name] for row in rows])) for name in rows[0]}
    return found | {"generator_difference": max(row["generator_difference"] for row in rows)}


def _of_seed(bench, seed, split, examples, queries):
    by_images, by_latents = (
        bench.train(objective, CONFIG, {"system_args.objective": objective, "eval": None}, seed)
        for objective in ("images", "latents")
    )
    real = reference_arrays(by_images.config, split)
    real = {"image": real["image"][:examples] / np.float32(127.5) - 1, "label": real["label"][:examples]}
    # Beyond the seeds of training's own draws.
    samples = by_images.model.generate(len(real["image"]), seed=seed + 2**31)
    ours, theirs = (_measured(variant, real, samples, queries) for variant in (by_images, by_latents))
    return {
        "real_ratio": ours["real_error"] / theirs["real_error"],
        "sample_ratio": ours["sample_error"] / theirs["sample_error"],
        "real_error": ours["real_error"],
        "sample_error": ours["sample_error"],
        "precision": ours["precision"],
        "precision_latents": theirs["precision"],
        "generator_difference": by_latents.note("generator_difference", difference(by_images.model, by_latents.model)),
    }


def _measured(variant, real, samples, queries):
    model = variant.model
    found = {
        "real_error": np.mean(np.square(model.reconstruct(real["image"]) - real["image"])),
        "sample_error": np.mean(np.square(model.reconstruct(samples) - samples)),
        "precision": precision(model.encode(real["image"])["z"], real["label"], queries),
    }
    return {name: variant.note(name, value) for name, value in found.items()}


def precision(codes, labels, queries, nearest=10):
    """Of the first codes, the share of the nearest others by cosine that have the same label.

    Args:
        codes: [n, d].
        labels: int [n].
        queries: how many codes look for their nearest.
        nearest: how many each one finds.
    """
    unit = codes / np.linalg.norm(codes, axis=1, keepdims=True)
    likeness = unit[:queries] @ unit.T
    likeness[np.arange(len(likeness)), np.arange(len(likeness))] = -np.inf
    found = np.argpartition(-likeness, nearest - 1, axis=1)[:, :nearest]
    return float(np.mean(labels[found] == labels[:queries, None]))


def difference(one, other):
    """The largest difference of weights and moments of the generators of two models."""
    pairs = zip(one.generator.weights, other.generator.weights, strict=True)
    return max(float(np.abs(a.numpy() - b.numpy()).max()) for a, b in pairs)
