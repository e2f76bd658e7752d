"""IAN's networks: Brock, Lim, Ritchie, Weston 2017 (arXiv:1609.07093), section 3 and the authors' code."""

import keras
import numpy as np
from keras import layers

from tfgan_zoo.layers.batch_norm import BatchNormalization
from tfgan_zoo.layers.convolution import Conv2D, Conv2DTranspose
from tfgan_zoo.layers.masked import MaskedDense
from tfgan_zoo.layers.minibatch_discrimination import MinibatchDiscrimination
from tfgan_zoo.layers.multiscale import MultiscaleConv2D
from tfgan_zoo.layers.style_code import style_code


def discriminator(image_size=32, width=16, levels=4, channels=3, minibatch_kernels=50):
    """image -> {"logit": [B, 3], "features": the maps of each level}: real, reconstruction or sample.

    5x5 convolutions of stride 2 whose maps double from `width`, with batch norm but on the image; minibatch
    discrimination of the last maps' means over positions.
    """
    image = x = keras.Input([image_size, image_size, channels], name="image")
    features = []
    for level in range(levels):
        first = level == 0
        x = Conv2D(
            width * 2**level, 5, strides=2, padding="same", use_bias=first, kernel_initializer=_weights()
        )(x)
        x = layers.LeakyReLU(0.2)(x if first else BatchNormalization()(x))
        features.append(x)
    x = MinibatchDiscrimination(minibatch_kernels)(layers.GlobalAveragePooling2D()(x))
    logit = layers.Dense(3, kernel_initializer=_weights(), dtype="float32")(x)
    return keras.Model(image, {"logit": logit, "features": features}, name="discriminator")


def encoder(latent_dim=64, image_size=32, width=16, levels=4, hidden=256):
    """{"maps": the discriminator's last maps} -> {"mu", "logvar"}, each [B, latent_dim], by one hidden layer.

    The hidden layer and both outputs have batch norm, as in the release.
    """
    side = image_size // 2**levels
    maps = keras.Input([side, side, width * 2 ** (levels - 1)], name="maps")
    x = layers.Dense(hidden, use_bias=False)(layers.Flatten()(maps))
    x = layers.LeakyReLU(0.2)(BatchNormalization()(x))
    code = style_code(x, latent_dim, stddev=0.02)
    normed = {name: BatchNormalization(dtype="float32")(values) for name, values in code.items()}
    return keras.Model({"maps": maps}, normed, name="encoder")


def flow(latent_dim=64, hidden=128, seed=0):
    """z [B, latent_dim] -> {"shift", "log_scale"}, each [B, latent_dim], of an autoregressive flow.

    A masked autoencoder of one hidden layer, whose output i reads inputs that come before input i in an order.

    seed: of the order and of the ranks of hidden units.
    """
    rng = np.random.default_rng(seed)
    order = (1 + rng.permutation(latent_dim)).tolist()
    ranks = rng.integers(1, max(latent_dim, 2), hidden).tolist()
    z = keras.Input([latent_dim], name="z")
    x = layers.LeakyReLU(0.2)(MaskedDense(hidden, order, ranks, strict=False)(z))

    def output(name):
        # The flow starts near the identity.
        return MaskedDense(
            latent_dim, ranks, order, strict=True, kernel_initializer=_weights(), dtype="float32", name=name
        )(x)

    return keras.Model(z, {name: output(name) for name in ("shift", "log_scale")}, name="flow")


def generator(latent_dim=64, image_size=32, width=16, levels=4, channels=3):
    """A code [B, latent_dim] -> image in [-1, 1]: IAN's simple decoder, 5x5 transposed convolutions of stride 2."""
    z = keras.Input([latent_dim], name="z")
    x = _start(z, image_size, width, levels)
    for level in reversed(range(levels - 1)):
        x = layers.ReLU()(BatchNormalization()(_up(x, width * 2**level)))
    image = layers.Activation("tanh", dtype="float32")(_up(x, channels, use_bias=True))
    return keras.Model(z, image, name="generator")


def multiscale_generator(latent_dim=100, image_size=64, width=64, levels=4, dilations=(0, 1, 2, 4)):
    """A code [B, latent_dim] -> RGB image in [-1, 1]: IAN's decoder.

    A residual block of multiscale dilated convolutions stands at each resolution but the first and the last, where
    channels are drawn one after another, each by the mean of a beta distribution (section 3.3).
    """
    z = keras.Input([latent_dim], name="z")
    x = _start(z, image_size, width, levels)
    for level in reversed(range(levels)):
        x = layers.ReLU()(BatchNormalization()(_up(x, width * 2 ** max(level - 1, 0))))
        if level:
            x = _multiscale_block(x, dilations)
    return keras.Model(z, _red_green_blue(x), name="generator")


def _start(z, image_size, width, levels):
    side, maps = image_size // 2**levels, width * 2 ** (levels - 1)
    x = layers.Dense(side * side * maps, use_bias=False, kernel_initializer=_weights())(z)
    return layers.ReLU()(BatchNormalization()(layers.Reshape([side, side, maps])(x)))


def _up(x, filters, use_bias=False):
    return Conv2DTranspose(
        filters, 5, strides=2, padding="same", use_bias=use_bias, kernel_initializer=_weights()
    )(x)


def _multiscale_block(x, dilations):
    beside = x
    for _ in range(2):
        x = layers.ReLU()(BatchNormalization()(x))
        x = MultiscaleConv2D(beside.shape[-1], dilations, use_bias=False, kernel_initializer=_weights())(x)
    return layers.ReLU()(BatchNormalization()(layers.Add()([beside, x])))


def _red_green_blue(x):
    """Maps -> image: 2 alpha / (alpha + beta) - 1 for each channel, whose two numbers read those before it."""
    drawn, colours = [], []
    for _ in range(3):
        seen = layers.Concatenate()([x, *drawn]) if drawn else x
        both = layers.Conv2D(2, 5, padding="same", kernel_initializer=_weights(), dtype="float32")(seen)
        both = layers.Activation("sigmoid", dtype="float32")(both)
        drawn.append(both)
        alpha, beta = both[..., :1], both[..., 1:]
        colours.append(2.0 * alpha / (alpha + beta + 1e-7) - 1.0)
    return layers.Concatenate(dtype="float32")(colours)


def _weights():
    return keras.initializers.RandomNormal(stddev=0.02)
