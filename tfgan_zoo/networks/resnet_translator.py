"""The residual translator of CycleGAN (Zhu et al. 2017, arXiv:1703.10593, section 4 and appendix 7.2).

The network of Johnson, Alahi, Fei-Fei 2016 (arXiv:1603.08155) with instance norm.
"""

import keras
from keras import layers

from tfgan_zoo.layers.convolution import Conv2D, Conv2DTranspose
from tfgan_zoo.layers.instance_norm import instance_norm
from tfgan_zoo.layers.padding import ReflectionPadding


def _weights():
    return keras.initializers.RandomNormal(stddev=0.02)


def _conv(x, filters, size, strides=1, reflect=False):
    """Convolution and instance norm; `reflect` mirrors the border instead of padding with zeros."""
    if reflect:
        x = ReflectionPadding(size // 2)(x)
    x = Conv2D(
        filters,
        size,
        strides=strides,
        padding="valid" if reflect else "same",
        use_bias=False,
        kernel_initializer=_weights(),
    )(x)
    return instance_norm()(x)


def _up(x, filters):
    """u_k: 3x3 convolution of stride 1/2, instance norm, ReLU."""
    x = Conv2DTranspose(filters, 3, strides=2, padding="same", use_bias=False, kernel_initializer=_weights())(
        x
    )
    return layers.ReLU()(instance_norm()(x))


def _residual(x):
    """R_k: two 3x3 convolutions of as many maps, beside the input."""
    filters = x.shape[-1]
    main = layers.ReLU()(_conv(x, filters, 3, reflect=True))
    return layers.Add()([x, _conv(main, filters, 3, reflect=True)])


def generator(image_size=256, width=64, blocks=9, channels=3, out_channels=None, name="generator"):
    """image [B, S, S, channels] -> image [B, S, S, out_channels] in [-1, 1] (as many if None).

    c7s1-k, d2k, d4k, `blocks` residual blocks of 4k, u2k, uk, c7s1-out with k = `width`. The paper has
    9 blocks at 256x256 and 6 at 128x128.

    Raises:
        ValueError: `image_size` cannot be halved twice.
    """
    if image_size % 4:
        raise ValueError(f"This translator halves twice: image_size is a multiple of 4; got {image_size}.")
    image = keras.Input([image_size, image_size, channels], name="image")
    x = layers.ReLU()(_conv(image, width, 7, reflect=True))
    x = layers.ReLU()(_conv(x, 2 * width, 3, strides=2))
    x = layers.ReLU()(_conv(x, 4 * width, 3, strides=2))
    for _ in range(blocks):
        x = _residual(x)
    x = _up(_up(x, 2 * width), width)
    translated = Conv2D(channels if out_channels is None else out_channels, 7, kernel_initializer=_weights())(
        ReflectionPadding(3)(x)
    )
    return keras.Model(image, layers.Activation("tanh", dtype="float32")(translated), name=name)
