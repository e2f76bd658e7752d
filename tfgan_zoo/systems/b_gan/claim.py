"""b-GAN's claim: its discriminator becomes the density ratio, and its generator descends a divergence through it."""

import numpy as np
import scipy.stats

from tfgan_zoo.reproduce import Check

CLAIM = (
    "A discriminator fitted under a Bregman divergence becomes the ratio of the densities, and a generator "
    "descends an f-divergence through it."
)
PAPER = "Sections 3 and 4, without numbers"

_TITLES = {
    "pearson": "Pearson",
    "kl": "Kullback-Leibler",
    "reverse_kl": "reverse Kullback-Leibler",
    "gan": "logistic",
}
_JUDGED = ("reverse_kl", "gan")
_REPORTED = [(name, loss) for name in ("kl", "pearson") for loss in ("paper", "exact")]

CHECKS = [
    Check(
        "worst_ratio_error",
        "Deviation of the estimated log-ratio from the true one, root mean square, the largest of four",
        headline=True,
    ),
    Check("worst_correlation", "Correlation of the estimated log-ratio with the true one, the least of four"),
    Check("worst_mean_ratio", "Difference of the mean ratio of samples from 1, the largest of four"),
    Check(
        "worst_descent",
        "Error of mean or deviation that G ends with, the larger of the reverse KL and the logistic loss",
        headline=True,
    ),
    *(
        Check(f"ratio_error_{name}", f"Deviation of the estimated log-ratio, root mean square, by the {title} loss")
        for name, title in _TITLES.items()
    ),
    *(
        Check(f"{what}_{name}_{loss}", f"{what.capitalize()} that G ends with by the {_TITLES[name]} loss, {wording}")
        for name, loss in _REPORTED
        for wording in [{"paper": "as in the paper", "exact": "with the moving ratio's term"}[loss]]
        for what in ("mean", "deviation")
    ),
]

CONFIG = "b_gan/normal_1d"
# Samples for the ratio, N(0.8, 1.2^2), and how many of them its mean is taken over.
_MEAN, _DEVIATION, _SAMPLES = 0.8, 1.2, 10_000


def measure(bench, seed, ratio_steps, descent_steps):
    """Fits the ratio of N(0, 1) to a fixed Gaussian by four losses, and lets G descend from a mean of 1.5.

    Args:
        seed: of all runs.
        ratio_steps, descent_steps: of each run.
    """
    ratios = {name: _ratio(bench, name, seed, ratio_steps) for name in _TITLES}
    ends = {(name, "paper"): _descent(bench, name, "paper", seed, descent_steps) for name in _JUDGED}
    others = {pair: _descent(bench, *pair, seed, descent_steps) for pair in _REPORTED}
    return {
        "worst_ratio_error": max(found["error"] for found in ratios.values()),
        "worst_correlation": min(found["correlation"] for found in ratios.values()),
        "worst_mean_ratio": max(abs(found["mean_ratio"] - 1) for found in ratios.values()),
        "worst_descent": max(max(abs(mean), abs(deviation - 1)) for mean, deviation in ends.values()),
        **{f"ratio_error_{name}": found["error"] for name, found in ratios.items()},
        **{f"mean_{name}_{loss}": mean for (name, loss), (mean, _) in others.items()},
        **{f"deviation_{name}_{loss}": deviation for (name, loss), (_, deviation) in others.items()},
    }


def _ratio(bench, name, seed, steps):
    overrides = {
        "system_args.divergence": name,
        "networks.generator.shift": _MEAN,
        "networks.generator.log_scale": float(np.log(_DEVIATION)),
        # G does not move.
        "optimizers.generator.learning_rate": 0.0,
        "train.steps": steps,
        "eval": None,
    }
    variant = bench.train(f"ratio_{name}", CONFIG, overrides, seed)
    found = of_ratio(lambda x: variant.model.ratio(x).numpy(), variant.model.generate(_SAMPLES, seed=seed))
    return {key: variant.note(key, value) for key, value in found.items()}


def of_ratio(ratio, samples):
    """{"error", "correlation"} of log-ratios where 95% of the data lie, {"mean_ratio"} of samples.

    ratio: points [N, 1] -> estimates [N, 1] of N(0, 1) / N(0.8, 1.2^2).
    """
    x = np.linspace(*scipy.stats.norm.interval(0.95), 1001)
    true = scipy.stats.norm.logpdf(x) - scipy.stats.norm.logpdf(x, _MEAN, _DEVIATION)
    estimate = np.log(ratio(x[:, None].astype(np.float32))[:, 0])
    return {
        "error": float(np.sqrt(np.square(estimate - true).mean())),
        "correlation": float(np.corrcoef(estimate, true)[0, 1]),
        "mean_ratio": float(ratio(samples).mean()),
    }


def _descent(bench, name, loss, seed, steps):
    """(mean, deviation) that G ends with."""
    overrides = {"system_args.divergence": name, "system_args.generator_loss": loss, "train.steps": steps, "eval": None}
    variant = bench.train(f"descent_{name}_{loss}", CONFIG, overrides, seed)
    gaussian = variant.model.generator.get_layer("gaussian")
    return (
        variant.note("mean", float(gaussian.shift[0])),
        variant.note("deviation", float(np.exp(gaussian.log_scale[0]))),
    )
