"""iGAN's claim: a search that begins at the predictor's latent projects better than either of the two alone."""

import numpy as np
import tensorflow as tf

from tfgan_zoo import metrics
from tfgan_zoo.evaluation import reference_arrays
from tfgan_zoo.reproduce import Check
from tfgan_zoo.utils.batching import in_batches

CLAIM = (
    "A photograph is projected best by a search that begins at the predictor's latent: better than by the predictor "
    "alone, and than by as long a search from anywhere."
)
PAPER = "Table 1, shoes (not looked up): error 0.155 by the search, 0.210 by the predictor, 0.140 by both"

CHECKS = [
    Check("hybrid_over_network", "Error of projections by both over that of the predictor alone", headline=True),
    Check("hybrid_over_optimization", "Error by both over that of as long a search from random latents", headline=True),
    Check("error_hybrid", "Error of projections, by both", paper="0.14"),
    Check("error_network", "Error of projections, by the predictor alone", paper="0.21"),
    Check("error_optimization", "Error of projections, by the search from random latents", paper="0.155"),
    Check("color_left", "Distance of a box from its stroke's colour, the edit's generated image over the projection"),
    Check("color_left_edited", "Distance of a box from its stroke's colour, the photograph after the edit over the photograph"),
    Check("unedited_ssim", "SSIM of the photograph after an edit to the photograph, the box left out"),
    Check("unedited_ssim_generated", "SSIM of the edit's generated image to the photograph, the box left out"),
]

CONFIG = "igan/fashion_mnist"

# The greys of strokes, which photographs get by turns.
_GREYS = (0, 85, 170, 255)


def measure(bench, examples, iterations, edits, split, seed=None):
    """Projects held-out photographs in three ways by the weights that ship, and edits some of them.

    Args:
        examples: how many are projected.
        iterations: of either search.
        edits: how many of them are edited, each with a box of one grey in its middle.
        split: whose images they are.
        seed: of a training in place of the weights that ship, and of the random latents.
    """
    variant = bench.shipped("igan", CONFIG, seed)
    images = reference_arrays(variant.config, split)["image"][:examples] / np.float32(127.5) - 1
    errors = {f"error_{way}": float(np.mean(values)) for way, values in projected(variant, images, iterations).items()}
    ratios = {
        "hybrid_over_network": errors["error_hybrid"] / errors["error_network"],
        "hybrid_over_optimization": errors["error_hybrid"] / errors["error_optimization"],
    }
    found = ratios | errors | edited(variant.model, images[:edits])
    return {name: variant.note(name, value) for name, value in found.items()}


def projected(variant, images, iterations):
    """The errors [n] of projections of images [n, H, W, C]: {"network", "optimization", "hybrid"}."""
    model = variant.model
    random = model.latents(len(images), variant.config.train.seed)

    @tf.function(reduce_retracing=True)
    def errors(rows):
        guess = model.predict_latents(rows["image"])
        return {
            "network": model.error(rows["image"])(guess),
            "optimization": model.search(rows["image"], rows["random"], iterations).loss,
            "hybrid": model.search(rows["image"], guess, iterations).loss,
        }

    with model.averaged():
        return in_batches(errors, {"image": images, "random": random}, batch_size=100)


def edited(model, images):
    """How far edits get, and what they leave as it was: {"color_left", ..., "unedited_ssim_generated"}."""
    height, width = images.shape[1:3]
    left, top, right, bottom = box = [3 * width // 8, 3 * height // 8, 5 * width // 8, 5 * height // 8]
    place = (slice(None), slice(top, bottom), slice(left, right))
    sums = np.zeros(4)
    similarities = []
    for first, grey in enumerate(_GREYS):
        photographs = images[first :: len(_GREYS)]
        found = model.edit(photographs, [{"color": [grey] * 3, "box": box}])
        before, after = found["reconstruction"], found["frames"][:, -1]
        color = grey / 127.5 - 1
        sums += [np.abs(each[place] - color).sum() for each in (before, after, photographs, found["edited"])]
        similarities.append([_similarity(each, photographs, place) for each in (found["edited"], after)])
    similarity = np.concatenate(similarities, axis=1).mean(axis=1)
    return {
        "color_left": sums[1] / sums[0],
        "color_left_edited": sums[3] / sums[2],
        "unedited_ssim": similarity[0],
        "unedited_ssim_generated": similarity[1],
    }


def _similarity(images, photographs, place):
    """SSIM [n] of images that have the photographs' own pixels in a place."""
    images = images.copy()
    images[place] = photographs[place]
    return metrics.ssim(images, photographs)
