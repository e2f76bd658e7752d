"""Geometric GAN's claim: it drops fewer of twenty-five Gaussians than a GAN of the same networks."""

import numpy as np

from tfgan_zoo import metrics
from tfgan_zoo.data import toys
from tfgan_zoo.reproduce import Check, probes

CLAIM = "A generator that climbs the normal of a maximum-margin hyperplane drops fewer modes than a GAN."
PAPER = "Experiment 1, figures: mixtures of Gaussians by geometric GAN and GAN, without numbers"

CHECKS = [
    Check("modes", "Modes of 25 that the samples hit, mean of the seeds", headline=True),
    Check("modes_lead", "Modes hit, less those that a GAN of the same networks hits, mean of the seeds", headline=True),
    Check("modes_gan", "Modes that the GAN hits, mean of the seeds"),
    Check("quality", "Share of samples within 3 standard deviations of a mode, mean of the seeds"),
    Check("quality_gan", "Share of samples within 3 standard deviations of a mode, by the GAN, mean of the seeds"),
    Check("divergence", "KL divergence of the modes nearest to samples from the uniform one, in nats, mean of the seeds"),
    Check("divergence_gan", "KL divergence of the modes nearest to the GAN's samples from the uniform one, in nats, mean of the seeds"),
]

CONFIG = "geometric_gan/grid25_wide"


def measure(bench, seeds, samples, points):
    """Trains, from each seed, geometric GAN and a non-saturating GAN of the same networks and optimisers.

    Args:
        seeds: list of seeds.
        samples: drawn of each model.
        points: of the samples that must lie within 3 standard deviations of a mode to hit it.
    """
    rows = [_of_seed(bench, seed, samples, points) for seed in seeds]
    columns = {name: np.array([row[name] for row in rows]) for name in rows[0]}
    return {
        **{name: probes.mean_and_error(values) for name, values in columns.items()},
        "modes_lead": probes.mean_and_error(columns["modes"] - columns["modes_gan"]),
    }


def _of_seed(bench, seed, samples, points):
    found = {}
    for name, system, ending in (("geometric_gan", "geometric_gan", ""), ("gan", "gan", "_gan")):
        variant = bench.train(name, CONFIG, {"system": system, "eval": None} | _prior(system), seed)
        toy = toys.get(variant.config.data.name)
        values = of_samples(variant.model.generate(samples, seed=seed), toy, points)
        found |= {key + ending: variant.note(key, value) for key, value in values.items()}
    return found


def _prior(system):
    return {"system_args.prior": "normal"} if system == "gan" else {}


def of_samples(fake, toy, points):
    """{"modes": hit by so many points, "quality": share near a mode, "divergence": of nearest modes}."""
    hit, quality = metrics.mode_coverage(fake, toy.centres, toy.std, share=points / len(fake))
    _, nearest = metrics.nearest_modes(fake, toy.centres)
    shares = np.bincount(nearest, minlength=len(toy.centres)) / len(fake)
    some = shares[shares > 0]
    return {"modes": hit, "quality": quality, "divergence": float((some * np.log(some * len(shares))).sum())}
