"""The generator and the auto-encoder of section 3.5, without the skip connections of some of its variants."""

import keras
from keras import layers

from tfgan_zoo.layers.convolution import Conv2D
from tfgan_zoo.networks.sizes import doublings

# The side of the smallest maps.
_SIDE = 8


def generator(latent_dim=64, image_size=64, width=128, channels=3, background=0.0):
    """z [B, latent_dim] -> image [B, image_size, image_size, channels], linear: the decoder's architecture.

    `background` is the value of pixels about which images start; see `autoencoder`.
    """
    z = keras.Input([latent_dim], name="z")
    return keras.Model(z, _decoded(z, image_size, width, channels, background), name="generator")


def autoencoder(latent_dim=64, image_size=64, width=128, channels=3, background=0.0):
    """Image -> {"reconstruction": as the image, "code": [B, latent_dim]}, both linear.

    The encoder has width, 2 width, 3 width ... maps, halved by stride 2 between resolutions down to 8x8; the
    decoder has `width` at all of them. Reconstructions start about the value `background`: where most pixels of the
    data are alike, a generator that starts elsewhere can stay there.
    """
    levels = doublings(image_size) - 1
    image = keras.Input([image_size, image_size, channels], name="image")
    x = _conv(image, width)
    for level in range(levels + 1):
        x = _conv(_conv(x, (level + 1) * width), (level + 1) * width)
        if level < levels:
            x = _conv(x, (level + 2) * width, strides=2)
    code = layers.Dense(latent_dim, dtype="float32")(layers.Flatten()(x))
    outputs = {"reconstruction": _decoded(code, image_size, width, channels, background), "code": code}
    return keras.Model(image, outputs, name="discriminator")


def _decoded(code, image_size, width, channels, background):
    x = layers.Reshape([_SIDE, _SIDE, width])(layers.Dense(_SIDE * _SIDE * width)(code))
    for level in range(doublings(image_size)):
        x = layers.UpSampling2D(2)(x) if level else x
        x = _conv(_conv(x, width), width)
    start = keras.initializers.Constant(background)
    return layers.Conv2D(channels, 3, padding="same", bias_initializer=start, dtype="float32")(x)


def _conv(x, filters, strides=1):
    return Conv2D(filters, 3, strides=strides, padding="same", activation="elu")(x)
