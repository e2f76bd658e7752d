"""InfoGAN's claim: codes that mean something, found without a label."""

import numpy as np
from scipy.optimize import linear_sum_assignment
from scipy.stats import spearmanr

from tfgan_zoo import data
from tfgan_zoo.reproduce import at_least, at_most, reported
from tfgan_zoo.utils.batching import in_batches

CLAIM = "The categorical code becomes the digit and a continuous one its slant or width, without labels."
PAPER = "Section 7.2 and figure 1: c1 classifies MNIST with 5% error; the bound reaches H(c) = 2.30 nats"


def check(bench, steps, seeds, window, split="test", walks=200):
    """Trains InfoGAN for each seed, and once with lambda = 0, where Q learns but nothing asks G.

    Args:
        steps: updates of each player.
        seeds: list of seeds; errors of all are reported, the best is judged.
        window: how many of the last logged bounds are averaged.
        split: of labelled images that the code must classify.
        walks: latents at which continuous codes are varied.
    """
    settings = {"train.steps": steps, "train.score_every": steps}
    found = [
        bench.train(f"infogan_{seed}", "infogan/mnist", {**settings, "train.seed": seed})
        for seed in seeds
    ]
    silent = bench.train(
        "without_information",
        "infogan/mnist",
        {**settings, "train.seed": seeds[0], "eval": None, "system_args.information": 0.0},
    )
    bounds = [_last_bound(variant, window) for variant in (*found, silent)]
    errors = [v.note("matched_error", matched_error(v, split)) for v in found]
    best = found[int(np.argmin(errors))]
    meanings = continuous_meanings(best, walks)
    for name, rho in meanings.items():
        best.note(f"spearman/{name}", rho)
    return [
        at_least("bound of c1 in nats, the lowest of the seeds", min(bounds[:-1]), 2.2),
        at_least("its lead over training without information", min(bounds[:-1]) - bounds[-1], 1.0),
        at_most(f"matched error of c1, the best of {len(seeds)} seeds", min(errors), 0.10),
        *(reported(f"matched error of c1, seed {s}", e) for s, e in zip(seeds, errors)),
        at_least(
            "largest |Spearman| of a continuous code with slant or stroke width",
            max(abs(rho) for rho in meanings.values()),
            0.6,
        ),
    ]


def _last_bound(variant, window):
    bound = np.mean([row["category_bound"] for row in variant.losses[-window:]])
    return variant.note("category_bound", bound)


def matched_error(variant, split):
    """The share of real images whose most likely c1 is not the category matched to their label.

    Categories are matched to labels one to one, so as to have the fewest errors.
    """
    settings = variant.config.data.model_dump()
    real = data.arrays(**{**settings, "split": split})
    model = variant.model
    images = (real["image"] / 127.5 - 1).astype(np.float32)
    codes = in_batches(model.encode, {"image": images}, 500)["category_logits"].argmax(axis=1)
    counts = np.zeros([model.categories, model.categories], int)
    np.add.at(counts, (codes, real["label"]), 1)
    return 1 - counts[linear_sum_assignment(-counts)].sum() / counts.sum()


def continuous_meanings(variant, walks, seed=0):
    """Spearman's rho of each continuous code, over [-2, 2], with slant and stroke width of its images.

    Each code is varied alone at many latents and categories, the other one held at 0.
    """
    model = variant.model
    values = np.tile(np.linspace(-2, 2, 9), walks)
    z = np.repeat(model.latents(walks, seed), 9, axis=0)
    category = np.repeat(model.conditions(walks, seed)["category"], 9)
    found = {}
    for code in range(model.continuous_dim):
        continuous = np.zeros([len(values), model.continuous_dim], np.float32)
        continuous[:, code] = values
        images = (model.decode(z, category=category, continuous=continuous)[..., 0] + 1) / 2
        for name, measure in {"slant": slant, "width": stroke_width}.items():
            measured = measure(images).reshape(walks, 9)
            # Within a walk: what the code changes, not what the category or z does.
            centred = (measured - measured.mean(axis=1, keepdims=True)).ravel()
            found[f"c{code + 2}/{name}"] = float(spearmanr(values, centred).statistic)
    return found


def slant(images):
    """The shear of the ink of each image [n, H, W] in [0, 1]: its covariance of x and y over that of y."""
    ink = images / np.maximum(images.sum(axis=(1, 2), keepdims=True), 1e-9)
    y, x = np.mgrid[: images.shape[1], : images.shape[2]]
    mean_x, mean_y = ((ink * axis).sum(axis=(1, 2)) for axis in (x, y))
    across = (ink * x * y).sum(axis=(1, 2)) - mean_x * mean_y
    down = (ink * y * y).sum(axis=(1, 2)) - mean_y**2
    return across / np.maximum(down, 1e-9)


def stroke_width(images):
    """The ink of each image [n, H, W] in [0, 1] over the length of its outline, half the total variation."""
    across = np.abs(np.diff(images, axis=1)).sum(axis=(1, 2))
    along = np.abs(np.diff(images, axis=2)).sum(axis=(1, 2))
    return 2 * images.sum(axis=(1, 2)) / np.maximum((across + along) / 2, 1e-9)
