"""The AC-GAN pair for 32x32 images (Odena, Olah, Shlens 2017, arXiv:1610.09585, appendix A)."""

import keras
from keras import layers, ops

from tfgan_zoo.layers.batch_norm import BatchNormalization
from tfgan_zoo.layers.convolution import Conv2D, Conv2DTranspose
from tfgan_zoo.layers.dropout import ReplicaDropout


def _weights():
    return keras.initializers.RandomNormal(stddev=0.02)


def generator(latent_dim=100, maps=384, image_size=32, channels=3, classes=10):
    """{"z": [B, latent_dim], "label": [B]} -> image [B, image_size, image_size, channels] in [-1, 1].

    z and the one-hot class through a dense ReLU layer to an eighth of the size with `maps` maps, then
    5x5 transposed convolutions of stride 2 to half, a quarter of the maps and the image.
    """
    if image_size % 8:
        raise ValueError(f"This generator doubles three times; image_size={image_size} is no 8 k.")
    z = keras.Input([latent_dim], name="z")
    label = keras.Input([], dtype="int32", name="label")
    side = image_size // 8
    x = layers.Concatenate()([z, ops.one_hot(label, classes)])
    x = layers.Dense(side * side * maps, activation="relu", kernel_initializer=_weights())(x)
    x = layers.Reshape([side, side, maps])(x)
    for filters in (maps // 2, maps // 4):
        x = _up(x, filters, use_bias=False)
        x = layers.ReLU()(BatchNormalization()(x))
    image = layers.Activation("tanh", dtype="float32")(_up(x, channels))
    return keras.Model({"z": z, "label": label}, image, name="generator")


def _up(x, filters, use_bias=True):
    return Conv2DTranspose(
        filters, 5, strides=2, padding="same", use_bias=use_bias, kernel_initializer=_weights()
    )(x)


def discriminator(image_size=32, width=16, widest=512, channels=3, classes=10, dropout=0.5):
    """image -> {"source": logit [B, 1], "class": logits [B, classes]}.

    Six 3x3 convolutions of stride 2, 1, 2, 1, 2, 1 whose maps double from `width` up to `widest`, all
    but the first with batch norm, each with LeakyReLU 0.2 and dropout of that rate.
    """
    image = keras.Input([image_size, image_size, channels], name="image")
    x = image
    for depth in range(6):
        filters = min(width * 2**depth, widest)
        x = Conv2D(
            filters,
            3,
            strides=2 - depth % 2,
            padding="same",
            use_bias=depth == 0,
            kernel_initializer=_weights(),
        )(x)
        x = x if depth == 0 else BatchNormalization()(x)
        x = ReplicaDropout(dropout)(layers.LeakyReLU(0.2)(x))
    x = layers.Flatten()(x)
    heads = {"source": 1, "class": classes}
    outputs = {
        name: layers.Dense(units, kernel_initializer=_weights(), dtype="float32", name=name)(x)
        for name, units in heads.items()
    }
    return keras.Model(image, outputs, name="discriminator")
