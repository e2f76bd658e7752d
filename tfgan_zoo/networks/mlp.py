"""Fully connected generators and discriminators: Goodfellow et al. 2014, and toys."""

import math

import keras
from keras import layers

from tfgan_zoo.layers.batch_norm import BatchNormalization
from tfgan_zoo.layers.dropout import ReplicaDropout
from tfgan_zoo.layers.maxout import Maxout
from tfgan_zoo.layers.minibatch_discrimination import MinibatchDiscrimination
from tfgan_zoo.layers.scale_and_shift import ScaleAndShift
from tfgan_zoo.networks.virtual import before, behind, norm


def _symmetric(limit):
    return keras.initializers.RandomUniform(-limit, limit)


def image_generator(latent_dim=100, hidden=1200, image_size=28, channels=1):
    """z [B, latent_dim] -> two ReLU layers of `hidden` -> sigmoid pixels, returned in [-1, 1].

    Sizes and initialisation (uniform in +-0.05) are those of the released MNIST settings.
    """
    z = keras.Input([latent_dim], name="z")
    h = z
    for _ in range(2):
        h = layers.Dense(hidden, activation="relu", kernel_initializer=_symmetric(0.05))(h)
    pixels = layers.Dense(
        image_size * image_size * channels,
        activation="sigmoid",
        kernel_initializer=_symmetric(0.05),
        dtype="float32",
    )(h)
    image = layers.Rescaling(2.0, -1.0, dtype="float32")(pixels)
    image = layers.Reshape([image_size, image_size, channels], dtype="float32")(image)
    return keras.Model(z, image, name="generator")


def batch_norm_generator(
    latent_dim=100,
    hidden=(500, 500),
    activation="softplus",
    image_size=28,
    channels=1,
    virtual_batch=0,
):
    """z [B, latent_dim] -> layers of `hidden` with batch norm before their activation -> sigmoid pixels, in [-1, 1].

    By default the generator for MNIST of Salimans et al. 2016, arXiv:1606.03498. With a `virtual_batch` batch norm is
    virtual, by a reference batch of so many examples.
    """
    z = keras.Input([latent_dim], name="z")
    h = before(z, virtual_batch)
    for units in hidden:
        h = layers.Activation(activation)(norm(virtual_batch)(layers.Dense(units, use_bias=False)(h)))
    h = behind(h, virtual_batch)
    pixels = layers.Dense(image_size * image_size * channels, activation="sigmoid", dtype="float32")(h)
    image = layers.Rescaling(2.0, -1.0, dtype="float32")(pixels)
    image = layers.Reshape([image_size, image_size, channels], dtype="float32")(image)
    return keras.Model(z, image, name="generator")


def maxout_discriminator(image_size=28, channels=1, units=240, pieces=5):
    """Image in [-1, 1] -> two maxout layers with dropout -> logit [B, 1].

    Pixels are read in [0, 1], as the generator's sigmoid gives them; dropout keeps 0.8 of the
    input and 0.5 above, and scales the survivors.
    """
    image = keras.Input([image_size, image_size, channels], name="image")
    h = layers.Flatten()(layers.Rescaling(0.5, 0.5)(image))
    h = ReplicaDropout(0.2)(h)
    for _ in range(2):
        h = Maxout(units, pieces, kernel_initializer=_symmetric(0.005))(h)
        h = ReplicaDropout(0.5)(h)
    logit = layers.Dense(1, kernel_initializer=_symmetric(0.005), dtype="float32")(h)
    return keras.Model(image, logit, name="discriminator")


def toy_generator(latent_dim=8, hidden=128, data_dim=2, depth=2, start="glorot_uniform", batch_norm=False):
    """z [B, latent_dim] -> `depth` ReLU layers, with batch norm or without -> point [B, data_dim], linear.

    `start` is the initialiser of the hidden layers; the toys of Gulrajani et al. 2017 have three layers and
    "he_uniform".
    """
    z = keras.Input([latent_dim], name="z")
    h = _batch_norm_layers(z, hidden, depth, start) if batch_norm else _hidden_layers(z, hidden, depth, start)
    return keras.Model(z, layers.Dense(data_dim, dtype="float32")(h), name="generator")


def toy_discriminator(
    hidden=128, data_dim=2, depth=2, start="glorot_uniform", activation="relu", minibatch_kernels=0
):
    """Point [B, data_dim] -> `depth` layers -> logit [B, 1]; `start` as in `toy_generator`.

    `minibatch_kernels` is of minibatch discrimination before the last layer; 0 for none.
    """
    x = keras.Input([data_dim], name="x")
    h = _hidden_layers(x, hidden, depth, start, activation)
    h = MinibatchDiscrimination(minibatch_kernels)(h) if minibatch_kernels else h
    return keras.Model(x, layers.Dense(1, dtype="float32")(h), name="discriminator")


def gaussian_generator(data_dim=1, log_scale=0.0, shift=0.0):
    """z [B, data_dim] -> exp(log_scale) z + shift: a Gaussian whose two weights a dimension are trained."""
    z = keras.Input([data_dim], name="z")
    x = ScaleAndShift(log_scale, shift, dtype="float32", name="gaussian")(z)
    return keras.Model(z, x, name="generator")


def _hidden_layers(h, units, depth, start="glorot_uniform", activation="relu"):
    for _ in range(depth):
        h = layers.Dense(units, activation=activation, kernel_initializer=start)(h)
    return h


def _batch_norm_layers(h, units, depth, start):
    for _ in range(depth):
        h = layers.Dense(units, use_bias=False, kernel_initializer=start)(h)
        h = layers.ReLU()(BatchNormalization()(h))
    return h


def relu_generator(latent_dim=100, hidden=512, depth=4, image_size=64, channels=3):
    """z [B, latent_dim] -> `depth` ReLU layers of `hidden` -> tanh pixels, without any normalisation.

    The generator of Arjovsky et al. 2017, section 4.3, which has nothing of a DCGAN.
    """
    z = keras.Input([latent_dim], name="z")
    h = _hidden_layers(z, hidden, depth)
    pixels = layers.Dense(image_size * image_size * channels, activation="tanh", dtype="float32")(h)
    image = layers.Reshape([image_size, image_size, channels], dtype="float32")(pixels)
    return keras.Model(z, image, name="generator")


def image_critic(hidden=256, depth=2, image_size=28, channels=1):
    """Image in [-1, 1] -> `depth` LeakyReLU layers of `hidden` -> score [B, 1], linear."""
    image = keras.Input([image_size, image_size, channels], name="image")
    h = layers.Flatten()(image)
    for _ in range(depth):
        h = layers.LeakyReLU(negative_slope=0.2)(layers.Dense(hidden)(h))
    return keras.Model(image, layers.Dense(1, dtype="float32")(h), name="discriminator")


def autoencoder(shape=(2,), hidden=128, depth=2, code_size=1):
    """Points [B, d] or images [B, H, W, C] -> {"reconstruction": as the input, linear, "code": [B, code_size]}.

    `shape` is that of one example. The encoder has `depth` ReLU layers of `hidden`, and so has the decoder.
    """
    x = keras.Input(shape, name="x" if len(shape) == 1 else "image")
    h = _hidden_layers(layers.Flatten()(x), hidden, depth)
    code = layers.Dense(code_size, dtype="float32")(h)
    h = _hidden_layers(code, hidden, depth)
    made = layers.Dense(math.prod(shape), dtype="float32")(h)
    made = layers.Reshape(shape, dtype="float32")(made)
    return keras.Model(x, {"reconstruction": made, "code": code}, name="discriminator")
