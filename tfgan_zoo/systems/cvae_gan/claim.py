"""CVAE-GAN's claim: features make of a conditional VAE a generator of images that are of their class and sharp."""

import numpy as np

from tfgan_zoo.evaluation import reference_arrays
from tfgan_zoo.reproduce import Check

CLAIM = (
    "With the discriminator's and the classifier's features, samples are nearer to the data than those of a "
    "conditional VAE of the same encoder and generator, and a classifier takes them for their class."
)
PAPER = (
    "Table 1, FaceScrub, share of samples that a classifier takes for their class: CVAE-GAN 97.78%, CVAE 8.09%, "
    "CGAN 61.97%, CGAN with feature matching 79.76%"
)

CHECKS = [
    Check("fid_ratio", "Fréchet distance of samples, CVAE-GAN over CVAE", headline=True),
    Check("accuracy", "Share of samples read as their class, CVAE-GAN", paper="0.9778", headline=True),
    Check("accuracy_cvae", "Share of samples read as their class, CVAE", paper="0.0809"),
    Check("accuracy_cgan", "Share of samples read as their class, CGAN from one seed", paper="0.6197"),
    Check("fid", "Fréchet distance of samples, CVAE-GAN"),
    Check("fid_cvae", "Fréchet distance of samples, CVAE"),
    Check("fid_cgan", "Fréchet distance of samples, CGAN from one seed"),
    Check("spread", "Variance of samples of a class over that of reals, CVAE-GAN"),
    Check("spread_cvae", "Variance of samples of a class over that of reals, CVAE"),
    Check("spread_cgan", "Variance of samples of a class over that of reals, CGAN from one seed"),
]

CONFIG = "cvae_gan/mnist"

# What makes each of the baselines of CVAE-GAN. All have its generator.
VARIANTS = {
    "cvae_gan": {},
    "cvae": {
        "system_args.mean_weight": 0.0,
        "system_args.class_mean_weight": 0.0,
        "system_args.match_features": False,
    },
    "cgan": {
        "system": "cgan",
        "system_args.mean_weight": None,
        "system_args.class_mean_weight": None,
        "system_args.prior": "normal",
        **{f"{part}.{player}": None for part in ("networks", "optimizers") for player in ("encoder", "classifier")},
    },
}


def measure(bench, steps, seeds, extractor, samples, split="test", seed=0):
    """Trains CVAE-GAN and CVAE from each seed, and a CGAN from the first.

    Args:
        steps: updates of each player.
        seeds: figures of CVAE-GAN and CVAE are medians over them.
        extractor: the classifier that reads samples.
        samples: drawn of each model.
        split: of the reals that they are held to.
        seed: added to each of `seeds`.
    """
    seeds = [seed + each for each in seeds]
    settings = {"extractor": extractor, "samples": samples, "split": split}
    trained = [_trained(bench, "cvae_gan", steps, each) for each in seeds]
    found = [_judged(each, **settings) for each in trained]
    baseline = [_judged(_trained(bench, "cvae", steps, each), **settings) for each in seeds]
    ratio = np.median([ours["fid"] / theirs["fid"] for ours, theirs in zip(found, baseline)])
    figures = {"fid_ratio": float(ratio)} | _medians(found, "") | _medians(baseline, "_cvae")
    cgan = _trained(bench, "cgan", steps, seeds[0], conditional(trained[0].config))
    figures |= _medians([_judged(cgan, **settings)], "_cgan")
    return {check.key: figures[check.key] for check in CHECKS}


def conditional(config):
    """Overrides by which a config's discriminator is that of a CGAN, of the same size."""
    same = config.networks["discriminator"].model_dump(by_alias=True)
    return {"networks.discriminator": same | {"builder": "cvae_gan.conditional_discriminator"}}


def _trained(bench, name, steps, seed, overrides=None):
    common = {"train.steps": steps, "train.score_every": steps, "eval": None}
    return bench.train(name, CONFIG, VARIANTS[name] | common | (overrides or {}), seed)


def _judged(variant, extractor, samples, split):
    """{"fid", "accuracy", "spread"} of samples."""
    found = {
        "fid": variant.score("fid", extractor=extractor, samples=samples, split=split),
        "accuracy": variant.score("conditional_accuracy", extractor=extractor, samples=samples),
    }
    real = reference_arrays(variant.config, split)
    labels = np.arange(len(real["image"])) % variant.model.classes
    fake = variant.model.generate(len(labels), seed=0, label=labels)
    of_real = spread(real["image"] / np.float32(127.5) - 1, real["label"])
    return found | {"spread": variant.note("spread", spread(fake, labels) / of_real)}


def spread(images, labels):
    """The variance of a pixel among the images of a class: the mean over pixels [n, H, W, C] and classes, a float."""
    return float(np.mean([images[labels == label].var(axis=0).mean() for label in np.unique(labels)]))


def _medians(found, suffix):
    return {f"{key}{suffix}": float(np.median([each[key] for each in found])) for key in found[0]}
