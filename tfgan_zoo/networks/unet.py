"""The U-Net generator of pix2pix (Isola et al. 2017, arXiv:1611.07004, section 3.2.1, appendix 6.1.1)."""

import keras
from keras import layers

from tfgan_zoo.layers.colour_weights import ColourWeights
from tfgan_zoo.layers.convolution import Conv2D, Conv2DTranspose
from tfgan_zoo.layers.dropout import GivenDropout
from tfgan_zoo.layers.instance_norm import instance_norm


def _weights():
    return keras.initializers.RandomNormal(stddev=0.02)


def _down(x, filters, norm):
    """Halves the resolution: 4x4 stride-2 convolution, instance norm."""
    x = Conv2D(filters, 4, strides=2, padding="same", use_bias=not norm, kernel_initializer=_weights())(x)
    return instance_norm()(x) if norm else x


def _up(x, filters):
    """Doubles the resolution: ReLU, 4x4 stride-2 transposed convolution, instance norm."""
    x = Conv2DTranspose(filters, 4, strides=2, padding="same", use_bias=False, kernel_initializer=_weights())(
        layers.ReLU()(x)
    )
    return instance_norm()(x)


def _beside(x, z):
    """Maps [B, H, W, C] with z [B, d] repeated at each position: [B, H, W, C + d]."""
    pixel = layers.Reshape([1, 1, z.shape[-1]])(z)
    return layers.Concatenate()([x, layers.UpSampling2D(x.shape[1:3])(pixel)])


def _noise_size(image_size, filters, dropouts):
    """How many numbers the first `dropouts` levels of the decoder drop by."""
    bottom = image_size // 2 ** len(filters)
    sides = [bottom * 2**level for level in range(1, dropouts + 1)]
    return sum(side * side * maps for side, maps in zip(sides, reversed(filters[:-1])))


def generator(
    image_size=256,
    width=64,
    levels=8,
    channels=3,
    condition_channels=3,
    colour_levels=0,
    skips=True,
    dropouts=3,
    rate=0.5,
    latent_dim=0,
):
    """{"condition": [B, S, S, condition_channels], "noise": [B, N]} -> image [B, S, S, channels].

    An encoder that halves `levels` times, of width, 2 width ... 8 width maps, and its mirror; `skips`
    joins every level of the decoder to the encoder's of that size, without it this is the paper's
    encoder-decoder. The decoder's first `dropouts` levels drop maps by the noise, uniform in [0, 1),
    in training and after it: it is the only noise there is. Images are in [-1, 1]. With `colour_levels`
    the condition is read as `ColourWeights` of so many levels.

    With `latent_dim` there is an input "z" [B, latent_dim], which is concatenated to the input of each level
    of the encoder, as in BicycleGAN (Zhu et al. 2017, arXiv:1711.11586, section 4); `dropouts` may then be 0,
    without an input "noise".

    Raises:
        ValueError: `image_size` cannot be halved so often, or there are too many dropouts or none.
    """
    least = 0 if latent_dim else 1
    if image_size % 2**levels or not least <= dropouts < levels:
        raise ValueError(
            f"A U-Net of {levels} levels takes images whose side is a multiple of {2**levels}, and "
            f"{least} to {levels - 1} dropouts; got side {image_size} and {dropouts} dropouts."
        )
    filters = [width * min(2**level, 8) for level in range(levels)]
    condition = keras.Input([image_size, image_size, condition_channels], name="condition")
    inputs = {"condition": condition}
    if latent_dim:
        z = inputs["z"] = keras.Input([latent_dim], name="z")
    if dropouts:
        noise = inputs["noise"] = keras.Input([_noise_size(image_size, filters, dropouts)], name="noise")
    maps = []
    x = ColourWeights(colour_levels)(condition) if colour_levels else condition
    for level, count in enumerate(filters):
        x = _beside(x, z) if latent_dim else x
        # Neither on the input nor on the bottom, where one pixel a map would leave nothing but zeros.
        x = _down(x, count, norm=0 < level < levels - 1)
        maps.append(x)
        x = layers.LeakyReLU(0.2)(x)
    x, start = maps.pop(), 0
    for level, count in enumerate(reversed(filters[:-1])):
        x = _up(x, count)
        if level < dropouts:
            size = x.shape[1] * x.shape[2] * count
            x = GivenDropout(rate, start)([x, noise])
            start += size
        if skips:
            x = layers.Concatenate()([x, maps.pop()])
    image = Conv2DTranspose(channels, 4, strides=2, padding="same", kernel_initializer=_weights())(
        layers.ReLU()(x)
    )
    image = layers.Activation("tanh", dtype="float32")(image)
    return keras.Model(inputs, image, name="generator")
