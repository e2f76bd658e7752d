"""The two-branch networks of Mirza and Osindero 2014 (arXiv:1411.1784, section 4.1)."""

import keras
from keras import layers, ops

from tfgan_zoo.layers.dropout import ReplicaDropout
from tfgan_zoo.layers.maxout import Maxout

# Builders by the names that older cards and run folders give them.
FORMER_NAMES = {
    "conditional_mlp.generator": "generator",
    "conditional_mlp.discriminator": "discriminator",
}


def _one_hot(classes):
    label = keras.Input([], dtype="int32", name="label")
    return label, ops.one_hot(label, classes)


def generator(
    latent_dim=100,
    latent_units=200,
    label_units=1000,
    hidden=1200,
    image_size=28,
    classes=10,
    dropout=0.5,
):
    """{"z": [B, latent_dim], "label": [B]} -> grey image [B, image_size, image_size, 1] in [-1, 1].

    z and the one-hot label each go through a ReLU layer of their own, then through one together, to
    sigmoid pixels, with dropout on every hidden layer.
    """
    z = keras.Input([latent_dim], name="z")
    label, one_hot = _one_hot(classes)

    def relu(x, units):
        x = layers.Dense(units, activation="relu")(x)
        return ReplicaDropout(dropout)(x)

    joint = layers.Concatenate()([relu(z, latent_units), relu(one_hot, label_units)])
    pixels = layers.Dense(image_size**2, activation="sigmoid", dtype="float32")(relu(joint, hidden))
    image = layers.Rescaling(2.0, -1.0, dtype="float32")(pixels)
    image = layers.Reshape([image_size, image_size, 1], dtype="float32")(image)
    return keras.Model({"z": z, "label": label}, image, name="generator")


def discriminator(image_units=240, label_units=50, joint_units=240, image_size=28, classes=10):
    """{"image": [B, image_size, image_size, 1] in [-1, 1], "label": [B]} -> logit [B, 1].

    Maxout layers of 5 pieces for the image and for the one-hot label, one of 4 for both, with
    dropout of one half after each. Pixels are read in [0, 1].
    """
    image = keras.Input([image_size, image_size, 1], name="image")
    label, one_hot = _one_hot(classes)

    def maxout(x, units, pieces):
        return ReplicaDropout(0.5)(Maxout(units, pieces)(x))

    pixels = layers.Flatten()(layers.Rescaling(0.5, 0.5)(image))
    joint = [maxout(pixels, image_units, 5), maxout(one_hot, label_units, 5)]
    joint = maxout(layers.Concatenate()(joint), joint_units, 4)
    logit = layers.Dense(1, dtype="float32")(joint)
    return keras.Model({"image": image, "label": label}, logit, name="discriminator")
