"""StyleGAN2's networks as ADA's paper takes them (Karras et al. 2020, arXiv:1912.04958, figures 2 and 7;
arXiv:2006.06676, appendix D).

All layers have an equalised learning rate. A leaky ReLU is followed by a factor of sqrt(2), which keeps variances.
Maps at a resolution r are min(base / r, largest).
"""

import keras
from keras import layers, ops

from tfgan_zoo.layers.equalized import EqualizedConv2D, EqualizedDense
from tfgan_zoo.layers.minibatch_stddev import MinibatchStddev
from tfgan_zoo.layers.modulated import ModulatedConv2D
from tfgan_zoo.layers.noise_injection import NoiseInjection
from tfgan_zoo.layers.pixel_norm import PixelNorm
from tfgan_zoo.layers.resampling import Blur, Double, Halve
from tfgan_zoo.layers.style_truncation import StyleTruncation
from tfgan_zoo.networks.sizes import doublings


def _activated(x):
    return layers.LeakyReLU(0.2)(x) * 2**0.5


def mapping(latent_dim=512, style_dim=512, depth=8, rate_multiplier=0.01, momentum=0.995):
    """{"z": [B, latent_dim], "truncation_psi": [B]} -> style w [B, style_dim].

    Args:
        depth: fully connected layers.
        rate_multiplier: of their learning rate.
        momentum: of the running mean of w, towards which psi < 1 truncates.
    """
    z = keras.Input([latent_dim], name="z")
    psi = keras.Input([], name="truncation_psi")
    x = PixelNorm()(z)
    for _ in range(depth):
        x = _activated(EqualizedDense(style_dim, gain=1.0, rate_multiplier=rate_multiplier)(x))
    w = StyleTruncation(momentum)([x, psi])
    return keras.Model({"z": z, "truncation_psi": psi}, w, name="mapping")


def synthesis(style_dim=512, image_size=256, base=16384, largest=512, channels=3):
    """{"w": [B, layers, style_dim], "noise": [B, N]} -> image [B, image_size, image_size, channels].

    The image is linear, and meant to lie in [-1, 1]. It is the sum of those of all resolutions. There are
    2 log2(image_size) - 2 layers with a style: of each convolution, and of the last image; other images have
    the style of the convolution that follows them. N is the number of pixels of all convolutions' maps.
    """
    count = doublings(image_size)
    noise_of = [4 * 4] + [(4 * 2**level) ** 2 for level in range(1, count + 1) for _ in range(2)]
    styles = keras.Input([2 * count + 2, style_dim], name="w")
    noise = keras.Input([sum(noise_of)], name="noise")
    convolution = _Convolutions(styles, noise, noise_of)
    maps = [min(base // (4 * 2**level), largest) for level in range(count + 1)]
    x = LearnedMaps(4, maps[0], name="constant")(styles)
    x = convolution(x, maps[0])
    image = convolution.to_image(x, channels)
    for level in range(1, count + 1):
        x = convolution(convolution(x, maps[level], doubles=True), maps[level])
        image = Double()(image) + convolution.to_image(x, channels)
    image = layers.Activation("linear", dtype="float32", name="image")(image)
    return keras.Model({"w": styles, "noise": noise}, image, name="synthesis")


class _Convolutions:
    """Styled convolutions, each with the next style and the next part of the noise."""

    def __init__(self, styles, noise, noise_of):
        self.styles, self.noise, self.noise_of = styles, noise, noise_of
        self.made = 0

    def __call__(self, x, filters, doubles=False):
        """3x3 modulated and demodulated, noise, bias, leaky ReLU."""
        x = ModulatedConv2D(filters, 3, doubles=doubles)([x, self._scales(x)])
        x = NoiseInjection(sum(self.noise_of[: self.made]))([x, self.noise])
        self.made += 1
        return _activated(Bias()(x))

    def to_image(self, x, channels):
        """1x1 modulated, bias."""
        return Bias()(ModulatedConv2D(channels, 1, demodulate=False)([x, self._scales(x)]))

    def _scales(self, x):
        return EqualizedDense(x.shape[-1], gain=1.0, bias_start=1.0)(self.styles[:, self.made])


@keras.saving.register_keras_serializable("tfgan_zoo")
class Bias(layers.Layer):
    """Adds a learned number to each map."""

    def build(self, input_shape):
        self.bias = self.add_weight(name="bias", shape=[input_shape[-1]], initializer="zeros")

    def call(self, inputs):
        return inputs + self.bias

    def compute_output_shape(self, input_shape):
        return input_shape


@keras.saving.register_keras_serializable("tfgan_zoo")
class LearnedMaps(layers.Layer):
    """Learned maps [B, size, size, filters] that are the same for all of B; only B is read from the input."""

    def __init__(self, size, filters, **kwargs):
        super().__init__(**kwargs)
        self.size, self.filters = size, filters

    def build(self, input_shape):
        start = keras.initializers.RandomNormal(stddev=1.0)
        self.maps = self.add_weight(name="maps", shape=[1, self.size, self.size, self.filters], initializer=start)

    def call(self, inputs):
        return ops.tile(self.maps, [ops.shape(inputs)[0], 1, 1, 1])

    def compute_output_shape(self, input_shape):
        return (input_shape[0], self.size, self.size, self.filters)

    def get_config(self):
        return {**super().get_config(), "size": self.size, "filters": self.filters}


def discriminator(image_size=256, base=16384, largest=512, channels=3, group=4, residual=True):
    """Image [B, image_size, image_size, channels] -> logit [B, 1].

    Args:
        residual: whether blocks add what goes in to what comes out, as for all data but CIFAR-10.
        group: examples over which the standard deviation is taken before the last convolution; 0 leaves it out.
    """
    image = keras.Input([image_size, image_size, channels], name="image")
    maps = [min(base // (4 * 2**level), largest) for level in range(doublings(image_size) + 1)]
    x = _activated(EqualizedConv2D(maps[-1], 1, gain=1.0)(image))
    for level in reversed(range(1, len(maps))):
        x = _down_block(x, maps[level], maps[level - 1], residual)
    if group:
        x = MinibatchStddev(group)(x)
    x = _activated(EqualizedConv2D(maps[0], 3, gain=1.0)(x))
    x = _activated(EqualizedDense(maps[0], gain=1.0)(layers.Flatten()(x)))
    logit = EqualizedDense(1, gain=1.0, dtype="float32")(x)
    return keras.Model(image, logit, name="discriminator")


def _down_block(x, maps, next_maps, residual):
    """3x3, 3x3 to half the side, plus a 1x1 convolution of the halved input; the sum keeps the variance."""
    main = _activated(EqualizedConv2D(maps, 3, gain=1.0)(x))
    main = _activated(EqualizedConv2D(next_maps, 3, gain=1.0, strides=2)(Blur()(main)))
    if not residual:
        return main
    return (main + EqualizedConv2D(next_maps, 1, gain=1.0, use_bias=False)(Halve()(x))) * 0.5**0.5


def generator(mapping, synthesis):
    """{"z", "truncation_psi", "noise"} -> image: a style from the one network at all layers of the other."""
    w = ops.repeat(mapping.output[:, None], synthesis.input["w"].shape[1], axis=1)
    image = synthesis({"w": w, "noise": synthesis.input["noise"]})
    return keras.Model({**mapping.input, "noise": synthesis.input["noise"]}, image, name="generator")
