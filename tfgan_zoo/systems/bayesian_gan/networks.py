"""The networks of the authors' code for few labels: four layers of stride 2, with DCGAN's norms."""

import keras
from keras import layers

from tfgan_zoo.layers.batch_norm import BatchNormalization
from tfgan_zoo.layers.convolution import Conv2D, Conv2DTranspose

_LEVELS, _MOST_MAPS = 4, 512


def generator(latent_dim=100, image_size=32, width=96, channels=3):
    """z [B, latent_dim] -> image [B, image_size, image_size, channels] in [-1, 1].

    `width` maps come before the image, and twice as many at each lower resolution, up to 512.
    """
    *lower, lowest = [_maps(width, level) for level in range(_LEVELS)]
    size = image_size // 2**_LEVELS
    z = keras.Input([latent_dim], name="z")
    x = layers.Dense(size * size * lowest, use_bias=False, kernel_initializer=_weights())(z)
    x = layers.ReLU()(BatchNormalization()(layers.Reshape([size, size, lowest])(x)))
    for maps in reversed(lower):
        x = layers.ReLU()(BatchNormalization()(_up(x, maps, 3, use_bias=False)))
    image = layers.Activation("tanh", dtype="float32")(_up(x, channels, 5))
    return keras.Model(z, image, name="generator")


def discriminator(image_size=32, channels=3, classes=10, width=96):
    """Image in [-1, 1] -> {"logit": [B, classes], "features": [B, as many as the last maps]}.

    `width` maps follow the first layer, and twice as many each further one, up to 512.
    """
    image = keras.Input([image_size, image_size, channels], name="image")
    x = layers.LeakyReLU(0.2)(_down(image, width, 5))
    for level in range(1, _LEVELS):
        x = _down(x, _maps(width, level), 3, use_bias=False)
        x = layers.LeakyReLU(0.2)(BatchNormalization()(x))
    features = layers.Dense(_maps(width, _LEVELS - 1), kernel_initializer=_weights())(layers.Flatten()(x))
    features = layers.LeakyReLU(0.2)(features)
    logit = layers.Dense(classes, kernel_initializer=_weights(), dtype="float32", name="logit")(features)
    return keras.Model(image, {"logit": logit, "features": features}, name="discriminator")


def _weights():
    return keras.initializers.RandomNormal(stddev=0.02)


def _maps(width, level):
    return min(width * 2**level, _MOST_MAPS)


def _up(x, maps, size, **options):
    made = Conv2DTranspose(maps, size, strides=2, padding="same", kernel_initializer=_weights(), **options)
    return made(x)


def _down(x, maps, size, **options):
    return Conv2D(maps, size, strides=2, padding="same", kernel_initializer=_weights(), **options)(x)
