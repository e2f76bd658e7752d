"""The lectures' figures, drawn from the library's own losses, models and runs.

    tfgan-zoo figure NAME --out FILE.png      NAME is one of `FIGURES`
"""

from pathlib import Path

import numpy as np
import tensorflow as tf

from tfgan_zoo import data
from tfgan_zoo.hub import models
from tfgan_zoo.hub.config import load_config
from tfgan_zoo.losses import adversarial
from tfgan_zoo.random import latents
from tfgan_zoo.reproduce.bench import Bench
from tfgan_zoo.training.callbacks import read_table
from tfgan_zoo.utils import pictures
from tfgan_zoo.utils.spelling import nearest


def loss_surfaces(path, **_):
    """The value that D and G play for, and G's two losses with their gradients, over D's outputs.

    The saturating loss log(1 - D) is flat where D rejects the fakes; -log D is steepest there.
    """
    figure = pictures.new_figure(13, 4)
    logits = np.linspace(-8, 8, 200, dtype=np.float32)
    real, fake = np.meshgrid(logits, logits)
    value = -(np.logaddexp(0, -real) + np.logaddexp(0, fake))
    axes = figure.add_subplot(1, 3, 1, projection="3d")
    axes.plot_surface(_sigmoid(real), _sigmoid(fake), np.maximum(value, -8), cmap="viridis")
    axes.set(xlabel="D(x)", ylabel="D(G(z))", title="log D(x) + log(1 - D(G(z)))")

    losses, slopes = figure.add_subplot(1, 3, 2), figure.add_subplot(1, 3, 3)
    for name, loss in adversarial.GENERATOR_LOSSES.items():
        values, gradients = _curve(loss, logits)
        losses.plot(_sigmoid(logits), values, label=name)
        slopes.plot(_sigmoid(logits), np.abs(gradients), label=name)
    losses.set(xlabel="D(G(z))", title="generator loss", ylim=(-6, 6))
    slopes.set(xlabel="D(G(z))", title="|d loss / d logit|")
    for axes in (losses, slopes):
        axes.grid(alpha=0.3)
        axes.legend()
    pictures.save_figure(figure, path)


def mode_collapse(path, runs="runs/figures", smoke=False, steps=(500, 2000, 5000, 10000, 25000)):
    """The ring of eight under the same networks: a plain GAN, one with replay, an unrolled one.

    Rows are methods, columns are generator steps; each run is trained on from one column to the next.
    """
    bench = Bench(Path(runs), smoke)
    steps = (2, 4) if smoke else steps
    methods = {
        "GAN": ("unrolled_gan/ring8", {"system_args.unrolled": 0}),
        "GAN with replay": ("gan/ring8_replay", _settings_of("unrolled_gan/ring8", smoke)),
        "unrolled GAN, K = 5": ("unrolled_gan/ring8", {}),
    }
    figure = pictures.new_figure(2.4 * len(steps), 2.6 * len(methods))
    for row, (method, (config_id, overrides)) in enumerate(methods.items()):
        for column, count in enumerate(steps):
            settings = {**overrides, "train.steps": count, "train.score_every": steps[0]}
            variant = bench.train(method.replace(" ", "_"), config_id, settings)
            points = variant.model.generate(2000, seed=0)
            axes = figure.add_subplot(len(methods), len(steps), row * len(steps) + column + 1)
            axes.scatter(*points.T, s=2, alpha=0.4, linewidths=0)
            axes.set(xlim=(-3, 3), ylim=(-3, 3), aspect="equal", xticks=[], yticks=[])
            axes.set_title(f"{count} steps" if row == 0 else "", fontsize=9)
            axes.set_ylabel(method if column == 0 else "", fontsize=9)
    pictures.save_figure(figure, path)


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


def interpolation(path, config_id="dcgan/fashion_mnist", **_):
    """Walks along great circles between latents, a row a pair, from weights that ship."""
    model = models.load(config_id, weights="pretrained")
    ends = model.latents(16, seed=0)
    walk = latents.slerp(ends[:8], ends[8:], 9)
    images = model.decode(walk.swapaxes(0, 1).reshape(8 * 9, -1))
    pictures.save_grid(images, path, columns=9)


def arithmetic(path, config_id="dcgan/avatars", rows=8, **_):
    """Glasses put on by sums of mean latents: in each row with them, without, the other style, the sum."""
    from tfgan_zoo.systems.dcgan.dcgan import claim as dcgan

    model = models.load(config_id, weights="pretrained")
    judge = dcgan.reader(data.arrays(**load_config(config_id).data.model_dump()), epochs=4, seed=0)
    sums, terms = dcgan.add_glasses(model, judge, trials=rows, count=1000, seed=0)
    columns = [model.decode(z.astype(np.float32)) for z in (*terms.values(), sums)]
    pictures.save_columns(columns, path)


def nearest_neighbours(path, config_id="dcgan/fashion_mnist", **_):
    """Samples on the left, beside each its three nearest training images in pixels."""
    from tfgan_zoo import metrics

    model = models.load(config_id, weights="pretrained")
    train = data.arrays(**load_config(config_id).data.model_dump())["image"]
    samples = pictures.to_uint8(model.generate(10, seed=0))
    flat = (images.reshape(len(images), -1) / np.float32(255) for images in (samples, train))
    indices, _ = metrics.nearest_neighbours(*flat, k=3)
    pictures.save_array(metrics.neighbours_picture(samples, train, indices), path)


FIGURES = {
    "loss_surfaces": loss_surfaces,
    "mode_collapse": mode_collapse,
    "wgan_curve": wgan_curve,
    "interpolation": interpolation,
    "arithmetic": arithmetic,
    "nearest_neighbours": nearest_neighbours,
}


def draw(name, path, runs=None):
    """Draws the figure of that name in `FIGURES`; `runs` is the folder of its runs, if it has any."""
    if name not in FIGURES:
        raise ValueError(f"There is no figure {name!r}.{nearest(name, FIGURES)}")
    FIGURES[name](path, **({} if runs is None else {"runs": runs}))


def _sigmoid(logits):
    return 1 / (1 + np.exp(-logits))


def _curve(loss, logits):
    """The loss of each logit alone, and its derivative there."""
    variable = tf.constant(logits)
    with tf.GradientTape() as tape:
        tape.watch(variable)
        values = tf.map_fn(lambda logit: loss(logit[None]), variable)
    return values.numpy(), tape.gradient(values, variable).numpy()


def _settings_of(config_id, smoke):
    """Overrides that give another config the networks, optimisers and batch of this one."""
    config = load_config(config_id, smoke=smoke).as_dict()
    return {
        **{key: config[key] for key in ("networks", "optimizers")},
        "train.batch_size": config["train"]["batch_size"],
        "eval": None,
    }
