"""The figure of WGAN's training: its estimate of the Wasserstein distance and the quality of samples."""

from pathlib import Path

import numpy as np

from tfgan_zoo.training.callbacks import read_table
from tfgan_zoo.utils import pictures


def wgan_curve(path, runs="runs/wgan", **_):
    """The Wasserstein estimate of a WGAN's run folder over its steps and against its FID.

    Args:
        runs: the folder of a run of a WGAN config, with its losses.csv and scores.csv.
    """
    losses, scores = (read_table(Path(runs) / name) for name in ("losses.csv", "scores.csv"))
    if not losses or not scores:
        raise FileNotFoundError(f"{runs} is no finished run of a WGAN: it lacks losses or scores.")
    steps = np.array([row["step"] for row in losses])
    estimate = np.array([-row["critic_loss"] for row in losses])
    figure = pictures.new_figure(11, 4)
    over_time, against = figure.add_subplot(1, 2, 1), figure.add_subplot(1, 2, 2)
    over_time.plot(steps, estimate, linewidth=0.8)
    over_time.set(xlabel="generator steps", ylabel="Wasserstein estimate")
    medians = [np.median(estimate[steps <= row["step"]][-20:]) for row in scores]
    points = against.scatter(medians, [row["fid"] for row in scores], c=[row["step"] for row in scores])
    against.set(xlabel="Wasserstein estimate, median of 20", ylabel="FID", yscale="log")
    figure.colorbar(points, label="generator steps")
    pictures.save_figure(figure, path)
