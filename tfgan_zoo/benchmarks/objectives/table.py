"""The table of the bench: a row an objective, with its samples and figures on each data set, and what collapses."""

import numpy as np

from tfgan_zoo.benchmarks.objectives.bench import TASKS, run
from tfgan_zoo.benchmarks.objectives.entries import OBJECTIVES
from tfgan_zoo.data import toys
from tfgan_zoo.utils import pictures

COLUMNS = ("modes of 8", "quality", "nats below", "FID-C", "spread", "collapses on")

# Beyond these, samples on a data set count as collapsed: modes of the ring that are approached; nats that held-out points lose
# to a density fitted to the data; the mean distance of two samples over that of two reals.
LEAST_MODES, MOST_NATS, LEAST_SPREAD = 5, 1.0, 0.5


def draw(path, runs="runs/objectives", **_):
    """Every objective of the zoo on the same networks and data, as a table with samples.

    Args:
        runs: the folder of the bench's runs; what is missing there is trained first, in 12 minutes for all on two cores.
    """
    draw_rows(run(runs), path)


def draw_rows(rows, path):
    """The table of rows that `run` gave."""
    pictures.save_figure(_figure(rows), path)


def summary(rows):
    """{objective: {metric: mean over seeds, "collapses": [data sets]}} of the bench's rows.

    Runs that diverged are left out of means; a data set on which one did is among those of collapses.
    """
    found = {}
    for name in dict.fromkeys(row["objective"] for row in rows):
        of_task = {
            task: [row["values"] for row in rows if (row["objective"], row["data"]) == (name, task)] for task in TASKS
        }
        means = {
            metric: float(np.mean([values[metric] for values in each if values]))
            for each in of_task.values()
            for metric in next(filter(None, each), ())
        }
        collapses = [task for task in TASKS if {} in of_task[task] or _collapsed(task, means)]
        found[name] = means | {"collapses": collapses}
    return found


def _collapsed(task, means):
    return {
        "ring": means.get("modes_near", np.inf) < LEAST_MODES,
        "mixture": means.get("nats_below", 0) > MOST_NATS,
        "mnist": means.get("spread", np.inf) < LEAST_SPREAD,
    }[task]


def cells(means):
    """The texts of a row of the table, as many as COLUMNS; a dash where a data set was left out."""
    formats = {"modes": "{:.1f}", "quality": "{:.2f}", "nats_below": "{:.2f}", "fid_c": "{:.2f}", "spread": "{:.2f}"}
    texts = [form.format(means[metric]) if metric in means else "-" for metric, form in formats.items()]
    return [*texts, ", ".join(means["collapses"]) or "none"]


def _figure(rows):
    """Of each objective the samples of its first seed beside its figures, which are means over seeds."""
    means = summary(rows)
    figure = pictures.new_figure(15, 0.75 * len(means) + 0.6)
    grid = figure.add_gridspec(len(means) + 1, 4, width_ratios=[1, 1.3, 5, 8], height_ratios=[0.4] + [1] * len(means))
    _write(figure.add_subplot(grid[0, 3]), COLUMNS, weight="bold")
    for place, name in enumerate(means, start=1):
        first = {row["data"]: row["samples"] for row in reversed(rows) if row["objective"] == name and row["samples"]}
        points, line, images = (figure.add_subplot(grid[place, column]) for column in range(3))
        _points(points, first.get("ring"))
        _line(line, first.get("mixture"))
        if "mnist" in first:
            images.imshow(np.concatenate(np.array(first["mnist"])[..., 0], axis=1), cmap="gray", vmin=0, vmax=255)
        for axes in (points, line, images):
            axes.set(xticks=[], yticks=[])
        points.set_ylabel(OBJECTIVES[name].title, rotation=0, ha="right", va="center")
        _write(figure.add_subplot(grid[place, 3]), cells(means[name]))
    return figure


def _points(axes, samples):
    if samples is not None:
        axes.scatter(*np.array(samples).T, s=0.5)
    axes.set(xlim=(-3, 3), ylim=(-3, 3), aspect="equal")


def _line(axes, samples):
    """Samples as a histogram, below the density of the data."""
    x = np.linspace(-6, 8, 300)
    axes.plot(x, np.exp(toys.get(TASKS["mixture"].data["name"]).log_prob(x[:, None])), linewidth=0.8, color="black")
    if samples is not None:
        axes.hist(np.array(samples)[:, 0], bins=60, range=(-6, 8), density=True)
    axes.set(ylim=(0, 0.6))


def _write(axes, texts, **settings):
    """Texts side by side."""
    axes.set_axis_off()
    for place, text in enumerate(texts):
        axes.text((place + 0.5) / len(texts), 0.5, text, ha="center", va="center", **settings)
