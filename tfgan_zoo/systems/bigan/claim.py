"""BiGAN's claim: shown with their codes, images are kept by the encoder and the generator, which never meet."""

import numpy as np

from tfgan_zoo.hub.models import build
from tfgan_zoo.metrics import nearest_neighbours
from tfgan_zoo.reproduce import Check
from tfgan_zoo.reproduce.reconstructions import classes_kept, distance_ratio, labelled_images

CLAIM = "A discriminator of pairs makes the encoder invert the generator, and the encoder's features tell classes."
PAPER = (
    "The release's log after 400 epochs: the nearest neighbour in E's features classifies 97.35% of test digits, and "
    "reconstructions are 5.95 from their images, 9.60 from others"
)

CHECKS = [
    Check("kept", "Share of test digits whose reconstruction is the same digit, median of the seeds", headline=True),
    Check(
        "kept_lead",
        "Share of test digits kept, less that of a BiGAN which sees images with codes of others, median of the seeds",
        headline=True,
    ),
    Check("kept_unpaired", "Share of test digits kept where images are seen with codes of others, median of the seeds"),
    Check("kept_regressor", "Share of test digits kept by the latent regressor of a GAN, first seed"),
    Check(
        "distance_ratio",
        "Distance of test images from their reconstructions, over that from others', median of the seeds",
        paper="0.62",
    ),
    Check("neighbours", "Test accuracy of the nearest neighbour in the encoder's features, first seed", paper="0.9735"),
    Check("neighbours_untrained", "Test accuracy of the nearest neighbour in features of an untrained encoder"),
]

CONFIG = "bigan/mnist"
_UNPAIRED = {"system_args.objective": "unpaired"}
_REGRESSOR = {"system_args.objective": "latent_regressor", "networks.discriminator.latent_dim": None}


def measure(bench, seeds, extractor, split="test", known=60000):
    """Trains BiGAN and its twin of unpaired codes from each seed, and from the first the latent regressor of a GAN.

    Args:
        seeds: list of seeds.
        extractor: the classifier that reads reconstructions.
        split: of the images that are reconstructed and classified.
        known: training images among which neighbours are sought.
    """
    bigan = [bench.train("bigan", CONFIG, {"eval": None}, seed) for seed in seeds]
    unpaired = [bench.train("unpaired", CONFIG, {"eval": None, **_UNPAIRED}, seed) for seed in seeds]
    regressor = bench.train("regressor", CONFIG, {"eval": None, **_REGRESSOR}, seeds[0])
    first = bigan[0]
    images, labels = labelled_images(first.config, split)
    ours, theirs, regressed = (
        np.array([_reconstructed(variant, images, labels, extractor) for variant in variants])
        for variants in (bigan, unpaired, [regressor])
    )
    training = [values[:known] for values in labelled_images(first.config, first.config.data.split)]
    return {
        "kept": np.median(ours[:, 0]),
        "kept_lead": np.median(ours[:, 0] - theirs[:, 0]),
        "kept_unpaired": np.median(theirs[:, 0]),
        "kept_regressor": regressed[0, 0],
        "distance_ratio": np.median(ours[:, 1]),
        "neighbours": _neighbours(first.model, training, (images, labels)),
        "neighbours_untrained": _neighbours(build(first.config), training, (images, labels)),
    }


def _reconstructed(variant, images, labels, extractor):
    """(share of classes kept, ratio of distances) of a variant's reconstructions."""
    made = variant.model.reconstruct(images)
    return (
        variant.note("kept", classes_kept(made, labels, extractor)),
        variant.note("distance_ratio", distance_ratio(images, made)),
    )


def _neighbours(model, training, test):
    """How often the nearest of training images, by the encoder's features, has a test image's label."""
    (known, known_labels), (images, labels) = training, test
    features = [model.encode(each)["features"] for each in (images, known)]
    nearest, _ = nearest_neighbours(*features)
    return float(np.mean(known_labels[nearest[:, 0]] == labels))
