"""Convolutional auto-encoders (section 4.3) and the fully connected networks of the grid of settings (4.1)."""

import keras
from keras import layers

from tfgan_zoo.layers.batch_norm import BatchNormalization
from tfgan_zoo.layers.convolution import Conv2D, Conv2DTranspose


def _weights(stddev=0.02):
    return keras.initializers.RandomNormal(stddev=stddev)


def autoencoder(image_size=64, width=64, levels=3, channels=3):
    """Image in [-1, 1] -> {"reconstruction": as the image, "code": [B, n]}.

    4x4 convolutions of stride 2 to width, 2 width, 4 width ... maps, and their mirror, with batch norm except
    on the input and the output, LeakyReLU, and tanh at the end. The code is the maps between both.
    """
    image = keras.Input([image_size, image_size, channels], name="image")
    x = image
    for level in range(levels):
        x = _layer(Conv2D, x, width * 2**level, normalised=level > 0)
    code = layers.Flatten(dtype="float32")(x)
    for level in reversed(range(levels - 1)):
        x = _layer(Conv2DTranspose, x, width * 2**level, normalised=True)
    x = Conv2DTranspose(channels, 4, strides=2, padding="same", kernel_initializer=_weights())(x)
    return _autoencoder(image, layers.Activation("tanh", dtype="float32")(x), code)


def _layer(kind, x, filters, normalised):
    x = kind(filters, 4, strides=2, padding="same", use_bias=not normalised, kernel_initializer=_weights())(x)
    return layers.LeakyReLU(0.2)(BatchNormalization()(x) if normalised else x)


def fc_generator(latent_dim=100, hidden=400, depth=2, image_size=28, channels=1):
    """z [B, latent_dim] -> `depth` layers of `hidden` with batch norm and ReLU -> tanh image."""
    z = keras.Input([latent_dim], name="z")
    h = z
    for _ in range(depth):
        h = _dense(h, hidden, 0.02, normalised=True)
    return keras.Model(z, _image(h, image_size, channels, 0.02), name="generator")


def fc_discriminator(hidden=256, depth=1, image_size=28, channels=1):
    """A GAN's D: image -> `depth` ReLU layers of `hidden`, all but the first with batch norm -> logit [B, 1]."""
    image = keras.Input([image_size, image_size, channels], name="image")
    h = _trunk(image, hidden, depth)
    logit = layers.Dense(1, kernel_initializer=_weights(0.002), dtype="float32")(h)
    return keras.Model(image, logit, name="discriminator")


def fc_autoencoder(hidden=256, depth=1, image_size=28, channels=1):
    """Image -> the layers of `fc_discriminator` as encoder, one linear layer with tanh as decoder."""
    image = keras.Input([image_size, image_size, channels], name="image")
    h = _trunk(image, hidden, depth)
    return _autoencoder(image, _image(h, image_size, channels, 0.002), layers.Identity(dtype="float32")(h))


def _trunk(image, hidden, depth):
    h = layers.Flatten()(image)
    for layer in range(depth):
        h = _dense(h, hidden, 0.002, normalised=layer > 0)
    return h


def _dense(h, units, stddev, normalised):
    h = layers.Dense(units, use_bias=not normalised, kernel_initializer=_weights(stddev))(h)
    return layers.ReLU()(BatchNormalization()(h) if normalised else h)


def _image(h, image_size, channels, stddev):
    units = image_size * image_size * channels
    pixels = layers.Dense(units, activation="tanh", kernel_initializer=_weights(stddev), dtype="float32")(h)
    return layers.Reshape([image_size, image_size, channels], dtype="float32")(pixels)


def _autoencoder(image, reconstruction, code):
    return keras.Model(image, {"reconstruction": reconstruction, "code": code}, name="discriminator")
