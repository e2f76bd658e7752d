"""Keras Applications' InceptionV3: a like network with other weights, whose scores are its own."""

import os

import keras

from tfgan_zoo.metrics.features.base import EXTRACTORS, Extractor
from tfgan_zoo.utils.files import sha256

_SIDE = 299
_FILE = "inception_v3_weights_tf_dim_ordering_tf_kernels.h5"


@EXTRACTORS.register
def inception_keras(weights="imagenet"):
    """The extractor with 2048 pooled features and 1000 logits.

    weights: "imagenet", which Keras downloads and checks, or the path of a weights file. Images are
    resized to 299 with antialiasing. Scores do not compare with those of `inception_2015`.
    """
    if weights is None:
        raise ValueError('weights must be "imagenet" or a path; random weights give no features')
    if weights != "imagenet" and not os.path.isfile(weights):
        raise FileNotFoundError(f'no weights file {weights}; give a path or "imagenet"')
    network = keras.applications.InceptionV3(
        weights=weights, input_shape=(_SIDE, _SIDE, 3), classifier_activation=None
    )
    if weights == "imagenet":
        weights = os.path.join(keras.config.keras_home(), "models", _FILE)
    images = keras.Input((None, None, 3), dtype="uint8", name="images")
    x = keras.layers.Resizing(_SIDE, _SIDE, antialias=True)(images)
    x = keras.layers.Rescaling(1 / 127.5, offset=-1.0)(x)
    heads = keras.Model(network.input, [network.get_layer("avg_pool").output, network.output])
    features, logits = heads(x, training=False)
    return Extractor(
        name="inception_keras",
        network=keras.Model(images, {"features": features, "logits": logits}),
        weights_hash=sha256(weights),
        resizer="bilinear, half-pixel centres, 299",
        antialias=True,
        layer="features",
        logits_layer="logits",
    )

