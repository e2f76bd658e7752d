"""Parts of the networks that draw images of texts: Reed et al. 2016 (arXiv:1605.05396), in its code."""

import keras
from keras import layers

from tfgan_zoo.layers.batch_norm import BatchNormalization


def weights():
    """The distribution of kernels before training."""
    return keras.initializers.RandomNormal(stddev=0.02)


def normalized(x, filters, size=3, strides=1):
    """Convolution of a symbolic image [B, H, W, C], batch norm; no activation."""
    convolution = layers.Conv2D(
        filters, size, strides, padding="same", use_bias=False, kernel_initializer=weights()
    )
    return BatchNormalization()(convolution(x))


def residuals(x, activation, blocks=1):
    """A symbolic image through residual bottlenecks; through the activation alone where there are none."""
    for _ in range(blocks):
        x = _residual(x, activation)
    return x if blocks else activation()(x)


def _residual(x, activation):
    """x and, added to it, a bottleneck of a quarter of its maps: 1x1, 3x3 and 3x3 convolutions."""
    filters = x.shape[-1]
    y = activation()(normalized(x, filters // 4, size=1))
    y = activation()(normalized(y, filters // 4))
    return activation()(layers.Add()([x, normalized(y, filters)]))


def leaky():
    return layers.LeakyReLU(0.2)
