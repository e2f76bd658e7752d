"""The networks of the released toy of Tolstikhin et al. 2017 (arXiv:1701.02386, section 4.1)."""

import keras
from keras import layers


def generator(latent_dim=5, hidden=16, data_dim=2, deviation=0.8):
    """z [B, latent_dim] -> two ReLU layers of `hidden` -> point [B, data_dim], linear.

    Kernels start at N(0, deviation^2).
    """
    z = keras.Input([latent_dim], name="z")
    return keras.Model(z, _layers(z, hidden, data_dim, deviation), name="generator")


def discriminator(hidden=16, data_dim=2, deviation=0.8):
    """Point [B, data_dim] -> two ReLU layers of `hidden` -> logit [B, 1]; kernels as the generator's."""
    x = keras.Input([data_dim], name="x")
    return keras.Model(x, _layers(x, hidden, 1, deviation), name="discriminator")


def _layers(h, hidden, outputs, deviation):
    def start():
        return keras.initializers.RandomNormal(stddev=deviation)

    for _ in range(2):
        h = layers.Dense(hidden, activation="relu", kernel_initializer=start())(h)
    return layers.Dense(outputs, kernel_initializer=start(), dtype="float32")(h)
