"""Feature extractors: networks from images to features and logits, with their part of a stamp."""

import os

from tfgan_zoo.metrics.features.base import EXTRACTORS
from tfgan_zoo.metrics.features.tf_hub import tf_hub


def load_extractor(name, **options):
    """The `Extractor` called `name`: one of `EXTRACTORS`, or else a TF-Hub address or a SavedModel's folder.

    Options go to its constructor, as `weights=` to the Inceptions or `size=` to a TF-Hub module.

    Raises ValueError for an unknown name; it offers the nearest.
    """
    if name not in EXTRACTORS and ("://" in name or os.path.isdir(name)):
        return tf_hub(name, **options)
    return EXTRACTORS[name](**options)
