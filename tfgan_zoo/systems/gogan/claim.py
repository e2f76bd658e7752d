"""GoGAN's claim: the margins of its critics hold, and so a stage halves the distance to the data that is left.

The stages' lengths were chosen by the gaps of seeds 0 and 1; those from 5 on had no part in it.
"""

import numpy as np
import tensorflow as tf
from scipy.optimize import linear_sum_assignment
from scipy.spatial.distance import cdist

from tfgan_zoo.evaluation import reference_arrays
from tfgan_zoo.reproduce import Check

CLAIM = "By the second critic, samples of the second stage are half as far from the data as those of the first."
PAPER = "Theorem: the gap between data and samples at least halves with each stage"

CHECKS = [
    Check(
        "gap_ratio",
        "Mean score of data less that of samples, stage 2 over stage 1, by the second critic, median of the seeds",
        paper="at most 0.5",
        headline=True,
    ),
    Check(
        "margin_error",
        "Relative difference of the two gaps from their margins, the larger one, median of the seeds",
        headline=True,
    ),
    Check("epsilon", "Margin of the first stage, median of the seeds"),
    Check("gap_1", "Mean score of data less that of samples of stage 1, by the second critic, median of the seeds"),
    Check("gap_2", "Mean score of data less that of samples of stage 2, by the second critic, median of the seeds"),
    Check("distance_1", "Wasserstein distance of samples of stage 1 from held-out data, median of the seeds"),
    Check("distance_2", "Wasserstein distance of samples of stage 2 from held-out data, median of the seeds"),
    Check("distance_wgan", "Wasserstein distance of a WGAN's samples at as many steps, median of the seeds"),
]

CONFIG = "gogan/ring8"


def measure(bench, seeds, samples, transported):
    """Trains, from each seed, GoGAN, and beside it a WGAN for as many steps as all its stages have.

    Args:
        seeds: list of seeds.
        samples: of each generator and of the data, whose scores are averaged.
        transported: of them, between which exact Wasserstein distances are computed.
    """
    rows = [_of_seed(bench, seed, samples, transported) for seed in seeds]
    return {name: float(np.median([row[name] for row in rows])) for name in rows[0]}


def _of_seed(bench, seed, samples, transported):
    gogan = bench.train("gogan", CONFIG, {"eval": None}, seed)
    plain = {"system": "wgan", "system_args.clip": gogan.model.clip, "system_args.measure_margin": None}
    wgan = bench.train("wgan", CONFIG, {**plain, "train.stages": [], "eval": None}, seed)
    held_out = reference_arrays(gogan.config, "test")["x"][:samples]
    made = [gogan.model.generate(samples, seed=seed, stage=stage) for stage in (1, 2)]
    beside = wgan.model.generate(samples, seed=seed)
    found = {
        **margins(gogan.model, held_out, *made),
        "distance_1": distance(held_out[:transported], made[0][:transported]),
        "distance_2": distance(held_out[:transported], made[1][:transported]),
    }
    found = {name: gogan.note(name, value) for name, value in found.items()}
    reached = wgan.note("distance", distance(held_out[:transported], beside[:transported]))
    return {**found, "distance_wgan": reached}


def margins(model, data, first, second):
    """How far samples of both stages lie below data by the second critic, beside the margins epsilon and 2 epsilon.

    Args:
        model: a trained GoGAN of two stages.
        data, first, second: points [n, d] of the data and of both stages.

    Returns:
        {"gap_ratio", "margin_error", "epsilon", "gap_1", "gap_2"}.
    """
    of_data, of_first, of_second = (
        float(tf.reduce_mean(model.score({"x": tf.constant(points)})["scores"][:, 1]))
        for points in (data, first, second)
    )
    gap_1, gap_2 = of_data - of_first, of_data - of_second
    epsilon = float(model.epsilon.numpy())
    errors = abs(gap_2 / epsilon - 1), abs(gap_1 / (2 * epsilon) - 1)
    return {
        "gap_ratio": gap_2 / gap_1,
        "margin_error": max(errors),
        "epsilon": epsilon,
        "gap_1": gap_1,
        "gap_2": gap_2,
    }


def distance(real, fake):
    """The exact Wasserstein-1 distance between two sets of as many points, [n, d] each."""
    costs = cdist(real, fake)
    return float(costs[linear_sum_assignment(costs)].mean())
