"""The 28x28 networks of the release of Hjelm et al. 2018 (arXiv:1702.08431)."""

import keras
from keras import layers

from tfgan_zoo.layers.batch_norm import BatchNormalization
from tfgan_zoo.layers.convolution import Conv2D, Conv2DTranspose


def generator(latent_dim=64, image_size=28, width=64, hidden=1024, channels=1, activation="linear"):
    """z [B, latent_dim] -> [B, image_size, image_size, channels]: a logit for each pixel.

    Two dense layers to a quarter of the size with 2 * `width` maps, then 5x5 transposed convolutions of stride 2 to
    `width` maps and to the image; batch norm and ReLU in between. With `activation` "tanh" it makes grey images.
    """
    _check(image_size)
    z = keras.Input([latent_dim], name="z")
    side = image_size // 4
    x = _normed(layers.Dense(hidden, use_bias=False)(z))
    x = _normed(layers.Dense(side * side * 2 * width, use_bias=False)(x))
    x = layers.Reshape([side, side, 2 * width])(x)
    x = _normed(Conv2DTranspose(width, 5, strides=2, padding="same", use_bias=False)(x))
    x = Conv2DTranspose(channels, 5, strides=2, padding="same")(x)
    return keras.Model(z, layers.Activation(activation, dtype="float32")(x), name="generator")


def discriminator(image_size=28, width=64, hidden=1024, channels=1):
    """Image [B, image_size, image_size, channels] -> logit [B, 1].

    5x5 convolutions of stride 2 with `width` and 2 * `width` maps and a dense layer, with LeakyReLU 0.2 and without
    batch norm.
    """
    _check(image_size)
    image = keras.Input([image_size, image_size, channels], name="image")
    x = image
    for filters in (width, 2 * width):
        x = layers.LeakyReLU(0.2)(Conv2D(filters, 5, strides=2, padding="same")(x))
    x = layers.LeakyReLU(0.2)(layers.Dense(hidden)(layers.Flatten()(x)))
    return keras.Model(image, layers.Dense(1, dtype="float32")(x), name="discriminator")


def _normed(x):
    return layers.ReLU()(BatchNormalization()(x))


def _check(image_size):
    if image_size % 4:
        raise ValueError(f"These networks halve twice; image_size={image_size} is no 4 k.")
