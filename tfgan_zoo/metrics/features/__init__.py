"""Feature extractors: networks from images to features and logits, with their part of a stamp."""

import importlib
import os

_BUILTIN = {
    "inception_2015": "tfgan_zoo.metrics.features.inception_2015",
    "inception_keras": "tfgan_zoo.metrics.features.inception_keras",
}


def load_extractor(name, **options):
    """The `Extractor` called `name`: built in, a `classifier/<data>`, a TF-Hub address or a folder.

    A folder is that of a SavedModel. Options go to its constructor, as `weights=` to the Inceptions
    or `size=` to a TF-Hub module.
    """
    if name in _BUILTIN:
        return getattr(importlib.import_module(_BUILTIN[name]), name)(**options)
    family, _, data = name.partition("/")
    if family == "classifier":
        from tfgan_zoo.metrics.features.classifier import classifier

        return classifier(data, **options)
    if "://" in name or os.path.isdir(name):
        from tfgan_zoo.metrics.features.tf_hub import tf_hub

        return tf_hub(name, **options)
    raise ValueError(
        f"no extractor {name!r}; use one of {sorted(_BUILTIN)}, "
        "classifier/mnist, classifier/fashion_mnist, classifier/cifar10, "
        "a TF-Hub address or the folder of a SavedModel"
    )
