"""Networks around the codes: an encoder that tells classes apart, a classifier, and a prior of codes.

Their trunks are those of DCGAN's discriminator (Radford et al. 2016), small ones in place of the paper's AlexNet.
"""

import keras
from keras import layers

from tfgan_zoo.networks import dcgan


def encoder(image_size=32, width=16, channels=3, classes=10, code_size=128):
    """image -> {"h1": [B, f] maps at 4x4, "h": codes [B, code_size], at least 0, "logits": [B, classes]}."""
    image = keras.Input([image_size, image_size, channels], name="image")
    h1 = layers.Flatten()(dcgan.trunk(image, width))
    h = layers.Dense(code_size, activation="relu")(h1)
    logits = layers.Dense(classes, dtype="float32")(h)
    return keras.Model(image, {"h1": h1, "h": h, "logits": logits}, name="encoder")


def classifier(image_size=32, width=16, channels=3, classes=10):
    """image -> logits [B, classes]."""
    image = keras.Input([image_size, image_size, channels], name="image")
    x = layers.Flatten()(dcgan.trunk(image, width))
    return keras.Model(image, layers.Dense(classes, dtype="float32")(x), name="classifier")


def denoiser(code_size=128, hidden=256, depth=3):
    """Codes [B, code_size] -> codes without their noise: PPGN-h's multilayer perceptron, of `depth` hidden layers."""
    h = x = keras.Input([code_size], name="h")
    for _ in range(depth):
        x = layers.Dense(hidden, activation="relu")(x)
    return keras.Model(h, layers.Dense(code_size, dtype="float32")(x), name="denoiser")
