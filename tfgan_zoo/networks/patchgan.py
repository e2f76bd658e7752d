"""The PatchGAN discriminator (Isola et al. 2017, arXiv:1611.07004, section 3.2.2 and appendix 6.1.2)."""

import keras
from keras import layers

from tfgan_zoo.layers.colour_weights import ColourWeights
from tfgan_zoo.layers.instance_norm import instance_norm


def _conv(x, filters, strides, norm):
    """4x4 convolution with a margin of one pixel, instance norm, LeakyReLU."""
    start = keras.initializers.RandomNormal(stddev=0.02)
    x = layers.ZeroPadding2D(1)(x)
    x = layers.Conv2D(filters, 4, strides=strides, use_bias=not norm, kernel_initializer=start)(x)
    return layers.LeakyReLU(0.2)(instance_norm()(x) if norm else x)


def discriminator(
    image_size=256,
    width=64,
    levels=3,
    channels=3,
    condition_channels=0,
    colour_levels=0,
    name="discriminator",
):
    """image [B, image_size, image_size, channels] -> a logit for each of its patches [B, h, w, 1].

    `levels` halving convolutions of width, 2 width, 4 width ... maps (at most 8 width), one of stride 1
    and the logits. A logit sees 70x70 pixels at 3 levels (the paper's), 34x34 at 2, 16x16 at 1. With
    `condition_channels` the input is a dict of `condition` and `image`, seen together; with `colour_levels`
    the condition is read as `ColourWeights` of so many levels.
    """
    inputs, x = _inputs(image_size, channels, condition_channels, colour_levels)
    return keras.Model(inputs, _patches(x, width, levels), name=name)


def multiscale(
    image_size=256,
    width=64,
    levels=3,
    scales=2,
    channels=3,
    condition_channels=0,
    name="discriminator",
):
    """image [B, image_size, image_size, channels] -> list of maps of logits, one a scale, full size first.

    Each scale has a `discriminator` of its own, half as wide as that of the scale above. Images are halved by
    means of 3x3 pixels. BicycleGAN has two scales in its release (Zhu et al. 2017, arXiv:1711.11586, sec. 4).
    """
    inputs, x = _inputs(image_size, channels, condition_channels)
    logits = []
    for scale in range(scales):
        x = layers.AveragePooling2D(3, strides=2, padding="same")(x) if scale else x
        logits.append(_patches(x, max(1, width // 2**scale), levels))
    return keras.Model(inputs, logits, name=name)


def _inputs(image_size, channels, condition_channels, colour_levels=0):
    """The symbolic inputs, and what is seen of them: the image, with its condition if there is one."""
    image = keras.Input([image_size, image_size, channels], name="image")
    if not condition_channels:
        return image, image
    condition = keras.Input([image_size, image_size, condition_channels], name="condition")
    seen = ColourWeights(colour_levels)(condition) if colour_levels else condition
    return {"condition": condition, "image": image}, layers.Concatenate()([seen, image])


def _patches(x, width, levels):
    """Maps -> a logit for each of their patches."""
    for level in range(levels):
        x = _conv(x, width * min(2**level, 8), strides=2, norm=level > 0)
    x = _conv(x, width * min(2**levels, 8), strides=1, norm=True)
    start = keras.initializers.RandomNormal(stddev=0.02)
    return layers.Conv2D(1, 4, kernel_initializer=start, dtype="float32")(layers.ZeroPadding2D(1)(x))
