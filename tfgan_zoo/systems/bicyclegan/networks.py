"""Encoders of styles: section 4 of Zhu et al. 2017 and their release."""

import keras
from keras import layers

from tfgan_zoo.layers.convolution import Conv2D
from tfgan_zoo.layers.instance_norm import instance_norm
from tfgan_zoo.layers.style_code import style_code


def _weights():
    return keras.initializers.RandomNormal(stddev=0.02)


def encoder(latent_dim=8, image_size=32, width=16, levels=3, channels=3):
    """Image -> {"mu", "logvar"}, each [B, latent_dim]: halving 4x4 convolutions, the mean over places.

    They have width, 2 width, 4 width ... maps and LeakyReLU. There is no norm: instance norm takes the mean
    of each map away, and the image's colours with it.
    """
    image = x = keras.Input([image_size, image_size, channels], name="image")
    for level in range(levels):
        x = Conv2D(width * 2**level, 4, strides=2, padding="same", kernel_initializer=_weights())(x)
        x = layers.LeakyReLU(0.2)(x)
    return keras.Model(image, style_code(layers.GlobalAveragePooling2D()(x), latent_dim), name="encoder")


def resnet_encoder(latent_dim=8, image_size=256, width=64, blocks=4, channels=3):
    """Image -> {"mu", "logvar"}, each [B, latent_dim]: the paper's, of residual blocks with instance norm.

    A halving convolution, `blocks` halving residual blocks of 2, 3, 4, 4 ... times `width` maps, and the mean
    over places, which are 8x8 for images of 256x256.
    """
    image = keras.Input([image_size, image_size, channels], name="image")
    x = Conv2D(width, 4, strides=2, padding="same", kernel_initializer=_weights())(image)
    for block in range(blocks):
        x = _residual(x, width * min(block + 2, 4))
    x = layers.GlobalAveragePooling2D()(layers.LeakyReLU(0.2)(x))
    return keras.Model(image, style_code(x, latent_dim), name="encoder")


def _residual(x, filters):
    """Norm, LeakyReLU, 3x3 convolution, twice, plus a 1x1 convolution of x; both halved by 2x2 means."""
    main = x
    for count in (x.shape[-1], filters):
        main = layers.LeakyReLU(0.2)(instance_norm()(main))
        main = layers.Conv2D(count, 3, padding="same", kernel_initializer=_weights())(main)
    beside = layers.Conv2D(filters, 1, kernel_initializer=_weights())(layers.AveragePooling2D(2)(x))
    return layers.Add()([layers.AveragePooling2D(2)(main), beside])
