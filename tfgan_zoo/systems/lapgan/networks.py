"""LAPGAN's networks: Denton et al. 2015, section 4.1, and the class-conditional scripts of its code."""

import keras
from keras import layers, ops

from tfgan_zoo.layers.dropout import ReplicaDropout


def base_generator(latent_dim=100, hidden=1200, image_size=8, channels=3, classes=10):
    """{"z": [B, latent_dim], "label": [B]} -> image [B, image_size, image_size, channels], linear.

    z and the one-hot class through two ReLU layers.
    """
    z = keras.Input([latent_dim], name="z")
    label, one_hot = _one_hot(classes)
    x = layers.Concatenate()([z, one_hot])
    for _ in range(2):
        x = layers.Dense(hidden, activation="relu")(x)
    pixels = layers.Dense(image_size**2 * channels, dtype="float32")(x)
    image = layers.Reshape([image_size, image_size, channels], dtype="float32")(pixels)
    return keras.Model({"z": z, "label": label}, image, name=f"generator_{image_size}x{image_size}")


def base_discriminator(hidden=600, image_size=8, channels=3, classes=10, dropout=0.5):
    """{"residual": image [B, image_size, image_size, channels], "label": [B]} -> logit [B, 1].

    The image and the one-hot class through two ReLU layers with dropout.
    """
    image = keras.Input([image_size, image_size, channels], name="residual")
    label, one_hot = _one_hot(classes)
    x = layers.Concatenate()([layers.Flatten()(image), one_hot])
    for _ in range(2):
        x = ReplicaDropout(dropout)(layers.Dense(hidden, activation="relu")(x))
    logit = layers.Dense(1, dtype="float32")(x)
    name = f"discriminator_{image_size}x{image_size}"
    return keras.Model({"residual": image, "label": label}, logit, name=name)


def generator(image_size=32, width=64, size=7, last_size=5, channels=3, classes=10):
    """{"z": [B, H * H], "coarse": [B, H, H, channels], "label": [B]} -> residual [B, H, H, channels], linear.

    H is `image_size`. z as a map, the class as a map and the coarse image through two ReLU convolutions of side
    `size` and one of side `last_size`, which begins at zero: before training a residual is none.
    """
    z = keras.Input([image_size**2], name="z")
    coarse = keras.Input([image_size, image_size, channels], name="coarse")
    label, class_map = _class_map(image_size, classes)
    x = layers.Concatenate()([layers.Reshape([image_size, image_size, 1])(z), class_map, coarse])
    for _ in range(2):
        x = layers.Conv2D(width, size, padding="same", activation="relu")(x)
    residual = layers.Conv2D(channels, last_size, padding="same", kernel_initializer="zeros", dtype="float32")(x)
    inputs = {"z": z, "coarse": coarse, "label": label}
    return keras.Model(inputs, residual, name=f"generator_{image_size}x{image_size}")


def discriminator(image_size=32, width=64, size=5, channels=3, classes=10, dropout=0.5):
    """{"residual", "coarse": [B, H, H, channels], "label": [B]} -> logit [B, 1].

    H is `image_size`. The sum of both images and the class as a map through two ReLU convolutions, the second of
    stride 2, without padding, then dropout.
    """
    residual, coarse = (keras.Input([image_size, image_size, channels], name=name) for name in ("residual", "coarse"))
    label, class_map = _class_map(image_size, classes)
    x = layers.Concatenate()([layers.Add()([residual, coarse]), class_map])
    for strides in (1, 2):
        x = layers.Conv2D(width, size, strides=strides, activation="relu")(x)
    x = ReplicaDropout(dropout)(layers.Flatten()(x))
    inputs = {"residual": residual, "coarse": coarse, "label": label}
    logit = layers.Dense(1, dtype="float32")(x)
    return keras.Model(inputs, logit, name=f"discriminator_{image_size}x{image_size}")


def _one_hot(classes):
    label = keras.Input([], dtype="int32", name="label")
    return label, ops.one_hot(label, classes)


def _class_map(image_size, classes):
    """A label, and a map [B, image_size, image_size, 1] that is learnt of it."""
    label, one_hot = _one_hot(classes)
    pixels = layers.Dense(image_size**2, activation="relu")(one_hot)
    return label, layers.Reshape([image_size, image_size, 1])(pixels)
