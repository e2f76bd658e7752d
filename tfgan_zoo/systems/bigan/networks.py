"""BiGAN's convolutional encoder and discriminator; those for MNIST are in `networks.inference`.

As for ImageNet (appendix C.2), latents join the image in the dense layers above the convolutions.
"""

import keras
from keras import layers

from tfgan_zoo.layers.batch_norm import BatchNormalization
from tfgan_zoo.networks import dcgan
from tfgan_zoo.networks.inference import with_latents


def conv_encoder(latent_dim=100, hidden=1024, image_size=32, width=64, channels=3):
    """Image in [-1, 1] -> a DCGAN's convolutions and a dense layer of `hidden` -> {"z": [B, latent_dim], "features"}.

    z is linear. The features [B, hidden] are those of the dense layer.
    """
    image = keras.Input([image_size, image_size, channels], name="image")
    features = _dense(layers.Flatten()(dcgan.trunk(image, width)), hidden)
    z = layers.Dense(latent_dim, name="z", dtype="float32")(features)
    return keras.Model(image, {"z": z, "features": features}, name="encoder")


def conv_discriminator(latent_dim=None, hidden=1024, image_size=32, width=64, channels=3):
    """{"image", "z"} -> the encoder's layers, the latents beside the convolutions' maps -> logit [B, 1].

    The image alone is the input where `latent_dim` is None.
    """
    image = keras.Input([image_size, image_size, channels], name="image")
    inputs, x = with_latents(image, layers.Flatten()(dcgan.trunk(image, width)), latent_dim)
    logit = layers.Dense(1, dtype="float32")(_dense(x, hidden))
    return keras.Model(inputs, logit, name="discriminator")


def _dense(x, units):
    x = BatchNormalization(center=False, scale=False)(layers.Dense(units, use_bias=False)(x))
    return layers.LeakyReLU(0.2)(x)
