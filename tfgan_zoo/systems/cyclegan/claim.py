"""CycleGAN's claim: the GAN makes the target domain, the cycle keeps what the source showed."""

import numpy as np

from tfgan_zoo.data.avatars import ATTRIBUTES
from tfgan_zoo.evaluation import reference_arrays
from tfgan_zoo.reproduce import Check, probes
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

CHECKS = [
    Check("style", "Share of translations that a classifier takes for the target style", headline=True),
    Check("style_cycle_alone", "Share of translations in the target style, trained with the cycle alone"),
    Check(
        "attributes_lead",
        "Share of attributes kept in translation, less that with the GAN alone",
        paper="0.01 (labels to photos) and 0.05 (photos to labels), per-pixel accuracy",
        headline=True,
    ),
    Check("style_gan_alone", "Share of translations in the target style, trained with the GAN alone"),
    Check("style_real", "Share of real images of the target style that the classifier takes for it"),
    Check("attributes", "Share of attributes (glasses, facial hair, hair colour) kept in translation"),
    Check("attributes_gan_alone", "Share of attributes kept in translation, trained with the GAN alone"),
    Check("attributes_cycle_alone", "Share of attributes kept in translation, trained with the cycle alone"),
    Check("attributes_real", "Share of attributes that the classifier reads rightly in real images"),
]

VARIANTS = {
    "cyclegan": {},
    "gan_alone": {"system_args.cycle_weight": 0.0},
    "cycle_alone": {"system_args.gan_weight": 0.0},
}
NETWORKS = ("generator_ab", "generator_ba", "discriminator_a", "discriminator_b")


def measure(bench, steps, image_size, patch_levels, probe_epochs, attributes=(), seed=0):
    """Trains the variants alike, and classifiers on real images that judge the translations from A to B.

    Args:
        steps: updates of each player in each run.
        image_size: of all networks.
        patch_levels: halvings of the discriminators.
        probe_epochs: of the classifiers over the real training images.
        attributes: list of names of `data.avatars.ATTRIBUTES` that both domains show.
    """
    common = {"data.image_size": image_size, "eval": None}
    common |= halfway_constant(steps, ("generators", "discriminators"))
    common |= {f"networks.{network}.image_size": image_size for network in NETWORKS}
    common |= {f"networks.discriminator_{domain}.levels": patch_levels for domain in "ab"}
    variants = {
        name: bench.train(name, "cyclegan/avatars", {**common, **changes}, seed)
        for name, changes in VARIANTS.items()
    }
    style = styles(variants, probe_epochs, seed)
    found = {
        "style": style["cyclegan"],
        **{f"style_{name}": style[name] for name in ("gan_alone", "cycle_alone", "real")},
    }
    if not attributes:
        return found
    of_each = agreements(variants, attributes, probe_epochs, seed)
    kept = {name: np.mean(list(shares.values())) for name, shares in of_each.items()}
    return {
        **found,
        "attributes": kept["cyclegan"],
        "attributes_lead": kept["cyclegan"] - kept["gan_alone"],
        **{f"attributes_{name}": kept[name] for name in ("gan_alone", "cycle_alone", "real")},
    }


def styles(variants, probe_epochs, seed):
    """The share of each variant's translations of held-out A that a classifier takes for B; of real B too."""
    real, held_out = _domains(variants)
    images = np.concatenate([real["image_a"], real["image_b"]])
    domain = np.repeat([0, 1], [len(real["image_a"]), len(real["image_b"])])
    judge = probes.classifier(images, {"domain": domain}, probe_epochs, seed=seed)
    shares = {"real": probes.read(judge, held_out["image_b"])["domain"].mean()}
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

    kept = {"real": shares(held_out["image_b"], held_out["attributes_b"])}
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
