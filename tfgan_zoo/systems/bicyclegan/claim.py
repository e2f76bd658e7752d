"""BicycleGAN's claim: of one image it makes translations that differ, and its codes say how."""

import numpy as np

from tfgan_zoo import data
from tfgan_zoo.data.avatars import ATTRIBUTES
from tfgan_zoo.evaluation import reference_arrays
from tfgan_zoo.layers.frozen_features import FrozenFeatures
from tfgan_zoo.reproduce import Check, probes
from tfgan_zoo.reproduce.bench import halfway_constant
from tfgan_zoo.utils.batching import in_batches
from tfgan_zoo.utils.pictures import to_uint8

CLAIM = (
    "Both cycles together make translations of one image that differ far more than those of pix2pix with "
    "noise, by a code that can be read from the translation and that carries the style of a given one."
)
PAPER = (
    "Table 1, maps to satellite images, mean LPIPS distance of two translations: BicycleGAN 0.110, pix2pix "
    "with noise 0.013, cVAE-GAN 0.096, cLR-GAN 0.090; figure 6, fooling rate 34.33% against 27.93%"
)

CHECKS = [
    Check(
        "diversity_ratio",
        "Feature distance of two translations of an image, BicycleGAN over pix2pix with noise",
        paper="8.5",
        headline=True,
    ),
    Check("code_correlation", "Correlation of drawn codes with those read from their translations"),
    Check("style_lead", "Share of skin colours kept by an image's own code, less that by another's"),
    Check("diversity", "Feature distance of two translations of an image by BicycleGAN"),
    Check("diversity_noise", "Feature distance of two translations by pix2pix with noise"),
    Check("style", "Share of skin colours kept in translations with an image's own code"),
    Check("style_shuffled", "Share of skin colours kept in translations with another image's code"),
    Check("style_real", "Share of skin colours that the classifier reads rightly in real images"),
    Check("gradient_distance", "Distance to the gradients of real images, BicycleGAN"),
    Check("gradient_distance_noise", "Distance to the gradients of real images, pix2pix with noise"),
]

# The same G and second discriminator, whose codes no encoder gives or reads, with pix2pix's L1.
NOISE = {
    "system_args.encoded_weight": 0.0,
    "system_args.latent_weight": 0.0,
    "system_args.random_l1_weight": 10.0,
}
PLAYERS = ("generator", "encoder", "discriminators")


def measure(bench, steps, examples, styles, probe_epochs, seeds, features=None, attribute=None, seed=0):
    """Trains BicycleGAN and pix2pix with noise from each seed, and a classifier that reads an attribute.

    Args:
        steps: updates of each player in each run.
        examples: held-out images whose translations are compared.
        styles: translations of each.
        probe_epochs: of the classifier over the real training images.
        seeds: all figures are means over them.
        features: arguments of the `FrozenFeatures` in whose maps they are compared; None for pixels.
        attribute: a name of `data.avatars.ATTRIBUTES`; None leaves it out, where data have none.
        seed: added to each of `seeds`.
    """
    common = halfway_constant(steps, PLAYERS)
    found = []
    for each in (seed + one for one in seeds):
        bicycle = bench.train("bicycle", "bicyclegan/edges2avatars", common, each)
        noise = bench.train("noise", "bicyclegan/edges2avatars", {**common, "eval": None, **NOISE}, each)
        figures = compared(bicycle, noise, examples, styles, features, each)
        found.append(figures | (kept_styles(bicycle, attribute, probe_epochs, each) if attribute else {}))
    means = {key: probes.mean_and_error([values[key] for values in found]) for key in found[0]}
    return {check.key: means[check.key] for check in CHECKS if check.key in means}


def compared(bicycle, noise, examples, styles, features, seed):
    """How much translations of one image differ, and how sharp they are, of a pair of variants."""
    held_out = reference_arrays(bicycle.config, bicycle.config.held_out)
    condition = held_out["condition"][:examples]
    maps = (lambda images: images) if features is None else FrozenFeatures(**features)
    found = {}
    for suffix, variant in {"": bicycle, "_noise": noise}.items():
        codes, images = translations(variant.model, condition, styles, seed)
        vectors = in_batches(maps, images, 250).reshape(len(condition), styles, -1)
        found[f"diversity{suffix}"] = variant.note("diversity", probes.mean_pair_distance(vectors))
        unlike = probes.gradient_distance(to_uint8(images[::styles]), held_out["image"])
        found[f"gradient_distance{suffix}"] = variant.note("gradient_distance", unlike)
        if variant is bicycle:
            found["code_correlation"] = variant.note(
                "code_correlation", correlation(variant.model, codes, images)
            )
    return {"diversity_ratio": found["diversity"] / found["diversity_noise"], **found}


def translations(model, condition, styles, seed):
    """Codes [n * styles, d], and the translations [n * styles, H, W, C] of uint8 conditions [n, ...] by them.

    Those of one condition follow one another.
    """
    repeated = np.repeat(condition / np.float32(127.5) - 1, styles, axis=0)
    codes = model.sampler.latents(len(repeated), seed)
    return codes, model.translate(repeated, z=codes)


def correlation(model, codes, images):
    """The correlation of codes [n, d] with those that the encoder reads from images, the mean over d."""
    read = model.encode(images)["mu"]
    return np.mean([np.corrcoef(drawn, found)[0, 1] for drawn, found in zip(codes.T, read.T)])


def kept_styles(variant, attribute, probe_epochs, seed):
    """How often a classifier finds an image's attribute in translations by its own code and by another's."""
    config, column = variant.config, list(ATTRIBUTES).index(attribute)
    real, held_out = (_with_attributes(config, split) for split in (config.data.split, config.held_out))
    judge = probes.classifier(
        real["image"], {attribute: real["attributes"][:, column]}, probe_epochs, seed=seed
    )
    pairs = reference_arrays(config, config.held_out)
    images, truth = pairs["image"] / np.float32(127.5) - 1, held_out["attributes"][:, column]
    own = variant.model.encode(images)["mu"]
    codes = {"": own, "_shuffled": np.roll(own, 1, axis=0)}

    def share(images):
        return probes.agreement(probes.read(judge, images)[attribute], truth)

    found = {"style_real": share(held_out["image"])}
    for suffix, z in codes.items():
        made = variant.model.translate(pairs["condition"] / np.float32(127.5) - 1, z=z)
        found[f"style{suffix}"] = variant.note(f"style{suffix}", share(to_uint8(made)))
    return {"style_lead": found["style"] - found["style_shuffled"], **found}


def _with_attributes(config, split):
    """The images that the config's edges are drawn from, with their attributes, in the same order."""
    settings = {**config.data.model_dump(), "name": config.data.name.removeprefix("edges/"), "split": split}
    return data.arrays(**settings)
