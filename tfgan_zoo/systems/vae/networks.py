"""Encoders to a diagonal Gaussian and decoders to logits or means: Kingma & Welling 2014."""

import keras
from keras import layers

from tfgan_zoo.layers.style_code import style_code
from tfgan_zoo.networks import dcgan


def mlp_encoder(latent_dim=20, hidden=500, image_size=28, channels=1):
    """Image -> one tanh layer -> {"mu", "logvar"}, each [B, latent_dim] (appendix C.2)."""
    image = keras.Input([image_size, image_size, channels], name="image")
    h = layers.Dense(hidden, activation="tanh")(layers.Flatten()(image))
    return _encoder(image, h, latent_dim)


def mlp_decoder(latent_dim=20, hidden=500, image_size=28, channels=1):
    """z [B, latent_dim] -> one tanh layer -> [B, image_size, image_size, channels], linear."""
    z = keras.Input([latent_dim], name="z")
    h = layers.Dense(hidden, activation="tanh")(z)
    pixels = layers.Dense(image_size * image_size * channels, dtype="float32")(h)
    pixels = layers.Reshape([image_size, image_size, channels], dtype="float32")(pixels)
    return keras.Model(z, pixels, name="generator")


def mlp_generator(latent_dim=20, hidden=500, image_size=28, channels=1):
    """The decoder with the mean of its Bernoulli pixels as image in [-1, 1]: the G of a GAN of the same networks."""
    decoder = mlp_decoder(latent_dim, hidden, image_size, channels)
    # 2 sigmoid(a) - 1
    image = layers.Activation("tanh", dtype="float32")(layers.Rescaling(0.5, dtype="float32")(decoder.output))
    return keras.Model(decoder.input, image, name="generator")


def mlp_discriminator(hidden=500, image_size=28, channels=1):
    """Image -> the encoder's tanh layer -> logit [B, 1]: the D of a GAN of the same networks."""
    image = keras.Input([image_size, image_size, channels], name="image")
    h = layers.Dense(hidden, activation="tanh")(layers.Flatten()(image))
    return keras.Model(image, layers.Dense(1, dtype="float32")(h), name="discriminator")


def conv_encoder(latent_dim=32, image_size=32, width=32, channels=1):
    """Image -> the convolutions of a DCGAN's discriminator -> {"mu", "logvar"}."""
    image = keras.Input([image_size, image_size, channels], name="image")
    return _encoder(image, layers.Flatten()(dcgan.trunk(image, width)), latent_dim)


def conv_decoder(latent_dim=32, image_size=32, width=32, channels=1):
    """z [B, latent_dim] -> a DCGAN's generator without its tanh."""
    return dcgan.generator(latent_dim, image_size, width, channels, activation="linear")


def _encoder(image, h, latent_dim):
    return keras.Model(image, style_code(h, latent_dim), name="encoder")
