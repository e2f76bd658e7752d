"""Trained text encoders by name, each with the image network that it was matched with.

They were trained by `python -m tfgan_zoo.benchmarks.train_encoder`; those that ship lie with their cards
under `pretrained/text/`.
"""

import functools
from dataclasses import dataclass

import keras
import numpy as np

from tfgan_zoo.hub.index import pretrained_root
from tfgan_zoo.hub.weights import checked, load_checked
from tfgan_zoo.layers.frozen_features import TRAINED
from tfgan_zoo.text import char_cnn_rnn
from tfgan_zoo.text.characters import characters
from tfgan_zoo.utils import cache
from tfgan_zoo.utils.batching import in_batches
from tfgan_zoo.utils.resize import Form, to_uint8
from tfgan_zoo.utils.spelling import nearest

_SMALL = {
    "text": {"dimension": 128, "widths": (64, 96, 128), "length": 96},
    "image": {"dimension": 128, "width": 24, "image_size": 32},
}
_PAPER = {"text": {}, "image": {"width": 64, "image_size": 64}}

# The arguments of both networks of each encoder.
NETWORKS = {"noto_emoji": _SMALL, "avatars": _SMALL, "avatars_matcher": _SMALL, "noto_emoji_paper": _PAPER}

# Builders by the names that older cards and run folders give them.
FORMER_NAMES = {"char_cnn_rnn.pretrained": "pretrained"}


@dataclass(frozen=True)
class Encoder:
    """Two networks whose embeddings of a caption and of an image that shows it have a large inner product.

    Attributes:
        name: in `NETWORKS`.
        text: functional model, characters [B, L] -> embedding [B, d].
        image: functional model, images [B, H, H, 3] in [-1, 1] -> embedding [B, d].
        weights_hash: SHA-256 of their weights, or None before these are read.
    """

    name: str
    text: keras.Model
    image: keras.Model
    weights_hash: str | None = None

    @property
    def dimension(self):
        return self.text.output_shape[-1]

    @property
    def image_size(self):
        return self.image.input_shape[1]

    def networks(self):
        """Both in one model, as their weights are kept."""
        return keras.Model([self.text.input, self.image.input], [self.text.output, self.image.output])

    def embed_captions(self, captions, batch_size=250):
        """Strings [n] -> float32 [n, d]."""
        return in_batches(lambda part: embedded(self.text, part), np.asarray(captions), batch_size)

    def embed_images(self, images, batch_size=250):
        """Images [n, H, W, 1 or 3], uint8 or floats in [-1, 1] -> float32 [n, d].

        Those that are not of the network's size are stretched to it, and grey is repeated.
        """
        stretched = Form((self.image_size, self.image_size), "stretch", 3).array(np.asarray(images))
        pixels = to_uint8(stretched).astype(np.float32) / 127.5 - 1.0
        return in_batches(lambda part: self.image(part, training=False), pixels, batch_size)


def embedded(network, captions):
    """A text encoder's embedding [B, d] of strings [B]."""
    return network(characters(captions, network.input_shape[1]), training=False)


def build(name):
    """The `Encoder` of that name with fresh weights.

    Raises ValueError where there is none of that name.
    """
    _known(name)
    arguments = NETWORKS[name]
    text, image = (getattr(char_cnn_rnn, f"{side}_encoder")(**arguments[side]) for side in ("text", "image"))
    return Encoder(name, text, image)


def load(name, folder=None):
    """The trained `Encoder` of that name. Arguments and errors are those of `find`."""
    encoder = build(name)
    digest = load_checked(encoder.networks(), *_folders(name, folder), advice=_advice(name, folder))
    return Encoder(name, encoder.text, encoder.image, digest)


def pretrained(name):
    """The text network of the trained `Encoder` of that name, frozen: a builder."""
    network = load(name).text
    network.trainable = False
    return network


def image_network(name, folder=None):
    """The image network of the trained `Encoder` of that name, and the SHA-256 of its file of weights."""
    encoder = load(name, folder)
    return encoder.image, encoder.weights_hash


for _name in NETWORKS:
    TRAINED.add(f"text/{_name}", functools.partial(image_network, _name))


def find(name, folder=None):
    """The path of an encoder's weights and their SHA-256.

    folder: where its weights and card lie; None for those that ship, or else text/NAME in the zoo's cache.

    Raises FileNotFoundError where there are no weights, ValueError for another name or where the
    weights are not those that the card names.
    """
    _known(name)
    return checked(*_folders(name, folder), advice=_advice(name, folder))


def _folders(name, folder):
    homes = [pretrained_root(), cache.folder()]
    return [home / "text" / name for home in homes] if folder is None else [folder]


def _advice(name, folder):
    out = _folders(name, folder)[-1]
    return f"Train them with `python -m tfgan_zoo.benchmarks.train_encoder {name} --out {out}`."


def _known(name):
    if name not in NETWORKS:
        raise ValueError(f"no text encoder {name!r}.{nearest(name, NETWORKS)}")
