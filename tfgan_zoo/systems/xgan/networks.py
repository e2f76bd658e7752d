"""Networks of Royer et al. 2017 (arXiv:1711.05139, appendix): own and shared halves of both autoencoders.

Convolutions are 4x4 and have no norm. At 64x64 and the default widths the maps are those of the paper.
"""

import keras
from keras import layers

from tfgan_zoo.layers.convolution import Conv2D, Conv2DTranspose
from tfgan_zoo.networks.sizes import doublings


def encoder(image_size=64, width=32, channels=3, name="encoder"):
    """Image [B, H, H, channels] -> maps [B, H/4, H/4, 2 width]: the first half of a domain's encoder."""
    image = keras.Input([image_size, image_size, channels], name="image")
    return keras.Model(image, _down(_down(image, width), 2 * width), name=name)


def shared_encoder(image_size=64, width=32, embedding=1024):
    """Maps of an `encoder` of that size and width -> embedding [B, embedding] of length 1.

    Two more halving convolutions, to 8 width maps, and two dense layers of `embedding` units.
    """
    side = _sixteenth(image_size)
    maps = keras.Input([4 * side, 4 * side, 2 * width], name="maps")
    x = layers.Flatten()(_down(_down(maps, 4 * width), 8 * width))
    x = layers.LeakyReLU(0.2)(layers.Dense(embedding)(x))
    x = layers.Dense(embedding)(x)
    return keras.Model(maps, layers.UnitNormalization(dtype="float32")(x), name="shared_encoder")


def shared_decoder(image_size=64, width=64, embedding=1024):
    """Embedding -> maps [B, H/8, H/8, 4 width]: the first half of both decoders.

    A transposed convolution makes H/16 x H/16 places of 8 width maps of the embedding, another one doubles
    them.
    """
    side = _sixteenth(image_size)
    code = keras.Input([embedding], name="embedding")
    x = layers.Reshape([1, 1, embedding])(code)
    x = layers.ReLU()(layers.Conv2DTranspose(8 * width, side)(x))
    return keras.Model(code, _up(x, 4 * width), name="shared_decoder")


def decoder(image_size=64, width=64, channels=3, name="decoder"):
    """Maps of a `shared_decoder` of that size and width -> image [B, H, H, channels] in [-1, 1]."""
    side = 2 * _sixteenth(image_size)
    maps = keras.Input([side, side, 4 * width], name="maps")
    x = _up(_up(maps, 2 * width), width)
    image = Conv2DTranspose(channels, 4, strides=2, padding="same")(x)
    return keras.Model(maps, layers.Activation("tanh", dtype="float32")(image), name=name)


def discriminator(image_size=64, width=16, channels=3, name="discriminator"):
    """Image -> logit [B, 1]: halving convolutions to 4x4, of `width` maps first, then of twice as many."""
    x = image = keras.Input([image_size, image_size, channels], name="image")
    for level in range(doublings(image_size)):
        x = _down(x, 2 * width if level else width)
    logit = layers.Dense(1, dtype="float32")(layers.Flatten()(x))
    return keras.Model(image, logit, name=name)


def domain_classifier(embedding=1024, hidden=256):
    """Embedding -> logit [B, 1] of the domain: dense layers of `hidden` units and of a quarter of them."""
    x = code = keras.Input([embedding], name="embedding")
    for units in (hidden, hidden // 4):
        x = layers.ReLU()(layers.Dense(units)(x))
    return keras.Model(code, layers.Dense(1, dtype="float32")(x), name="domain_classifier")


def _down(x, filters):
    return layers.LeakyReLU(0.2)(Conv2D(filters, 4, strides=2, padding="same")(x))


def _up(x, filters):
    return layers.ReLU()(Conv2DTranspose(filters, 4, strides=2, padding="same")(x))


def _sixteenth(image_size):
    """The side of the smallest maps.

    Raises:
        ValueError: four halvings of the image leave none.
    """
    if image_size < 16 or image_size % 16:
        raise ValueError(f"These networks halve images four times, so image_size is 16 k; got {image_size}.")
    return image_size // 16
