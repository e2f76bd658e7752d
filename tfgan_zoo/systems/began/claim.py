"""BEGAN's claim: control of k holds the ratio of both errors at gamma, which says how diverse samples are."""

import numpy as np

from tfgan_zoo.evaluation.references import held_out_batch
from tfgan_zoo.metrics.neighbours import mean_distance
from tfgan_zoo.reproduce import Check
from tfgan_zoo.reproduce.probes import at_end, correlation_along

CLAIM = "Control of k holds the error of fakes over that of reals at gamma; a constant k does not."
PAPER = "Sections 3.3 and 3.4; figure 3: more diverse faces by larger gamma, without numbers"

# Those that are judged, and one beside; by figures' names.
JUDGED = {"50": 0.5, "70": 0.7}
REPORTED = {"30": 0.3}
# Of runs whose k stays, at gamma 0.5.
FROZEN = {"k0": 0.0, "k1": 1.0}

CHECKS = [
    Check(
        "ratio_error",
        "Deviation of the ratio of both errors from gamma, the largest of gamma 0.5 and 0.7 and all seeds",
        headline=True,
    ),
    Check(
        "ratio_error_without_control",
        "Deviation of the ratio of both errors from 0.5 with a k that stays, the lesser of k = 0 and k = 1",
        headline=True,
    ),
    *(
        Check(f"ratio_{name}", f"Error of fakes over that of reals at gamma {gamma}, mean of the seeds")
        for name, gamma in {**JUDGED, **REPORTED}.items()
    ),
    *(
        Check(f"ratio_{name}", f"Error of fakes over that of reals with k = {k:g} throughout")
        for name, k in FROZEN.items()
    ),
    *(
        Check(f"clipped_{name}", f"Share of steps at which k is clipped at gamma {gamma}, mean of the seeds")
        for name, gamma in {**JUDGED, **REPORTED}.items()
    ),
    *(
        Check(f"diversity_{name}", f"Mean distance of samples over that of reals at gamma {gamma}, mean of seeds")
        for name, gamma in {**JUDGED, **REPORTED}.items()
    ),
    Check("correlation", "Spearman correlation of the convergence measure with FID-C along training, gamma 0.5"),
]

CONFIG = "began/mnist"


def measure(bench, seeds, steps, samples, along):
    """Trains BEGAN at three gammas, the judged ones from each seed, and twice with a k that stays.

    Args:
        seeds: list of seeds; runs that are not judged have the first.
        steps: updates of both players.
        samples: drawn of each model, and as many reals.
        along: {"score_every", "fid": settings of the protocol, "window"}: how the first run is scored for the
            correlation, and how many logged losses before a scoring give the median.
    """
    common = {"train.steps": steps, "train.score_every": steps, "eval": None}
    scored = {"train.steps": steps, "train.score_every": along["score_every"], "eval": {"fid": along["fid"]}}

    def trained(name, gamma, seed):
        settings = scored if (gamma, seed) == (0.5, seeds[0]) else common
        return bench.train(f"gamma{name}", CONFIG, {**settings, "system_args.gamma": gamma}, seed)

    runs = {name: [trained(name, gamma, seed) for seed in seeds] for name, gamma in JUDGED.items()}
    runs |= {name: [trained(name, gamma, seeds[0])] for name, gamma in REPORTED.items()}
    real = held_out_batch(runs["50"][0].config, samples)["image"].numpy()
    ratios = {name: [_ratio(variant) for variant in found] for name, found in runs.items()}
    clipped = {name: [at_end(each.losses, "k_clipped", 1) for each in found] for name, found in runs.items()}
    diverse = {name: [_diversity(*each, real) for each in zip(found, seeds)] for name, found in runs.items()}
    frozen = {name: _ratio(_with_k(bench, name, k, common, seeds[0])) for name, k in FROZEN.items()}
    return {
        "ratio_error": max(abs(ratio - gamma) for name, gamma in JUDGED.items() for ratio in ratios[name]),
        "ratio_error_without_control": min(abs(ratio - 0.5) for ratio in frozen.values()),
        **{f"ratio_{name}": np.mean(found) for name, found in ratios.items()},
        **{f"ratio_{name}": ratio for name, ratio in frozen.items()},
        **{f"clipped_{name}": np.mean(found) for name, found in clipped.items()},
        **{f"diversity_{name}": np.mean(found) for name, found in diverse.items()},
        "correlation": correlation_along(runs["50"][0], lambda row: row["convergence"], along["window"]),
    }


def _with_k(bench, name, k, common, seed):
    overrides = {**common, "system_args.gamma": 0.5, "system_args.k_rate": 0.0, "system_args.k_start": k}
    return bench.train(name, CONFIG, overrides, seed)


def _ratio(variant):
    """L(G(z)) / L(x), each a mean over the last third of a run."""
    of_fake, of_real = (at_end(variant.losses, name, 1 / 3) for name in ("fake_error", "real_error"))
    return variant.note("ratio", of_fake / of_real)


def _diversity(variant, seed, real):
    made = variant.model.generate(len(real), seed=seed)
    return variant.note("diversity", mean_distance(made) / mean_distance(real))
