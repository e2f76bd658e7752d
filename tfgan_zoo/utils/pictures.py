"""Pictures of what a model makes and of how its training went: grids, curves, densities."""

import math
from pathlib import Path

import numpy as np
from PIL import Image

from tfgan_zoo.utils.files import replacing

SUFFIXES = (".png", ".jpg", ".jpeg")


def to_uint8(images):
    """Images [..., H, W, C] in [-1, 1] as uint8."""
    return np.clip(np.rint((np.asarray(images) + 1.0) * 127.5), 0, 255).astype(np.uint8)


def grid(images, columns=None, border=1):
    """One uint8 picture [h, w, C] of many images [n, H, W, C] in [-1, 1], row by row.

    Args:
        columns: images in a row; by default as square as n allows.
        border: white pixels between images.
    """
    images = to_uint8(images)
    n, height, width, channels = images.shape
    columns = columns or math.ceil(math.sqrt(n))
    rows = math.ceil(n / columns)
    canvas = np.full(
        (rows * (height + border) - border, columns * (width + border) - border, channels),
        255,
        np.uint8,
    )
    for i, image in enumerate(images):
        top, left = (i // columns) * (height + border), (i % columns) * (width + border)
        canvas[top : top + height, left : left + width] = image
    return canvas


def file_format(path):
    """The format of a picture by the ending of its file's name: "png" or "jpeg".

    Raises:
        ValueError: it has another ending.
    """
    suffix = Path(path).suffix.lower()
    if suffix not in SUFFIXES:
        raise ValueError(f"Pictures are written as {' or '.join(SUFFIXES)}; got {path}.")
    return "png" if suffix == ".png" else "jpeg"


def save_grid(images, path, columns=None, scale=2):
    """Writes a grid of images [n, H, W, C] in [-1, 1] as a PNG or JPEG, each pixel `scale` wide."""
    save_array(grid(images, columns), path, scale)


def save_array(picture, path, scale=2):
    """Writes one uint8 picture [h, w, C] as a PNG or JPEG, each pixel `scale` wide."""
    form = file_format(path)
    picture = Image.fromarray(picture[..., 0] if picture.shape[-1] == 1 else picture)
    with replacing(path) as temporary:
        picture.resize((picture.width * scale, picture.height * scale), Image.NEAREST).save(
            temporary, format=form, quality=95
        )


def limit_size(path, limit=300 * 1024):
    """Rewrites a PNG of more than `limit` bytes so that it fits, at the least loss.

    It gets 32 levels a channel (an error of at most 4 of 255), or else 256 colours, or else the same at half
    the width, which loses nothing where each pixel was written twice as wide.
    """
    path = Path(path)
    if path.stat().st_size <= limit:
        return
    with Image.open(path) as file:
        picture = file.convert("L" if file.mode == "L" else "RGB")
    with replacing(path) as temporary:
        while True:
            for coarser in (_with_32_levels, _with_256_colours):
                coarser(picture).save(temporary, format="PNG", optimize=True)
                if temporary.stat().st_size <= limit:
                    return
            picture = picture.reduce(2)


def _with_256_colours(picture):
    return picture.quantize(256, dither=Image.Dither.NONE)


def _with_32_levels(picture):
    step = 255 / 31
    levels = [round(round(value / step) * step) for value in range(256)]
    return picture.point(levels * len(picture.getbands()))


def save_columns(columns, path, scale=2):
    """Writes images side by side, a row an example: inputs, what was made of them, targets.

    Args:
        columns: arrays [n, H, W, 1 or 3] in [-1, 1] of one height and width.
    """
    channels = max(column.shape[-1] for column in columns)
    columns = [np.broadcast_to(column, (*column.shape[:-1], channels)) for column in columns]
    rows = np.stack(columns, axis=1).reshape(-1, *columns[0].shape[1:])
    save_grid(rows, path, columns=len(columns), scale=scale)


def save_captioned(rows, captions, path, scale=2):
    """Writes rows of images [n, H, W, C] in [-1, 1] as a PNG or JPEG, each under its caption."""
    strips = [grid(images, columns=len(images)) for images in rows]
    strips = [strip.repeat(scale, axis=0).repeat(scale, axis=1) for strip in strips]
    height, width = strips[0].shape[:2]
    line = 20
    whole = len(strips) * (height + line)
    figure = new_figure(width / 100, whole / 100)
    for place, (strip, caption) in enumerate(zip(strips, captions, strict=True), 1):
        bottom = whole - place * (height + line)
        figure.figimage(strip.squeeze(), 0, bottom, cmap="gray", vmin=0, vmax=255)
        figure.text(0.005, (bottom + height + 5) / whole, caption, fontsize=8)
    save_figure(figure, path)


def save_curve(losses, scores, path):
    """Writes the loss curves, and below them the score curves, of a run as a PNG.

    Args:
        losses, scores: lists of dicts with the key `step` and a number under every other key;
            scores whose names agree up to a "/" share a panel.
    """
    panels = [("losses", losses, _columns(losses))]
    families = {}
    for name in _columns(scores):
        families.setdefault(name.partition("/")[0], []).append(name)
    panels += [(family, scores, names) for family, names in families.items()]
    figure = new_figure(8, 3 * len(panels))
    for i, (title, rows, keys) in enumerate(panels):
        axes = figure.add_subplot(len(panels), 1, i + 1)
        for key in keys:
            points = [(row["step"], row[key]) for row in rows if key in row]
            marker = "o" if len(points) < 60 else None
            axes.plot(*zip(*points), label=key, linewidth=1, marker=marker, markersize=3)
        axes.set(title=title, xlabel="generator steps")
        axes.grid(alpha=0.3)
        if len(keys) > 1:
            axes.legend()
    save_figure(figure, path)


def _columns(rows):
    return list(dict.fromkeys(name for row in rows for name in row if name != "step"))


def save_points(points, path, groups=None):
    """Writes points [n, d] as a PNG: a histogram for d = 1, else a scatter of the first two axes.

    Args:
        groups: a name for each point; those of one name have a colour of their own, and the names a legend.
    """
    figure = new_figure(5, 5)
    axes = figure.add_subplot()
    groups = np.asarray([None] * len(points) if groups is None else groups)
    for group in dict.fromkeys(groups.tolist()):
        of_group = points[groups == group]
        if points.shape[1] == 1:
            axes.hist(of_group[:, 0], 100, label=group, alpha=1.0 if group is None else 0.6)
        else:
            axes.scatter(of_group[:, 0], of_group[:, 1], s=2, alpha=0.5, linewidths=0, label=group)
            axes.set(aspect="equal")
    if groups[0] is not None:
        axes.legend(markerscale=4, fontsize=8)
    save_figure(figure, path)


def save_densities_1d(samples, held_out, densities, path):
    """Writes histograms of 1-D samples and data under the density curves fitted to them.

    Args:
        samples, held_out: arrays [n, 1] from the generator and from the data.
        densities: dict from a name to a function [n, 1] -> log densities [n].
    """
    low, high = (np.percentile(held_out, q) for q in (0.1, 99.9))
    margin = 0.2 * (high - low)
    x = np.linspace(low - margin, high + margin, 500)[:, None]
    figure = new_figure(8, 4.5)
    axes = figure.add_subplot()
    axes.hist(
        samples[:, 0], 100, range=(x[0, 0], x[-1, 0]), density=True, alpha=0.35, label="samples"
    )
    for name, log_density in densities.items():
        axes.plot(x[:, 0], np.exp(log_density(x)), label=name, linewidth=1.5)
    axes.set(xlabel="x", ylabel="density")
    axes.legend()
    save_figure(figure, path)


def save_densities_2d(samples, held_out, densities, path):
    """Writes 2-D samples beside held-out data, and each fitted density as a map.

    Args: as `save_densities_1d`, with points [n, 2].
    """
    limit = 1.15 * np.abs(held_out).max()
    ticks = np.linspace(-limit, limit, 150)
    plane = np.stack(np.meshgrid(ticks, ticks), axis=-1).reshape(-1, 2)
    figure = new_figure(4 * (2 + len(densities)), 4)
    panels = [("held-out data", held_out), ("samples", samples)]
    for i, (title, points) in enumerate(panels):
        axes = figure.add_subplot(1, 2 + len(densities), i + 1)
        axes.scatter(*points[:2500].T, s=2, alpha=0.5, linewidths=0)
        axes.set(title=title, xlim=(-limit, limit), ylim=(-limit, limit), aspect="equal")
    for i, (name, log_density) in enumerate(densities.items()):
        axes = figure.add_subplot(1, 2 + len(densities), i + 3)
        density = np.exp(log_density(plane)).reshape(150, 150)
        # The root shows the ridges between modes that would else vanish beside the peaks.
        axes.imshow(np.sqrt(density), origin="lower", extent=[-limit, limit] * 2, cmap="magma")
        axes.set(title=name)
    save_figure(figure, path)


def new_figure(width, height):
    """An empty matplotlib figure of that size in inches."""
    # The object interface has no global state and needs no display.
    from matplotlib.figure import Figure

    return Figure(figsize=(width, height), layout="tight")


def save_figure(figure, path):
    """Writes a matplotlib figure as a PNG or JPEG, whole or not at all."""
    form = file_format(path)
    with replacing(path) as temporary:
        figure.savefig(temporary, format=form, dpi=100)
