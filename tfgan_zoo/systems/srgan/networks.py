"""SRGAN's networks: figure 4 of Ledig et al. 2017."""

import keras
from keras import layers

from tfgan_zoo.layers.batch_norm import BatchNormalization
from tfgan_zoo.layers.convolution import Conv2D
from tfgan_zoo.layers.pixel_shuffle import PixelShuffle


def _prelu():
    """One slope a map, so that images may be of any size; it begins at that of He et al. 2015."""
    return layers.PReLU(alpha_initializer=keras.initializers.Constant(0.25), shared_axes=[1, 2])


def _conv_norm(x):
    """3x3 convolution of as many maps, batch norm."""
    return BatchNormalization()(layers.Conv2D(x.shape[-1], 3, padding="same", use_bias=False)(x))


def _residual(x):
    """Convolution, norm, PReLU, convolution, norm, beside the input."""
    return layers.Add()([x, _conv_norm(_prelu()(_conv_norm(x)))])


def _double(x):
    """Doubles the resolution: 3x3 convolution to four times the maps, pixel shuffle, PReLU."""
    return _prelu()(PixelShuffle(2)(layers.Conv2D(4 * x.shape[-1], 3, padding="same")(x)))


def generator(width=64, blocks=16, channels=3, last_size=9):
    """Small image [B, h, w, channels] in [0, 1] -> image [B, 4h, 4w, channels]: SRResNet, for any h and w.

    The output is linear, with [-1, 1] as the range of images.

    k9n64, `blocks` residual blocks, a convolution with norm and the skip over all of them, two doublings
    and a convolution of side `last_size`.
    """
    small = keras.Input([None, None, channels], name="condition")
    first = x = _prelu()(layers.Conv2D(width, 9, padding="same")(small))
    for _ in range(blocks):
        x = _residual(x)
    x = layers.Add()([first, _conv_norm(x)])
    x = _double(_double(x))
    image = layers.Conv2D(channels, last_size, padding="same", dtype="float32")(x)
    return keras.Model(small, image, name="generator")


def discriminator(image_size=96, width=64, levels=4, largest=512, hidden=1024, channels=3):
    """Image [B, image_size, image_size, channels] in [-1, 1] -> logit [B, 1].

    `levels` pairs of 3x3 convolutions of stride 1 and 2 with norm (not on the image), of width, 2 width,
    4 width ... maps, at most `largest`; two dense layers. LeakyReLU 0.2 throughout.
    """
    image = x = keras.Input([image_size, image_size, channels], name="image")
    for level in range(levels):
        for strides in (1, 2):
            on_image = level == 0 and strides == 1
            filters = min(width * 2**level, largest)
            x = Conv2D(filters, 3, strides=strides, padding="same", use_bias=on_image)(x)
            x = layers.LeakyReLU(0.2)(x if on_image else BatchNormalization()(x))
    x = layers.LeakyReLU(0.2)(layers.Dense(hidden)(layers.Flatten()(x)))
    return keras.Model(image, layers.Dense(1, dtype="float32")(x), name="discriminator")
