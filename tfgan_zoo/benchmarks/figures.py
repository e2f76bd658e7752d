"""Figures for lectures, drawn from the library's own losses, models and runs.

    tfgan-zoo figure NAME --out FILE.png

NAME is a function below or a public function of a system's module `figures`.
"""

import functools

import numpy as np
import tensorflow as tf

from tfgan_zoo.losses import gan
from tfgan_zoo.utils import pictures
from tfgan_zoo.utils.registry import Registry, functions, modules


def draw(name, path, runs=None):
    """Draws the figure of that name to a PNG; `runs` is the folder of its runs, if it has any.

    Raises ValueError for an unknown name; it offers the nearest.
    """
    figures()[name](path, **({} if runs is None else {"runs": runs}))


@functools.cache
def figures():
    """The registry of all figures, {name: function(path, **settings)}."""
    found = Registry("figure")
    found.register(loss_surfaces)
    found.register(objectives)
    for module in modules("tfgan_zoo.systems.*.figures"):
        for draw_one in functions(module).values():
            found.register(draw_one)
    return found


def objectives(path, **settings):
    """Every objective of the zoo on the same networks, data and number of updates: a table with samples."""
    from tfgan_zoo.benchmarks import objectives as bench

    bench.draw(path, **settings)


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
    for name, loss in gan.GENERATOR_LOSSES.items():
        values, gradients = _curve(loss, logits)
        losses.plot(_sigmoid(logits), values, label=name)
        slopes.plot(_sigmoid(logits), np.abs(gradients), label=name)
    losses.set(xlabel="D(G(z))", title="generator loss", ylim=(-6, 6))
    slopes.set(xlabel="D(G(z))", title="|d loss / d logit|")
    for axes in (losses, slopes):
        axes.grid(alpha=0.3)
        axes.legend()
    pictures.save_figure(figure, path)


def _sigmoid(logits):
    return 1 / (1 + np.exp(-logits))


def _curve(loss, logits):
    """The loss of each logit alone, and its derivative there."""
    variable = tf.constant(logits)
    with tf.GradientTape() as tape:
        tape.watch(variable)
        values = tf.map_fn(lambda logit: loss(logit[None]), variable)
    return values.numpy(), tape.gradient(values, variable).numpy()
