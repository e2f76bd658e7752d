"""The networks of Metz et al. 2017 (arXiv:1611.02163): the released ring's, and CIFAR-10's."""

import keras
from keras import layers

from tfgan_zoo.layers.batch_norm import BatchNormalization
from tfgan_zoo.networks.sizes import doublings

# Builders by the names that older cards and run folders give them.
FORMER_NAMES = {
    "unrolled.ring_generator": "ring_generator",
    "unrolled.ring_discriminator": "ring_discriminator",
    "unrolled.image_generator": "image_generator",
    "unrolled.image_discriminator": "image_discriminator",
}


def ring_generator(
    latent_dim=256, hidden=128, depth=2, data_dim=2, activation="tanh", gain=1.4
):
    """z [B, latent_dim] -> `depth` layers of `hidden` -> point [B, data_dim], linear.

    Weights start orthogonal with that gain. The released demo has tanh and 1.4, the paper's
    appendix A ReLU and 0.8.
    """
    z = keras.Input([latent_dim], name="z")
    return keras.Model(z, _dense(z, hidden, depth, data_dim, activation, gain), name="generator")


def ring_discriminator(hidden=128, depth=2, data_dim=2, activation="tanh", gain=1.4, scale=1.0):
    """Point [B, data_dim], multiplied by `scale` -> `depth` layers of `hidden` -> logit [B, 1].

    The demo has two tanh layers; appendix A has one ReLU layer and the scale 1/4.
    """
    x = keras.Input([data_dim], name="x")
    h = layers.Rescaling(scale)(x) if scale != 1 else x
    return keras.Model(x, _dense(h, hidden, depth, 1, activation, gain), name="discriminator")


def _dense(h, hidden, depth, outputs, activation, gain):
    def start():
        return keras.initializers.Orthogonal(gain)

    for _ in range(depth):
        h = layers.Dense(hidden, activation=activation, kernel_initializer=start())(h)
    return layers.Dense(outputs, kernel_initializer=start(), dtype="float32")(h)


def image_generator(latent_dim=256, image_size=32, width=64, channels=3):
    """z [B, latent_dim] -> image [B, image_size, image_size, channels] in [-1, 1].

    A dense layer to 4x4, a 3x3 transposed convolution for each doubling down to `width` maps, each
    with batch norm and ReLU, and a 3x3 convolution.
    """
    levels = doublings(image_size)
    z = keras.Input([latent_dim], name="z")
    top = width * 2**levels
    x = layers.Reshape([4, 4, top])(layers.Dense(4 * 4 * top, use_bias=False)(z))
    x = layers.ReLU()(BatchNormalization()(x))
    for level in reversed(range(levels)):
        x = layers.Conv2DTranspose(
            width * 2**level, 3, strides=2, padding="same", use_bias=False
        )(x)
        x = layers.ReLU()(BatchNormalization()(x))
    image = layers.Conv2D(channels, 3, padding="same")(x)
    return keras.Model(z, layers.Activation("tanh", dtype="float32")(image), name="generator")


def image_discriminator(image_size=32, width=64, channels=3):
    """image [B, image_size, image_size, channels] -> logit [B, 1].

    3x3 convolutions of stride 2 down to 4x4, each with batch norm and LeakyReLU(0.3).
    """
    image = keras.Input([image_size, image_size, channels], name="image")
    x = image
    for level in range(doublings(image_size)):
        x = layers.Conv2D(width * 2**level, 3, strides=2, padding="same", use_bias=False)(x)
        x = layers.LeakyReLU(0.3)(BatchNormalization()(x))
    logit = layers.Dense(1, dtype="float32")(layers.Flatten()(x))
    return keras.Model(image, logit, name="discriminator")
