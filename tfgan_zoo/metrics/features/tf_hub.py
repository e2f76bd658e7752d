"""Any TF-Hub address or local SavedModel as an extractor."""

import hashlib
import os

import tensorflow as tf

from tfgan_zoo.metrics.features.base import Extractor
from tfgan_zoo.utils.files import sha256


def tf_hub(
    handle, size=224, value_range=(0.0, 1.0), layer="default", logits_layer=None, channels=3
):
    """The extractor of the SavedModel at `handle`, a folder or a TF-Hub address.

    The module takes float images [b, size, size, channels] in `value_range`, to which uint8 images
    are resized (bilinear, antialiased; size None leaves them). It is called as a function, or by
    its signature `serving_default` or `default`, and gives a tensor (named "default" here) or a
    dict: `layer` and `logits_layer` choose from it. The weights' hash is over every file of the
    folder.
    """
    folder = handle if os.path.isdir(handle) else _resolve(handle)
    module = tf.saved_model.load(folder)
    function = _callable(module, handle)
    low, high = value_range

    def network(images):
        images = tf.cast(images, tf.float32) * ((high - low) / 255) + low
        if size is not None:
            images = tf.image.resize(images, (size, size), antialias=True)
        outputs = function(images)
        return outputs if isinstance(outputs, dict) else {"default": outputs}

    # A loaded SavedModel's functions hold no reference to the variables that they read.
    network.module = module
    return Extractor(
        name=f"tf_hub:{handle}",
        network=network,
        weights_hash=_folder_hash(folder),
        resizer="none" if size is None else f"bilinear, half-pixel centres, {size}",
        antialias=size is not None,
        layer=layer,
        logits_layer=logits_layer,
        channels=channels,
    )


def _resolve(handle):
    import tensorflow_hub

    return tensorflow_hub.resolve(handle)


def _callable(module, handle):
    if callable(module):
        return module
    for name in ("serving_default", "default"):
        if name in module.signatures:
            return module.signatures[name]
    raise ValueError(
        f"{handle} is not callable and has no signature serving_default or default; "
        f"it has {sorted(module.signatures)}"
    )


def _folder_hash(folder):
    digest = hashlib.sha256()
    for root, folders, files in os.walk(folder):
        folders.sort()
        for name in sorted(files):
            path = os.path.join(root, name)
            digest.update(os.path.relpath(path, folder).encode())
            digest.update(sha256(path).encode())
    return digest.hexdigest()
