"""The release's toy pair: a generator with batch norm, a discriminator without."""

import keras
from keras import layers

from tfgan_zoo.layers.batch_norm import BatchNormalization


def _weights():
    return keras.initializers.RandomNormal(stddev=0.01)


def toy_generator(latent_dim=4, hidden=128, data_dim=2, depth=3):
    """z [B, latent_dim] -> `depth` layers of `hidden` with batch norm and ReLU -> point [B, data_dim], linear."""
    z = keras.Input([latent_dim], name="z")
    h = z
    for _ in range(depth):
        h = layers.Dense(hidden, use_bias=False, kernel_initializer=_weights())(h)
        h = layers.ReLU()(BatchNormalization()(h))
    x = layers.Dense(data_dim, kernel_initializer=_weights(), dtype="float32")(h)
    return keras.Model(z, x, name="generator")


def toy_discriminator(hidden=128, data_dim=2, depth=3):
    """Point [B, data_dim] -> `depth` ReLU layers of `hidden` -> score [B, 1], of a dense layer."""
    x = keras.Input([data_dim], name="x")
    h = x
    for _ in range(depth):
        h = layers.Dense(hidden, activation="relu", kernel_initializer=_weights())(h)
    score = layers.Dense(1, kernel_initializer=_weights(), dtype="float32")(h)
    return keras.Model(x, score, name="discriminator")
