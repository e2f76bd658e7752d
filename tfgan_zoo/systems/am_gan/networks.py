"""AM-GAN's networks for CIFAR-10: Zhou et al. 2018 (arXiv:1703.02000)."""

import keras
from keras import layers, ops

from tfgan_zoo.layers.batch_norm import BatchNormalization
from tfgan_zoo.layers.convolution import Conv2D, Conv2DTranspose
from tfgan_zoo.layers.dropout import ReplicaDropout
from tfgan_zoo.layers.keyed import ReplicaGaussianNoise
from tfgan_zoo.networks.sizes import doublings


def generator(latent_dim=100, image_size=32, width=96, channels=3, classes=None):
    """z [B, latent_dim] -> image [B, image_size, image_size, channels] in [-1, 1].

    From 4x4 by 3x3 transposed convolutions of stride 2 with half of the maps each, `width` at last, then one of
    stride 1 to the image. Batch norm and LeakyReLU 0.2 stand between.

    classes: how many labels it is given beside z, {"z": [B, latent_dim], "label": [B]}; None for none.
    """
    levels = doublings(image_size)
    z = keras.Input([latent_dim], name="z")
    inputs, x = z, z
    if classes is not None:
        label = keras.Input([], dtype="int32", name="label")
        inputs = {"z": z, "label": label}
        x = layers.Concatenate()([z, ops.one_hot(label, classes)])
    top = width * 2**levels
    x = layers.Dense(4 * 4 * top, use_bias=False, kernel_initializer=_weights())(x)
    x = _activated(layers.Reshape([4, 4, top])(x))
    for level in reversed(range(levels)):
        x = _activated(
            Conv2DTranspose(
                width * 2**level, 3, strides=2, padding="same", use_bias=False, kernel_initializer=_weights()
            )(x)
        )
    x = layers.Conv2DTranspose(channels, 3, padding="same", kernel_initializer=_weights())(x)
    return keras.Model(inputs, layers.Activation("tanh", dtype="float32")(x), name="generator")


def discriminator(image_size=32, width=64, channels=3, classes=10, input_noise=0.1, dropout=0.3):
    """image [B, image_size, image_size, channels] -> logits [B, classes + 1], the last that of fakes.

    Normal noise on the image, in training; 3x3 convolutions of stride 1, 2, 2, 2 whose maps double from `width`, with
    batch norm except on the image, LeakyReLU 0.2 and dropout; the mean over positions.

    classes: 0 for one logit alone, as of a GAN without classes.
    """
    image = keras.Input([image_size, image_size, channels], name="image")
    x = ReplicaGaussianNoise(input_noise)(image)
    for level, strides in enumerate((1, 2, 2, 2)):
        first = level == 0
        x = Conv2D(
            width * 2**level, 3, strides=strides, padding="same", use_bias=first, kernel_initializer=_weights()
        )(x)
        x = layers.LeakyReLU(0.2)(x) if first else _activated(x)
        x = ReplicaDropout(dropout)(x)
    x = layers.GlobalAveragePooling2D()(x)
    logits = layers.Dense(classes + 1, kernel_initializer=_weights(), dtype="float32")(x)
    return keras.Model(image, logits, name="discriminator")


def _activated(x):
    return layers.LeakyReLU(0.2)(BatchNormalization()(x))


def _weights():
    return keras.initializers.RandomNormal(stddev=0.02)
