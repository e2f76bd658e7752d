"""The figure of mode collapse, with and without unrolling."""

from pathlib import Path

from tfgan_zoo.hub.config import load_config
from tfgan_zoo.reproduce.bench import Bench
from tfgan_zoo.utils import pictures


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


def _settings_of(config_id, smoke):
    """Overrides that give another config the networks, optimisers and batch of this one."""
    config = load_config(config_id, smoke=smoke).as_dict()
    return {
        **{key: config[key] for key in ("networks", "optimizers")},
        "train.batch_size": config["train"]["batch_size"],
        "eval": None,
    }
