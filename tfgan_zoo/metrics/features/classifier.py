"""Small classifiers that ship with the zoo, whose features mean something where ImageNet's do not.

Each was trained by `python -m tfgan_zoo.benchmarks.train_classifier` and lies with its card
under `pretrained/classifier/`.
"""

import functools

import keras
import numpy as np
import tensorflow as tf
from keras import layers

from tfgan_zoo.hub.index import pretrained_root
from tfgan_zoo.hub.weights import load_checked
from tfgan_zoo.layers.frozen_features import TRAINED
from tfgan_zoo.metrics.features.base import EXTRACTORS, Extractor
from tfgan_zoo.utils.precision import precision
from tfgan_zoo.utils.registry import look_up

SIDE = 32

# The arguments of `network` for each data set.
NETWORKS = {
    "mnist": {"channels": 1, "width": 16},
    "fashion_mnist": {"channels": 1, "width": 24},
    "cifar10": {"channels": 3, "width": 28},
}


def classifier(name, folder=None):
    """The extractor `classifier/<name>`: features [n, 8 width] before the last layer, logits [n, 10].

    name: "mnist" (128 features), "fashion_mnist" (192) or "cifar10" (224). folder: where the weights
    and the card of a training lie; None for those that ship.

    Images are uint8 or floats in [-1, 1], at most 32 x 32: smaller ones are centred on black, as
    `data.load(..., image_size=32, fit="pad")` does, and larger ones refused, since a score should
    not hang on a second resizer. The grey classifiers take 1 channel; "cifar10" takes 3, and grey
    is repeated.

    Raises FileNotFoundError where there are no weights, ValueError for another name or where the
    weights are not those that the card names.
    """
    model, digest = trained(name, folder)
    return _PaddingExtractor(
        name=f"classifier/{name}",
        network=lambda images: model(tf.cast(images, tf.float32) / 127.5 - 1.0, training=False),
        weights_hash=digest,
        resizer=f"none, centred on black to {SIDE}",
        antialias=False,
        layer="features",
        logits_layer="logits",
        channels=model.input_shape[-1],
    )


def trained(name, folder=None):
    """The `network` of that name with its weights, and their SHA-256.

    Arguments and errors are those of `classifier`.
    """
    model = network(**look_up(name, NETWORKS, "classifier"))
    folder = folder or pretrained_root() / "classifier" / name
    train = f"python -m tfgan_zoo.benchmarks.train_classifier {name} --out {folder}"
    return model, load_checked(model, folder, advice=f"Train them with `{train}`.")


for _name in NETWORKS:
    EXTRACTORS.add(f"classifier/{_name}", functools.partial(classifier, _name))
    TRAINED.add(f"classifier/{_name}", functools.partial(trained, _name))


def network(channels, width, classes=10):
    """Floats [b, 32, 32, channels] in [-1, 1] -> {"features": [b, 8 width], "logits": [b, classes]}.

    Five convolutions with batch norm, of which one is residual, from 16 x 16 down to 4 x 4, and
    the mean over positions. The maps after each of them are those of the layers relu_1 (16 x 16), relu_2,
    relu_3 (8 x 8), relu_4 and relu_5 (4 x 4). Everything is float32, whatever the program's dtype policy.
    """
    with precision("float32"):
        images = keras.Input((SIDE, SIDE, channels), name="images")
        x = _conv(images, width, "relu_1", size=4, strides=2)
        x = layers.MaxPooling2D()(_conv(x, 2 * width, "relu_2"))
        x = _conv(x, 4 * width, "relu_3")
        x = layers.MaxPooling2D()(layers.Add()([x, _conv(x, 4 * width, "relu_4")]))
        features = layers.GlobalAveragePooling2D(name="features")(_conv(x, 8 * width, "relu_5"))
        logits = layers.Dense(classes, name="logits")(features)
    return keras.Model(images, {"features": features, "logits": logits})


def _conv(x, filters, name, size=3, strides=1):
    x = layers.Conv2D(filters, size, strides, "same", use_bias=False)(x)
    # Trainings are a few thousand steps: the averages must not lag a tenth of that behind.
    return layers.ReLU(name=name)(layers.BatchNormalization(momentum=0.9)(x))


class _PaddingExtractor(Extractor):
    def _prepare(self, batch):
        return _centred(super()._prepare(batch), self.name)


def _centred(images, name):
    """uint8 [n, h, w, C] on black [n, 32, 32, C], the odd pixel right and below."""
    spare = [SIDE - side for side in images.shape[1:3]]
    if min(spare) < 0:
        raise ValueError(
            f"{name} takes images of at most {SIDE} x {SIDE}, not {images.shape[1]} x "
            f"{images.shape[2]}; load or resize them at {SIDE} for both sides of the comparison"
        )
    return np.pad(images, [(0, 0), *((s // 2, s - s // 2) for s in spare), (0, 0)])
