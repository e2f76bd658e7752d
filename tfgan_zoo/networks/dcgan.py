"""The DCGAN pair (Radford, Metz, Chintala 2016, arXiv:1511.06434, section 3 and figure 1)."""

import keras
from keras import layers

from tfgan_zoo.layers.batch_norm import BatchNormalization
from tfgan_zoo.layers.convolution import Conv2D, Conv2DTranspose
from tfgan_zoo.layers.minibatch_discrimination import MinibatchDiscrimination
from tfgan_zoo.networks.sizes import doublings
from tfgan_zoo.networks.virtual import before, behind, norm


def _weights():
    return keras.initializers.RandomNormal(stddev=0.02)


def _up(x, filters, virtual_batch):
    """Doubles the resolution: 5x5 stride-2 transposed convolution, batch norm, ReLU."""
    x = Conv2DTranspose(filters, 5, strides=2, padding="same", use_bias=False, kernel_initializer=_weights())(
        x
    )
    return layers.ReLU()(norm(virtual_batch)(x))


def _down(x, filters, first):
    """Halves the resolution: 5x5 stride-2 convolution, batch norm except on the input, LeakyReLU."""
    x = Conv2D(filters, 5, strides=2, padding="same", use_bias=first, kernel_initializer=_weights())(x)
    return layers.LeakyReLU(0.2)(x if first else BatchNormalization()(x))


def generator(latent_dim=100, image_size=64, width=128, channels=3, activation="tanh", virtual_batch=0):
    """z [B, latent_dim] -> image [B, image_size, image_size, channels] in [-1, 1].

    `width` is the number of maps before the image; the paper's 64x64 network has 128, and so
    1024 at 4x4. No batch norm on the output, whose `activation` is tanh in the paper. With a `virtual_batch` batch
    norm is virtual, by a reference batch of so many examples.
    """
    levels = doublings(image_size)
    z = keras.Input([latent_dim], name="z")
    top = width * 2 ** (levels - 1)
    x = layers.Dense(4 * 4 * top, use_bias=False, kernel_initializer=_weights())(
        before(z, virtual_batch)
    )
    x = layers.ReLU()(norm(virtual_batch)(layers.Reshape([4, 4, top])(x)))
    for level in reversed(range(levels - 1)):
        x = _up(x, width * 2**level, virtual_batch)
    x = behind(x, virtual_batch)
    image = Conv2DTranspose(channels, 5, strides=2, padding="same", kernel_initializer=_weights())(x)
    return keras.Model(z, layers.Activation(activation, dtype="float32")(image), name="generator")


def discriminator(image_size=64, width=128, channels=3, minibatch_kernels=0):
    """image [B, image_size, image_size, channels] -> logit [B, 1]; `width` maps after the first.

    `minibatch_kernels` is of minibatch discrimination before the last layer; 0 for none, as in the paper.
    """
    image = keras.Input([image_size, image_size, channels], name="image")
    x = layers.Flatten()(trunk(image, width))
    x = MinibatchDiscrimination(minibatch_kernels)(x) if minibatch_kernels else x
    logit = layers.Dense(1, kernel_initializer=_weights(), dtype="float32")(x)
    return keras.Model(image, logit, name="discriminator")


def trunk(image, width):
    """The discriminator's maps at 4x4 of a symbolic image [B, H, H, C]: all but its logit."""
    x = image
    for level in range(doublings(image.shape[1])):
        x = _down(x, width * 2**level, first=level == 0)
    return x
