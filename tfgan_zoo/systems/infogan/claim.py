"""InfoGAN's claim: codes that mean something, found without a label."""

import numpy as np
from scipy.optimize import linear_sum_assignment
from scipy.stats import spearmanr

from tfgan_zoo import data
from tfgan_zoo.reproduce import Check

CLAIM = "The categorical code becomes the digit and a continuous one its slant or width, without labels."
PAPER = "Section 7.2 and figure 1: c1 classifies MNIST with 5% error; the bound reaches H(c) = 2.30 nats"

CHECKS = [
    Check(
        "bound",
        "Bound on the information of the categorical code in the image in nats, the lowest of the seeds",
        paper="2.30",
        headline=True,
    ),
    Check("bound_lead", "Bound on the information, less that of a G which is not trained for it, in nats"),
    Check(
        "matched_error",
        "Error of the categorical code as a classifier of test images, the best of the seeds",
        paper="0.05",
        headline=True,
    ),
    Check(
        "code_correlation",
        "Largest |Spearman| of a continuous code with the slant or the stroke width of its images",
    ),
    Check("worst_matched_error", "Error of the categorical code as a classifier, the worst of the seeds"),
]


def measure(bench, steps, seeds, window, split="test", walks=200):
    """Trains InfoGAN for each seed, and once with lambda = 0, where Q learns but nothing asks G.

    Args:
        steps: updates of each player.
        seeds: list of seeds; the best error is judged.
        window: how many of the last logged bounds are averaged.
        split: of labelled images that the code must classify.
        walks: latents at which continuous codes are varied.
    """
    common = {"train.steps": steps, "train.score_every": steps, "eval": None}
    found = [bench.train("infogan", "infogan/mnist", common, seed) for seed in seeds]
    silent = bench.train(
        "without_information", "infogan/mnist", {**common, "system_args.information": 0.0}, seeds[0]
    )
    lowest = min(_last_bound(variant, window) for variant in found)
    errors = [variant.note("matched_error", matched_error(variant, split)) for variant in found]
    best = found[int(np.argmin(errors))]
    meanings = continuous_meanings(best, walks)
    for name, rho in meanings.items():
        best.note(f"spearman/{name}", rho)
    return {
        "bound": lowest,
        "bound_lead": lowest - _last_bound(silent, window),
        "matched_error": min(errors),
        # A code that changes nothing has none.
        "code_correlation": np.nanmax(np.abs(list(meanings.values()))),
        "worst_matched_error": max(errors),
    }


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
    codes = model.encode(images, 500)["category_logits"].argmax(axis=1)
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
    category = np.repeat(np.random.default_rng(seed).integers(model.categories, size=walks), 9)
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
