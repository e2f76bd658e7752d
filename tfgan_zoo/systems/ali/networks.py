"""ALI's networks for CIFAR-10 (appendix A, table 3) and for points (section 4.5)."""

import keras
from keras import layers, ops

from tfgan_zoo.layers.batch_norm import BatchNormalization
from tfgan_zoo.layers.convolution import Conv2D, Conv2DTranspose
from tfgan_zoo.layers.dropout import ReplicaDropout
from tfgan_zoo.layers.maxout import Maxout
from tfgan_zoo.networks.inference import gaussian_encoder, with_latents

# Of the normal numbers with which kernels start.
_STDDEV = 0.01
# Sizes and strides of the convolutions that bring 32x32 pixels to one place, without padding.
_KERNELS = ((5, 1), (4, 2), (4, 1), (4, 2), (4, 1))


def _weights():
    return keras.initializers.RandomNormal(stddev=_STDDEV)


def conv_encoder(latent_dim=64, width=32, channels=3):
    """{"image": [B, 32, 32, channels], "epsilon": [B, latent_dim]} -> {"z", "mu", "log_sigma"}, see `gaussian_encoder`.

    Five convolutions without padding down to 16 `width` maps at one place, and one of 1x1, with batch norm and
    LeakyReLU 0.1.
    """
    image = x = keras.Input([32, 32, channels], name="image")
    for level, (size, strides) in enumerate((*_KERNELS, (1, 1))):
        maps = width * 2 ** min(level, 4)
        x = _finish(Conv2D(maps, size, strides, use_bias=False, kernel_initializer=_weights())(x))
    return gaussian_encoder(image, layers.Flatten()(x), latent_dim, _STDDEV)


def conv_generator(latent_dim=64, width=32, channels=3):
    """z [B, latent_dim] -> image [B, 32, 32, channels] in [-1, 1], of a sigmoid.

    The encoder's convolutions transposed, from 8 `width` maps down to `width`, then 1x1 convolutions.
    """
    z = keras.Input([latent_dim], name="z")
    x = layers.Reshape([1, 1, latent_dim])(z)
    for level, (size, strides) in enumerate((*_KERNELS[::-1], (1, 1))):
        maps = width * 2 ** max(3 - level, 0)
        x = _finish(Conv2DTranspose(maps, size, strides, use_bias=False, kernel_initializer=_weights())(x))
    pixels = Conv2D(channels, 1, kernel_initializer=_weights())(x)
    pixels = layers.Activation("sigmoid", dtype="float32")(pixels)
    return keras.Model(z, layers.Rescaling(2.0, -1.0, dtype="float32")(pixels), name="generator")


def conv_discriminator(latent_dim=64, width=32, channels=3):
    """{"image": [B, 32, 32, channels], "z": [B, latent_dim]} -> logit [B, 1].

    Maxout of two pieces: five convolutions of the image as in the encoder, two layers of 16 `width` units of the
    latents, two of twice as many of both. Dropout before each layer, of 0.2 on the inputs and 0.5 above.
    """
    image, z = keras.Input([32, 32, channels], name="image"), keras.Input([latent_dim], name="z")
    x = layers.Rescaling(0.5, 0.5)(image)
    for level, (size, strides) in enumerate(_KERNELS):
        x = ReplicaDropout(0.5 if level else 0.2)(x)
        x = _maxout_convolution(x, width * 2**level, size, strides)
    of_z = _maxout(_maxout(z, 16 * width, 2, 0.2), 16 * width, 2, 0.5)
    both = layers.Concatenate()([layers.Flatten()(x), of_z])
    for _ in range(2):
        both = _maxout(both, 32 * width, 2, 0.5)
    logit = layers.Dense(1, kernel_initializer=_weights(), dtype="float32")(ReplicaDropout(0.5)(both))
    return keras.Model({"image": image, "z": z}, logit, name="discriminator")


def toy_encoder(latent_dim=2, data_dim=2, hidden=400, depth=2):
    """{"x": [B, data_dim], "epsilon": [B, latent_dim]} -> {"z": [B, latent_dim]}, of points and noise side by side.

    `depth` layers of `hidden` with batch norm and ReLU, then a linear one.
    """
    inputs = {"x": keras.Input([data_dim], name="x"), "epsilon": keras.Input([latent_dim], name="epsilon")}
    h = layers.Concatenate()([inputs["x"], inputs["epsilon"]])
    for _ in range(depth):
        h = layers.ReLU()(BatchNormalization()(layers.Dense(hidden, use_bias=False)(h)))
    return keras.Model(inputs, {"z": layers.Dense(latent_dim, dtype="float32")(h)}, name="encoder")


def toy_discriminator(latent_dim=None, data_dim=2, units=200, pieces=5, depth=3):
    """{"x": [B, data_dim], "z": [B, latent_dim]} -> `depth` maxout layers of `units` -> logit [B, 1].

    It judges points alone where `latent_dim` is None.
    """
    x = keras.Input([data_dim], name="x")
    inputs, h = with_latents(x, x, latent_dim)
    for _ in range(depth):
        h = Maxout(units, pieces)(h)
    return keras.Model(inputs, layers.Dense(1, dtype="float32")(h), name="discriminator")


def _finish(x):
    return layers.LeakyReLU(0.1)(BatchNormalization()(x))


def _maxout_convolution(x, maps, size, strides):
    """The larger of two convolutions without padding, for each map."""
    x = Conv2D(2 * maps, size, strides, kernel_initializer=_weights())(x)
    return ops.max(layers.Reshape([*x.shape[1:-1], maps, 2])(x), axis=-1)


def _maxout(x, units, pieces, dropout):
    return Maxout(units, pieces, kernel_initializer=_weights())(ReplicaDropout(dropout)(x))
