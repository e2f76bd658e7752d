"""Pictures of what a model makes, whatever kind of example that is."""

import csv
from pathlib import Path

import numpy as np

from tfgan_zoo.utils import pictures


def examples(values, key, path, columns=None):
    """Writes examples of a batch key: images as a grid, points as a scatter.

    Videos [n, T, H, W, C] take a row each; voxels [n, D, H, W, C] are seen along the first axis, the nearer
    the brighter; notes [n, T, D] are drawn as images of D pitches over time.
    """
    if key == "x":
        pictures.save_points(values, path)
        return
    if key == "frames":
        columns = values.shape[1]
        values = values.reshape(-1, *values.shape[2:])
    elif key == "voxels":
        shares = (values + 1) / 2 * np.linspace(1, 0.3, values.shape[1])[:, None, None, None]
        values = 2 * shares.max(axis=1) - 1
    elif key == "notes":
        values = values.swapaxes(1, 2)[:, ::-1, :, None]
    pictures.save_grid(values, path, columns=columns) if columns else pictures.save_grid(values, path)


def conditions(model, path, columns=None, seed=0):
    """Writes a row for each value of a generator's condition, from the same latents; else plain samples.

    Points of each value have a colour of their own.

    Args:
        columns: how many of each value; by default ten, and five hundred points.
    """
    sampler = next(iter(model.samplers().values()))
    sources = sampler.sources
    name = next((name for name, source in sources.items() if hasattr(source, "shown")), None)
    if name is None:
        shape = model.example_shapes[model.example_key]
        # Points make a cloud; images fill a square of about 700 pixels, each of theirs twice as wide.
        count = 2500 if len(shape) == 1 else 100 if max(shape) <= 32 else 36
        examples(model.generate(count, seed=0), model.example_key, path)
        return
    values = np.asarray(sources[name].shown())
    columns = columns or (500 if model.example_key == "x" else 10)
    of_each = np.repeat(values, columns, axis=0)
    # What else it reads is drawn once, too.
    drawn = sampler.inputs_of(columns, seed, **{name: values[0]})
    drawn["z"] = model.latents(columns, seed=seed)
    inputs = {key: np.tile(each, (len(values), *[1] * (each.ndim - 1))) for key, each in drawn.items()}
    made = model.decode(**{**inputs, name: of_each})
    if model.example_key == "x":
        pictures.save_points(made, path, [f"{name} {value}" for value in of_each])
        return
    examples(made, model.example_key, path, columns)


def reconstructions(model, path, batch, seed=0):
    """Writes a row of reals and three of samples, under each row its reconstructions; of points, samples alone.

    Args:
        model: a system with `generate` and with `reconstruct`, a function of images to images.
        batch: a few real examples.
        seed: of the samples.
    """
    if model.example_key == "x":
        conditions(model, path)
        return
    real = np.asarray(batch["image"])
    images = np.concatenate([real, model.generate(3 * len(real), seed)])
    with model.averaged():
        again = np.asarray(model.reconstruct(images))
    rows = [values.reshape(-1, *real.shape) for values in (images, again)]
    pictures.save_grid(np.stack(rows, axis=1).reshape(-1, *real.shape[1:]), path, columns=len(real))


def edits(images, reconstructions, edited, path, frames=None):
    """Writes a row an image: itself, its reconstruction, the way to the edit where there is one, and the edit.

    Args:
        images, reconstructions, edited: [n, H, W, C] in [-1, 1].
        frames: [n, N, H, W, C], of which the first is the reconstruction.
    """
    way = [] if frames is None else list(frames.swapaxes(0, 1)[1:])
    pictures.save_columns([images, reconstructions, *way, edited], path)


def translations(model, path, batch, seed=0):
    """Writes a row an example: the source, its translation, and the target where it is known, each way."""
    columns = []
    for name, way in model.samplers().items():
        source = np.asarray(batch[way.of])
        columns += [source, model.translate(source, seed, direction=name)]
        if way.paired:
            columns.append(np.asarray(batch[way.makes]))
    pictures.save_columns(columns, path)


def require_empty(folder):
    """Raises FileExistsError where a folder that is to be written is a file, or holds something."""
    folder = Path(folder)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise FileExistsError(f"{folder} exists and is no empty folder; name a new one.")


def anomalies(names, images, found, folder):
    """Writes what a search for anomalies found, those of the highest score first.

    `scores.csv` has a row an image: file, score, picture. The pictures, 0001.png and so on, show the image, the
    closest that the generator makes, and the residual, black where both are alike.

    Args:
        names: the images' names.
        images: [n, H, W, C] in [-1, 1].
        found: {"score": [n], "closest": [n, H, W, C], "residual": [n, H, W, C] in [0, 2]}.
        folder: of all files, made where there is none.
    """
    Path(folder).mkdir(parents=True, exist_ok=True)
    order = np.argsort(-found["score"], kind="stable")
    with open(Path(folder) / "scores.csv", "w", newline="", encoding="utf-8") as file:
        table = csv.writer(file)
        table.writerow(["file", "score", "picture"])
        for place, row in enumerate(order, 1):
            picture = f"{place:04}.png"
            table.writerow([names[row], f"{found['score'][row]:.6g}", picture])
            triple = [images[row], found["closest"][row], found["residual"][row] - 1]
            pictures.save_columns([each[None] for each in triple], Path(folder) / picture)
