"""LAPGAN's claim: a level adds as much detail as real images have, of which the squared error keeps only the mean."""

import numpy as np

from tfgan_zoo import metrics
from tfgan_zoo.evaluation import reference_arrays
from tfgan_zoo.random.latents import prior
from tfgan_zoo.reproduce import Check
from tfgan_zoo.systems.lapgan.lapgan import up
from tfgan_zoo.utils.batching import in_batches
from tfgan_zoo.utils.pictures import to_uint8

CLAIM = (
    "Given a real coarse image, a level adds a residual of the energy that real ones have, by which images look "
    "real; the same generator trained by the squared error adds less."
)
PAPER = (
    "Abstract: people take about 40% of samples of CIFAR-10 for real, and 10% of those of a GAN without a pyramid"
)

CHECKS = [
    Check("energy_ratio", "Energy of added residuals at 16x16 over that of real ones", headline=True),
    Check("energy_ratio_squared_error", "Energy of residuals at 16x16 by squared error over that of real ones"),
    Check(
        "frechet_ratio",
        "Frechet distance of refined 16x16 images to real ones over that of coarse images enlarged",
        headline=True,
    ),
    Check("frechet", "Frechet distance of refined 16x16 images to real ones, in a classifier's features"),
    Check("frechet_coarse", "Frechet distance of coarse images, enlarged to 16x16, to real ones"),
    Check("frechet_squared_error", "Frechet distance to real ones of 16x16 images refined by squared error"),
    Check("variance_share", "Variance of added residuals over the noise, over the energy of real ones"),
    Check("variance_share_squared_error", "Variance over the noise by squared error, over the energy of real ones"),
    Check("energy_ratio_finest", "Energy of added residuals at 32x32 over that of real ones"),
    Check("frechet_samples", "Frechet distance of samples of the whole chain, in a classifier's features"),
]

CONFIG = "lapgan/fashion_mnist"


def measure(bench, level, steps, seeds, extractor, split, examples, draws):
    """Trains one level alone from each seed, as a GAN and by squared error; the rest is of weights that ship.

    Args:
        level: that of 16x16.
        steps: of the level, in every run.
        seeds: all figures of that level are medians over them.
        extractor: the classifier in whose features images are compared.
        split, examples: of the real images that are taken apart, and how many.
        draws: of noise, over which the variance is taken.
    """
    shipped, found = bench.shipped("lapgan", CONFIG), []
    for seed in seeds:
        gan, regression = (_trained(bench, name, level, steps, seed) for name in ("adversarial", "squared_error"))
        real = _real(gan.config, split, examples)
        of_gan, of_mean = (compared(each, real, level, extractor, draws, seed) for each in (gan, regression))
        ratio = {"frechet_ratio": of_gan["frechet"] / of_gan["frechet_coarse"]}
        found.append(of_gan | ratio | {f"{name}_squared_error": value for name, value in of_mean.items()})
    figures = {key: float(np.median([values[key] for values in found])) for key in found[0]}
    figures["energy_ratio_finest"] = shipped.note("energy_ratio_finest", energy_ratio(shipped.model, real, 0))
    figures["frechet_samples"] = shipped.score("fid", extractor=extractor, split=split, samples=examples)
    return {check.key: figures[check.key] for check in CHECKS}


def _trained(bench, objective, level, steps, seed):
    """The variant of an objective, of which no other level is trained."""
    overrides = {
        "system_args.objective": objective,
        "train.steps": steps,
        "train.stages": [{"name": f"level_{level}", "steps": steps}],
        "eval": None,
    }
    return bench.train(objective, CONFIG, overrides, seed)


def _real(config, split, examples):
    """{"image": float32 [n, H, W, C] in [-1, 1], "label": int32 [n]}."""
    found = reference_arrays(config, split)
    return {"image": found["image"][:examples] / np.float32(127.5) - 1, "label": found["label"][:examples]}


def compared(variant, real, level, extractor, draws, seed):
    """{"energy_ratio", "variance_share", "frechet", "frechet_coarse"} of what a level adds to real coarse images.

    Images are compared in the size of the data, enlarged as the pyramid enlarges them.

    real: images and labels, as `_real` gives them.
    """
    coarse, true, made = refined(variant.model, real, level, seed)
    read = metrics.load_extractor(extractor)
    compared_images = (coarse + true, coarse + made, coarse)
    features = [read(to_uint8(_enlarged(images, level)))["features"] for images in compared_images]
    found = {
        "energy_ratio": _energy(made) / _energy(true),
        "variance_share": variance_share(variant.model, real, level, draws, seed),
        "frechet": metrics.frechet_distance(features[0], features[1]),
        "frechet_coarse": metrics.frechet_distance(features[0], features[2]),
    }
    return {name: variant.note(name, value) for name, value in found.items()}


def refined(model, real, level, seed, draw=0):
    """(l_k, h_k, G_k) of real images, each float32 [n, H_k, H_k, C]; `draw` is the number of the noise."""
    size = model.generators[level].input["z"].shape[-1]
    z = prior(model.prior)([len(real["image"]), size], [seed, draw]).numpy()

    def refine(rows):
        return model.refine(rows["image"], level, rows["label"], rows["z"])

    return in_batches(refine, {**real, "z": z}, batch_size=500)


def energy_ratio(model, real, level, seed=0):
    """The mean square of the residuals that a level adds over that of real ones."""
    _, true, made = refined(model, real, level, seed)
    return _energy(made) / _energy(true)


def variance_share(model, real, level, draws, seed, examples=1000):
    """The variance of added residuals over draws of noise, a mean over the first images, over real ones' energy."""
    some = {key: values[:examples] for key, values in real.items()}
    of_draws = [refined(model, some, level, seed, draw) for draw in range(draws)]
    return float(np.mean(np.var([made for _, _, made in of_draws], axis=0, ddof=1)) / _energy(of_draws[0][1]))


def _energy(residuals):
    return float(np.mean(np.square(residuals)))


def _enlarged(images, level):
    """Images of a level in the size of level 0."""
    for _ in range(level):
        images = up(images)
    return images
