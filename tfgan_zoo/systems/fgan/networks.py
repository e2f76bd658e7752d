"""The networks for MNIST of section 4.2: a generator with batch norm and a variational function of ELU layers."""

import keras
from keras import layers

from tfgan_zoo.layers.batch_norm import BatchNormalization


def generator(latent_dim=100, hidden=1200, image_size=28, channels=1):
    """z [B, latent_dim] -> two layers of `hidden` with batch norm and ReLU -> sigmoid pixels, in [-1, 1]."""
    z = keras.Input([latent_dim], name="z")
    h = z
    for _ in range(2):
        h = layers.ReLU()(BatchNormalization()(layers.Dense(hidden, use_bias=False)(h)))
    pixels = layers.Dense(image_size * image_size * channels, activation="sigmoid", dtype="float32")(h)
    image = layers.Rescaling(2.0, -1.0, dtype="float32")(pixels)
    image = layers.Reshape([image_size, image_size, channels], dtype="float32")(image)
    return keras.Model(z, image, name="generator")


def variational_function(hidden=240, image_size=28, channels=1):
    """Image in [-1, 1], read as pixels in [0, 1] -> two ELU layers of `hidden` -> v [B, 1], linear."""
    image = keras.Input([image_size, image_size, channels], name="image")
    h = layers.Flatten()(layers.Rescaling(0.5, 0.5)(image))
    for _ in range(2):
        h = layers.Dense(hidden, activation="elu")(h)
    return keras.Model(image, layers.Dense(1, dtype="float32")(h), name="variational")
