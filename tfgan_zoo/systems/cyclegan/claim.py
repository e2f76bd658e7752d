"""CycleGAN's claim: the GAN makes the target domain, the cycle keeps what the source showed."""

import numpy as np

from tfgan_zoo.data.avatars import ATTRIBUTES
from tfgan_zoo.evaluation import reference_arrays
from tfgan_zoo.reproduce import at_least, at_most, probes, reported
from tfgan_zoo.reproduce.bench import halfway_constant
from tfgan_zoo.utils.pictures import to_uint8

CLAIM = (
    "With both losses a translation is in the target style and keeps what the source showed; the GAN alone "
    "loses that, the cycle alone does not reach the style."
)
PAPER = (
    "Tables 4 and 5, Cityscapes, per-pixel accuracy of labels to photos: GAN alone 0.51, CycleGAN 0.52, "
    "cycle alone 0.22; of photos to labels: GAN alone 0.53, CycleGAN 0.58"
)

VARIANTS = {
    "cyclegan": {},
    "gan_alone": {"system_args.cycle_weight": 0.0},
    "cycle_alone": {"system_args.gan_weight": 0.0},
}
NETWORKS = ("generator_ab", "generator_ba", "discriminator_a", "discriminator_b")


def check(bench, steps, image_size, patch_levels, probe_epochs, attributes=(), seed=0):
    """Trains the variants alike, and classifiers on real images that judge the translations from A to B.

    Args:
        steps: updates of each player in each run.
        image_size: of all networks.
        patch_levels: halvings of the discriminators.
        probe_epochs: of the classifiers over the real training images.
        attributes: list of names of `data.avatars.ATTRIBUTES` that both domains show.
    """
    common = {"train.seed": seed, "data.image_size": image_size}
    common |= halfway_constant(steps, ("generators", "discriminators"))
    common |= {f"networks.{network}.image_size": image_size for network in NETWORKS}
    common |= {f"networks.discriminator_{domain}.levels": patch_levels for domain in "ab"}
    variants = {
        name: bench.train(name, "cyclegan/avatars", {**common, **changes})
        for name, changes in VARIANTS.items()
    }
    style = styles(variants, probe_epochs, seed)
    kept = agreements(variants, attributes, probe_epochs, seed) if attributes else {}
    return [
        at_least("share of translations that look like B", style["cyclegan"], 0.9),
        at_most("that share for the cycle alone", style["cycle_alone"], 0.2),
        *_lead(kept),
        *(reported(f"share that looks like B, {name}", value) for name, value in style.items()),
        *(
            reported(f"{attribute} as in the source, {name}", value)
            for name, values in kept.items()
            for attribute, value in values.items()
        ),
    ]


def _lead(kept):
    if not kept:
        return []
    mean = {name: np.mean(list(values.values())) for name, values in kept.items()}
    lead = mean["cyclegan"] - mean["gan_alone"]
    return [at_least("attributes kept, less those that the GAN alone keeps", lead, 0.1)]


def styles(variants, probe_epochs, seed):
    """The share of each variant's translations of held-out A that a classifier takes for B; of real B too."""
    real, held_out = _domains(variants)
    images = np.concatenate([real["image_a"], real["image_b"]])
    domain = np.repeat([0, 1], [len(real["image_a"]), len(real["image_b"])])
    judge = probes.classifier(images, {"domain": domain}, probe_epochs, seed=seed)
    shares = {"real B": probes.read(judge, held_out["image_b"])["domain"].mean()}
    for name, variant in variants.items():
        found = probes.read(judge, translations(variant, held_out["image_a"], seed))["domain"]
        shares[name] = variant.note("looks_like_b", found.mean())
    return shares


def agreements(variants, attributes, probe_epochs, seed):
    """How often a classifier of B finds in translations of held-out A what A has; of real B what B has."""
    real, held_out = _domains(variants)
    columns = {name: list(ATTRIBUTES).index(name) for name in attributes}
    labels = {name: real["attributes_b"][:, column] for name, column in columns.items()}
    judge = probes.classifier(real["image_b"], labels, probe_epochs, seed=seed)

    def shares(images, truth):
        found = probes.read(judge, images)
        return {name: probes.agreement(found[name], truth[:, c]) for name, c in columns.items()}

    kept = {"real B": shares(held_out["image_b"], held_out["attributes_b"])}
    for name, variant in variants.items():
        images = translations(variant, held_out["image_a"], seed)
        kept[name] = shares(images, held_out["attributes_a"])
        for attribute, value in kept[name].items():
            variant.note(f"kept/{attribute}", value)
    return kept


def _domains(variants):
    """The training images and the held-out ones of the variants' data."""
    config = next(iter(variants.values())).config
    return reference_arrays(config), reference_arrays(config, config.held_out)


def translations(variant, images, seed):
    """uint8 translations from A to B of uint8 images."""
    return to_uint8(variant.model.translate(images / 127.5 - 1, seed=seed, direction="a_to_b"))
