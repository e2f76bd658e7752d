"""f-GAN's claim: each divergence has a best Gaussian of its own for a mixture, and training by it finds that one."""

import numpy as np
import scipy.optimize
import scipy.stats
import tensorflow as tf

from tfgan_zoo.data import toys
from tfgan_zoo.losses import f_divergences
from tfgan_zoo.reproduce import Check

CLAIM = "Training by an f-divergence's variational bound finds the model that is best by that divergence."
PAPER = "Table 3: learned and best means and deviations agree to about 0.1; table 4: Parzen 416 by KL"

# Those that are judged, and those beside.
JUDGED = ("kl", "reverse_kl", "pearson", "hellinger", "js")
REPORTED = ("neyman", "gan")
_TITLES = {
    "kl": "Kullback-Leibler",
    "reverse_kl": "reverse Kullback-Leibler",
    "pearson": "Pearson",
    "hellinger": "squared Hellinger",
    "js": "Jensen-Shannon",
    "neyman": "Neyman",
    "gan": "the GAN's",
}

CHECKS = [
    Check(
        "worst_error",
        "Error of a learned mean or deviation, the largest of five divergences and all seeds",
        headline=True,
    ),
    *(
        Check(f"error_{name}", f"Error of a learned mean or deviation by {_TITLES[name]} divergence, largest of the seeds")
        for name in (*JUDGED, *REPORTED)
    ),
    Check("bound_gap", "Difference of the learned bound from the divergence, the largest of five and all seeds"),
    Check("parzen", "Parzen log-likelihood of MNIST test images by Kullback-Leibler, in nats", paper="416"),
]

CONFIG = "fgan/pair_1d"


def measure(bench, seeds, parzen):
    """Fits a Gaussian to two by each divergence from each seed, and scores the weights that ship for MNIST.

    Args:
        seeds: list of seeds.
        parzen: settings of the Parzen window.
    """
    errors, gaps = {}, {}
    for name in (*JUDGED, *REPORTED):
        of_seeds = [_fit(bench, name, seed) for seed in seeds]
        errors[name], gaps[name] = (max(values) for values in zip(*of_seeds))
    return {
        "worst_error": max(errors[name] for name in JUDGED),
        **{f"error_{name}": value for name, value in errors.items()},
        "bound_gap": max(gaps[name] for name in JUDGED),
        "parzen": bench.shipped("fgan", "fgan/mnist").score("parzen_log_likelihood", **parzen),
    }


def _fit(bench, name, seed):
    """(largest error of mean and deviation, error of the bound) of a run by one divergence."""
    variant = bench.train(name, CONFIG, {"system_args.divergence": name, "eval": None}, seed)
    mean, deviation, divergence = optimum(name, toys.get(variant.config.data.name))
    gaussian = variant.model.generator.get_layer("gaussian")
    learned = float(gaussian.shift[0]), float(np.exp(gaussian.log_scale[0]))
    variant.note("mean", learned[0])
    variant.note("deviation", learned[1])
    last = np.mean([row["bound"] for row in variant.losses[-5:]])
    error = max(abs(learned[0] - mean), abs(learned[1] - deviation))
    return variant.note("error", error), variant.note("bound_gap", abs(last - divergence))


def optimum(name, toy, points=4001, reach=10.0):
    """(mean, deviation, divergence) of the Gaussian q with the least D_f(toy || q), by quadrature."""
    x = np.linspace(-reach, reach, points)
    log_p = toy.log_prob(x[:, None])
    f = f_divergences.find(name).f

    def divergence(parameters):
        log_q = scipy.stats.norm.logpdf(x, parameters[0], np.exp(parameters[1]))
        values = np.exp(log_q) * f(tf.constant(np.exp(log_p - log_q))).numpy()
        return np.trapezoid(values, x)

    found = scipy.optimize.minimize(divergence, [0.3, 0.5], method="Nelder-Mead", options={"xatol": 1e-7, "fatol": 1e-10})
    return float(found.x[0]), float(np.exp(found.x[1])), float(found.fun)
