"""iGAN's predictor; its GAN is DCGAN's pair."""

import keras
from keras import layers

from tfgan_zoo.networks.dcgan import trunk


def predictor(image_size=64, width=128, latent_dim=100, channels=3):
    """Image [B, image_size, image_size, channels] in [-1, 1] -> z [B, latent_dim] in (-1, 1).

    The maps of DCGAN's discriminator, of which there are `width` after the first convolution, and a dense layer.
    """
    image = keras.Input([image_size, image_size, channels], name="image")
    z = layers.Dense(latent_dim)(layers.Flatten()(trunk(image, width)))
    return keras.Model(image, layers.Activation("tanh", dtype="float32")(z), name="predictor")
