"""Figures of how well an encoder inverts a generator, of models with `core.encoding.Encoding`."""

import numpy as np

from tfgan_zoo.evaluation.references import extractor_of, reference_arrays
from tfgan_zoo.utils.pictures import to_uint8


def labelled_images(config, split):
    """Real images float32 [n, H, W, C] in [-1, 1] of a split of the config's data, and their labels [n]."""
    real = reference_arrays(config, split)
    return real["image"] / np.float32(127.5) - np.float32(1), real["label"]


def classes_kept(reconstructions, labels, extractor):
    """The share of reconstructions that a classifier sorts into the class of the image that they are of.

    Args:
        reconstructions: float array [n, H, W, C] in [-1, 1].
        labels: integers [n], the classes of the images.
        extractor: the name of a classifier, "classifier/mnist".
    """
    logits = extractor_of(extractor)(to_uint8(reconstructions))["logits"]
    return float(np.mean(logits.argmax(axis=1) == labels))


def distance_ratio(images, reconstructions):
    """The mean distance of an image from its reconstruction, over that from the reconstruction of the one before.

    EGr / EGr_b of the release of Donahue et al. 2017 (arXiv:1605.09782): 1 where reconstructions ignore their images.

    images, reconstructions: arrays [n, ...], at least two.
    """
    own, others = (
        np.linalg.norm((images - made).reshape(len(images), -1), axis=1).mean()
        for made in (reconstructions, np.roll(reconstructions, 1, axis=0))
    )
    return float(own / others)
