"""The residual pair for 32x32 images of Gulrajani et al. 2017 (arXiv:1704.00028, appendix F)."""

import keras
from keras import layers

from tfgan_zoo.layers.batch_norm import BatchNormalization
from tfgan_zoo.networks.sizes import doublings


def _conv(x, filters, size=3, gain=2.0, bias=True):
    """Convolution with the release's start: uniform, variance gain / mean of fan-in and fan-out."""
    start = keras.initializers.VarianceScaling(gain, "fan_avg", "uniform")
    return layers.Conv2D(filters, size, padding="same", use_bias=bias, kernel_initializer=start)(x)


def _up(x):
    return layers.UpSampling2D(2)(x)


def _halve(x):
    return layers.AveragePooling2D(2)(x)


def _norm_relu(x):
    return layers.ReLU()(BatchNormalization()(x))


def _up_block(x, filters):
    """norm, ReLU, upsampling, 3x3, norm, ReLU, 3x3, beside an upsampled 1x1.

    Without biases: all paths from here lead through a batch norm, which takes constants away.
    """
    main = _conv(_up(_norm_relu(x)), filters, bias=False)
    main = _conv(_norm_relu(main), filters, bias=False)
    return layers.Add()([main, _conv(_up(x), filters, size=1, gain=1.0, bias=False)])


def _first_block(image, filters):
    """3x3, ReLU, 3x3, mean pool, beside a pooled 1x1: no ReLU on the image itself."""
    main = _conv(layers.ReLU()(_conv(image, filters)), filters)
    shortcut = _conv(_halve(image), filters, size=1, gain=1.0)
    return layers.Add()([_halve(main), shortcut])


def _block(x, filters, down):
    """ReLU, 3x3, ReLU, 3x3 (and a mean pool) beside the input (or its 1x1, pooled)."""
    main = _conv(layers.ReLU()(x), filters)
    main = _conv(layers.ReLU()(main), filters)
    if not down:
        return layers.Add()([main, x])
    return layers.Add()([_halve(main), _halve(_conv(x, filters, size=1, gain=1.0))])


def generator(latent_dim=128, image_size=32, width=128, channels=3):
    """z [B, latent_dim] -> image [B, image_size, image_size, channels] in [-1, 1].

    A dense layer to 4x4, then a residual up-block of `width` maps for each doubling.
    """
    z = keras.Input([latent_dim], name="z")
    start = keras.initializers.VarianceScaling(1.0, "fan_avg", "uniform")
    x = layers.Dense(4 * 4 * width, kernel_initializer=start)(z)
    x = layers.Reshape([4, 4, width])(x)
    for _ in range(doublings(image_size)):
        x = _up_block(x, width)
    image = _conv(_norm_relu(x), channels, gain=1.0)
    return keras.Model(z, layers.Activation("tanh", dtype="float32")(image), name="generator")


def critic(image_size=32, width=128, channels=3):
    """image [B, image_size, image_size, channels] -> score [B, 1], without any normalisation.

    Two halving blocks, two plain ones, ReLU, mean over positions, a linear layer.
    """
    image = keras.Input([image_size, image_size, channels], name="image")
    x = _first_block(image, width)
    x = _block(x, width, down=True)
    for _ in range(2):
        x = _block(x, width, down=False)
    x = layers.GlobalAveragePooling2D()(layers.ReLU()(x))
    return keras.Model(image, layers.Dense(1, dtype="float32")(x), name="critic")
