"""The encoder: DCGAN's discriminator (Radford et al. 2016) with latents in the logit's place."""

import keras
from keras import layers

from tfgan_zoo.networks import dcgan


def encoder(latent_dim=100, image_size=64, width=128, channels=3):
    """image [B, image_size, image_size, channels] -> latents [B, latent_dim], linear; `width` maps after the first."""
    image = keras.Input([image_size, image_size, channels], name="image")
    x = layers.Flatten()(dcgan.trunk(image, width))
    return keras.Model(image, layers.Dense(latent_dim, dtype="float32")(x), name="encoder")
