"""The residual DCGAN pair that reads a text: Reed et al. 2016 (arXiv:1605.05396, figure 2, and its code)."""

import keras
from keras import layers

from tfgan_zoo.layers.batch_norm import BatchNormalization
from tfgan_zoo.networks.sizes import doublings

# Builders by the names that older cards and run folders give them.
FORMER_NAMES = {
    "text_dcgan.generator": "generator",
    "text_dcgan.discriminator": "discriminator",
}


def _weights():
    return keras.initializers.RandomNormal(stddev=0.02)


def _normalized(x, filters, size=3, strides=1):
    convolution = layers.Conv2D(
        filters, size, strides, padding="same", use_bias=False, kernel_initializer=_weights()
    )
    return BatchNormalization()(convolution(x))


def _up(x, filters):
    """Doubles the resolution: 4x4 transposed convolution of stride 2, batch norm."""
    convolution = layers.Conv2DTranspose(
        filters, 4, 2, padding="same", use_bias=False, kernel_initializer=_weights()
    )
    return BatchNormalization()(convolution(x))


def _residual(x, activation):
    """x and, added to it, a bottleneck of a quarter of its maps: 1x1, 3x3 and 3x3 convolutions."""
    filters = x.shape[-1]
    y = activation()(_normalized(x, filters // 4, size=1))
    y = activation()(_normalized(y, filters // 4))
    return activation()(layers.Add()([x, _normalized(y, filters)]))


def _leaky():
    return layers.LeakyReLU(0.2)


def generator(latent_dim=100, text_dim=1024, text_units=128, image_size=64, width=128, channels=3):
    """{"z": [B, latent_dim], "text": [B, text_dim]} -> image [B, image_size, image_size, channels].

    Pixels lie in [-1, 1]. The text goes through a layer of its own and then with z up from 4x4, with a
    residual bottleneck at 4x4 and at 8x8. `width` is the number of maps before the image; the release's
    64x64 network has 128.
    """
    levels = doublings(image_size, least=2)
    z = keras.Input([latent_dim], name="z")
    text = keras.Input([text_dim], name="text")
    read = _leaky()(layers.Dense(text_units, kernel_initializer=_weights())(text))
    top = width * 2 ** (levels - 1)
    x = layers.Concatenate()([z, read])
    x = layers.Dense(4 * 4 * top, use_bias=False, kernel_initializer=_weights())(x)
    x = _residual(BatchNormalization()(layers.Reshape([4, 4, top])(x)), layers.ReLU)
    x = _residual(_up(x, top // 2), layers.ReLU)
    for level in reversed(range(levels - 2)):
        x = layers.ReLU()(_up(x, width * 2**level))
    image = layers.Conv2DTranspose(channels, 4, 2, padding="same", kernel_initializer=_weights())(x)
    image = layers.Activation("tanh", dtype="float32")(image)
    return keras.Model({"z": z, "text": text}, image, name="generator")


def discriminator(text_dim=1024, text_units=128, image_size=64, width=64, channels=3):
    """{"image": [B, image_size, image_size, channels], "text": [B, text_dim]} -> logit [B, 1].

    The image down to 4x4, with a residual bottleneck there; the text through a layer of its own, repeated at
    each of the 16 places; both together through a 1x1 convolution and one over all places.
    """
    image = keras.Input([image_size, image_size, channels], name="image")
    text = keras.Input([text_dim], name="text")
    x = layers.Conv2D(width, 4, 2, padding="same", kernel_initializer=_weights())(image)
    for level in range(1, doublings(image_size, least=2)):
        x = _normalized(_leaky()(x), width * 2**level, size=4, strides=2)
    x = _residual(x, _leaky)
    read = layers.Dense(text_units, use_bias=False, kernel_initializer=_weights())(text)
    read = _leaky()(BatchNormalization()(read))
    read = layers.UpSampling2D(4)(layers.Reshape([1, 1, text_units])(read))
    joint = _leaky()(_normalized(layers.Concatenate()([x, read]), x.shape[-1], size=1))
    logit = layers.Conv2D(1, 4, kernel_initializer=_weights(), dtype="float32")(joint)
    logit = layers.Reshape([1], dtype="float32")(logit)
    return keras.Model({"image": image, "text": text}, logit, name="discriminator")
