"""Trains and measures every objective on every data set of the bench, a row of results a run.

Equal budget means an equal number of updates, of all players together: where a critic has five steps for each of the
generator, the generator has fewer. All share the networks, the batch and the rate.
"""

import functools
import json
import time
from dataclasses import dataclass
from pathlib import Path

import keras
import numpy as np

from tfgan_zoo import data, metrics
from tfgan_zoo.benchmarks.objectives.entries import OBJECTIVES
from tfgan_zoo.data import toys
from tfgan_zoo.metrics import likelihood
from tfgan_zoo.metrics.features import load_extractor
from tfgan_zoo.metrics.neighbours import mean_distance
from tfgan_zoo.metrics.sides import ImageSide
from tfgan_zoo.networks import mlp
from tfgan_zoo.utils.files import write_json
from tfgan_zoo.utils.pictures import to_uint8

RESULTS = "results.json"

# A mode of the ring is approached where it is the nearest of so large a share of samples.
_NEAR = 0.01


@dataclass(frozen=True, eq=False)
class Task:
    """A data set of the bench.

    Attributes:
        data: arguments of `data.load`.
        updates: of all players together.
        batch, rate: of each update.
        seeds: of the runs, over which figures are means.
        samples: drawn to be measured.
    """

    data: dict
    updates: int
    batch: int
    rate: float
    seeds: tuple
    samples: int


TASKS = {
    "ring": Task({"name": "toy/ring8"}, 10_000, 128, 1e-3, (0, 1, 2), 2500),
    "mixture": Task({"name": "toy/mixture_1d"}, 10_000, 128, 1e-3, (0, 1, 2), 2500),
    "mnist": Task({"name": "mnist", "image_size": 16, "fit": "stretch", "keys": ("image",)}, 12_000, 64, 2e-4, (0,), 5000),
}


def run(folder, tasks=TASKS, objectives=OBJECTIVES, say=print):
    """The rows of all runs; those that the folder's `results.json` holds are not trained again.

    Returns:
        [{"objective", "data", "seed", "steps", "updates", "values": {metric: number}, "seconds", "samples"}], where
        samples are a few, to be drawn: lists of points, or of images' pixels in 0 to 255. Values and samples are empty
        where samples are not finite, since the run diverged.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / RESULTS
    rows = json.loads(path.read_text(encoding="utf-8")) if path.exists() else []
    for task_name, task in tasks.items():
        for name, objective in objectives.items():
            for seed in task.seeds:
                key = {"objective": name, "data": task_name, "seed": seed, "updates": task.updates}
                if any(key.items() <= row.items() for row in rows):
                    continue
                rows.append(key | _row(objective, task_name, task, seed))
                values = ", ".join(f"{metric} {value:.3g}" for metric, value in rows[-1]["values"].items())
                say(f"{objective.title} on {task_name}, seed {seed}: {values or 'diverged'} ({rows[-1]['seconds']:.0f} s)")
                write_json(path, rows)
    return rows


def _row(objective, task_name, task, seed):
    """Trains one objective on one data set from one seed."""
    begun = time.monotonic()
    keras.utils.set_random_seed(seed)
    generator, judge = _networks(task_name, objective.judge)
    model = objective.model(generator, judge, task_name, task.rate, seed)
    batches = data.load(**task.data, batch_size=task.batch * model.batches_per_step, seed=seed, start_step=0)
    steps = task.updates // _updates_in_a_step(model)
    model.fit(batches, steps_per_epoch=steps, epochs=1, verbose=0)
    samples = model.generate(task.samples, seed=seed)
    diverged = not np.isfinite(samples).all()
    return {
        "steps": steps,
        "values": {} if diverged else _values(task_name, task, samples, seed),
        "seconds": round(time.monotonic() - begun, 1),
        "samples": [] if diverged else _some(samples),
    }


def _networks(task_name, judge):
    """The generator of a data set, and its critic or auto-encoder."""
    if task_name == "mnist":
        sizes = {"hidden": 256, "depth": 2}
        images = {"image_size": 16, "channels": 1}
        generator = mlp.relu_generator(latent_dim=32, **sizes, **images)
        if judge == "autoencoder":
            return generator, mlp.autoencoder((16, 16, 1), **sizes, code_size=32)
        return generator, mlp.image_critic(**sizes, **images)
    dims = toys.get(TASKS[task_name].data["name"]).dims
    generator = mlp.toy_generator(data_dim=dims)
    if judge == "autoencoder":
        return generator, mlp.autoencoder((dims,))
    return generator, mlp.toy_discriminator(data_dim=dims)


def _updates_in_a_step(model):
    """Of all players together: a step has one of each, or as many of a critic as it takes batches."""
    return model.batches_per_step + len(model.players()) - 1


def _values(task_name, task, samples, seed):
    """{metric: number}: modes and quality on the ring, nats on the line, FID-C and spread on MNIST."""
    if task_name == "mnist":
        return _of_images(to_uint8(samples))
    toy = toys.get(task.data["name"])
    if task_name == "ring":
        hit, quality = metrics.mode_coverage(samples, toy.centres, toy.std)
        _, nearest = metrics.nearest_modes(samples, toy.centres)
        near = np.bincount(nearest, minlength=len(toy.centres)) >= _NEAR * len(samples)
        return {"modes": hit, "quality": quality, "modes_near": int(near.sum())}
    held_out = toy.examples("test")[: task.samples]
    scores, _ = likelihood.held_out_log_likelihood(samples, held_out, {"real": _real_density(task, seed)}, seed)
    return {"nats": scores["kde_samples"], "nats_below": scores["real"] - scores["kde_samples"]}


@functools.cache
def _real_density(task, seed):
    """The density fitted to as many points of the data as there are samples."""
    return likelihood.kernel_density(toys.get(task.data["name"]).sample(task.samples, seed), seed).score_samples


def _of_images(images):
    real = _real_images()
    fake = ImageSide(images, real.extractor)
    return {
        "fid_c": metrics.frechet_distance(real.features, fake.features),
        "spread": mean_distance(images[:1000] / 127.5 - 1) / mean_distance(real.images[:1000] / 127.5 - 1),
    }


@functools.cache
def _real_images():
    settings = {key: value for key, value in TASKS["mnist"].data.items() if key != "keys"}
    images = data.arrays(**settings, split="test")["image"]
    return ImageSide(images, load_extractor("classifier/mnist"))


def _some(samples):
    """A few samples for the figure, as lists."""
    if samples.ndim == 2:
        return np.round(samples[:500], 3).tolist()
    return to_uint8(samples[:8]).tolist()
