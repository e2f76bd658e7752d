"""DCGAN's discriminator (Radford et al. 2016) whose maps before its logit can be read."""

import keras
from keras import layers

from tfgan_zoo.networks import dcgan


def discriminator(image_size=64, width=128, channels=3):
    """image -> {"logit": [B, 1], "features": [B, f]}: the features are what the logit is a linear function of."""
    image = keras.Input([image_size, image_size, channels], name="image")
    features = layers.Flatten()(dcgan.trunk(image, width))
    logit = layers.Dense(1, kernel_initializer=keras.initializers.RandomNormal(stddev=0.02), dtype="float32")(features)
    return keras.Model(image, {"logit": logit, "features": features}, name="discriminator")
