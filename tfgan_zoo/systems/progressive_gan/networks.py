"""The growing pair of Karras et al. 2018 (arXiv:1710.10196, appendix A and table 2).

A network has levels 0, 1, ... for images of 4x4, 8x8, ..., and an output for each; `generator_at` and
`critic_at` cut out the part that one level uses.
"""

import keras
from keras import layers

from tfgan_zoo.layers.equalized import EqualizedConv2D, EqualizedDense
from tfgan_zoo.layers.minibatch_stddev import MinibatchStddev
from tfgan_zoo.layers.pixel_norm import PixelNorm
from tfgan_zoo.networks.sizes import doublings

# Builders by the names that older cards and run folders give them.
FORMER_NAMES = {
    "progressive.generator": "generator",
    "progressive.critic": "critic",
}


def _maps(level, base, largest):
    """How many maps there are at a level: half of the level below, but at most `largest`."""
    return min(base // 2 ** (level + 1), largest)


def _leaky():
    return layers.LeakyReLU(0.2)


def _conv(x, filters):
    """3x3, LeakyReLU, pixel norm."""
    return PixelNorm()(_leaky()(EqualizedConv2D(filters, 3)(x)))


def generator(latent_dim=512, image_size=1024, base=8192, largest=512, channels=3):
    """z [B, latent_dim] -> images, a list with [B, 4, 4, channels], [B, 8, 8, channels], ...

    Every image is a 1x1 convolution ("toRGB") of the maps of its level, linear: it is meant to lie
    in [-1, 1] and may leave it. Level l has min(base / 2^(l+1), largest) maps.
    """
    z = keras.Input([latent_dim], name="z")
    maps = _maps(0, base, largest)
    x = EqualizedDense(4 * 4 * maps, gain=2**0.5 / 4)(PixelNorm()(z))
    x = PixelNorm()(_leaky()(layers.Reshape([4, 4, maps])(x)))
    x = _conv(x, maps)
    images = [_to_image(x, channels)]
    for level in range(1, doublings(image_size) + 1):
        maps = _maps(level, base, largest)
        x = _conv(_conv(layers.UpSampling2D(2)(x), maps), maps)
        images.append(_to_image(x, channels))
    return keras.Model(z, images, name="generator")


def _to_image(x, channels):
    size = x.shape[1]
    return EqualizedConv2D(channels, 1, gain=1.0, dtype="float32", name=f"to_image_{size}")(x)


def critic(image_size=1024, base=8192, largest=512, channels=3, group=4):
    """[alpha [B], image [B, 4, 4, channels], image [B, 8, 8, channels], ...] -> scores, a list.

    The score [B, 1] of a level depends on alpha and the image of that level alone: alpha = 0 shows
    the halved image to the level below, 1 the image to its own layers (figure 2).

    Args:
        group: examples over which the standard deviation is taken before the last convolution; 0
            leaves it out.
    """
    alpha = keras.Input([], name="alpha")
    count = doublings(image_size) + 1
    images = [keras.Input([4 * 2**k, 4 * 2**k, channels], name=f"image_{4 * 2**k}") for k in range(count)]
    maps = [_maps(level, base, largest) for level in range(count)]
    from_image = [
        keras.Sequential([EqualizedConv2D(maps[k], 1), _leaky()], name=f"from_image_{4 * 2**k}")
        for k in range(count)
    ]
    blocks = [None] + [_down(maps[k], maps[k - 1], f"block_{4 * 2**k}") for k in range(1, count)]
    judge = _judge(maps[0], min(base, largest), group)
    share = layers.Reshape([1, 1, 1])(alpha)
    scores = []
    for level, image in enumerate(images):
        x = from_image[level](image)
        if level > 0:
            old = from_image[level - 1](layers.AveragePooling2D(2)(image))
            x = cross_fade(old, blocks[level](x), share)
        for lower in reversed(range(1, level)):
            x = blocks[lower](x)
        scores.append(judge(x))
    return keras.Model([alpha, *images], scores, name="critic")


def _down(maps, next_maps, name):
    """3x3, 3x3, mean of 2x2."""
    first, second = EqualizedConv2D(maps, 3), EqualizedConv2D(next_maps, 3)
    return keras.Sequential([first, _leaky(), second, _leaky(), layers.AveragePooling2D(2)], name=name)


def _judge(maps, units, group):
    """From the maps at 4x4 to the score."""
    spread = [MinibatchStddev(group)] if group else []
    body = [EqualizedConv2D(maps, 3), _leaky(), layers.Flatten(), EqualizedDense(units), _leaky()]
    score = EqualizedDense(1, gain=1.0, dtype="float32")
    return keras.Sequential([*spread, *body, score], name="judge")


def cross_fade(old, new, alpha):
    """From the old (alpha = 0) to the new (alpha = 1); exactly the one or the other at the ends."""
    return (1 - alpha) * old + alpha * new


def generator_at(network, level):
    """The part of a generator that a level uses: z -> [image of the level below, its image].

    At level 0 there is none below: z -> image.
    """
    images = network.outputs
    return keras.Model(network.input, images[level - 1 : level + 1] if level else images[0])


def critic_at(network, level):
    """The part of a critic that a level uses: [alpha, image] -> score."""
    alpha, *images = network.inputs
    return keras.Model([alpha, images[level]], network.outputs[level])
