"""CVAE-GAN's networks (Bao et al. 2017, arXiv:1703.10155): a DCGAN pair and two more trunks of the same kind.

The encoder and the classifier take the place of the paper's GoogLeNets. No batch norm stands outside the generator:
its averages would follow fakes, and the moments of a batch are what features are compared by.
"""

import keras
from keras import layers, ops

from tfgan_zoo.layers.convolution import Conv2D
from tfgan_zoo.layers.style_code import style_code
from tfgan_zoo.networks import dcgan
from tfgan_zoo.networks.sizes import doublings


def generator(latent_dim=32, image_size=32, width=16, channels=1, classes=10, label_scale=4.0):
    """{"z": [B, latent_dim], "label": [B]} -> image [B, image_size, image_size, channels] in [-1, 1].

    A DCGAN's generator of z and the one-hot label, which is as long as `label_scale`, as z is long.
    """
    z, (label, one_hot) = keras.Input([latent_dim], name="z"), _label(classes, label_scale)
    made = dcgan.generator(latent_dim + classes, image_size, width, channels)
    return keras.Model({"z": z, "label": label}, made(layers.Concatenate()([z, one_hot])), name="generator")


def encoder(latent_dim=32, image_size=32, width=16, channels=1, classes=10, label_scale=4.0):
    """{"image": [B, image_size, image_size, channels], "label": [B]} -> {"mu", "logvar"}, each [B, latent_dim]."""
    image, (label, one_hot) = _image(image_size, channels), _label(classes, label_scale)
    x = layers.Concatenate()([_trunk(image, width), one_hot])
    return keras.Model({"image": image, "label": label}, style_code(x, latent_dim), name="encoder")


def discriminator(image_size=32, width=16, channels=1):
    """image -> {"logit": [B, 1], "features": [B, n]}."""
    return _judge(1, image_size, width, channels, "discriminator")


def classifier(image_size=32, width=16, channels=1, classes=10):
    """image -> {"logit": [B, classes], "features": [B, n]}."""
    return _judge(classes, image_size, width, channels, "classifier")


def conditional_discriminator(image_size=32, width=16, channels=1, classes=10):
    """{"image", "label": [B]} -> logit [B, 1]: the discriminator of a CGAN, which sees a map for each class."""
    image, (label, one_hot) = _image(image_size, channels), _label(classes, 1.0)
    maps = layers.UpSampling2D(image_size)(layers.Reshape([1, 1, classes])(one_hot))
    x = _trunk(layers.Concatenate()([image, maps]), width)
    logit = layers.Dense(1, dtype="float32")(x)
    return keras.Model({"image": image, "label": label}, logit, name="discriminator")


def _judge(logits, image_size, width, channels, name):
    image = _image(image_size, channels)
    features = _trunk(image, width)
    logit = layers.Dense(logits, dtype="float32")(features)
    return keras.Model(image, {"logit": logit, "features": features}, name=name)


def _image(image_size, channels):
    return keras.Input([image_size, image_size, channels], name="image")


def _label(classes, scale):
    """The input of labels, and their one-hot codes times `scale`."""
    label = keras.Input([], dtype="int32", name="label")
    return label, ops.one_hot(label, classes) * scale


def _trunk(x, width):
    """Maps at 4x4 as vectors, by 5x5 convolutions of stride 2 with LeakyReLU, whose maps double from `width`."""
    for level in range(doublings(x.shape[1])):
        x = Conv2D(width * 2**level, 5, strides=2, padding="same")(x)
        x = layers.LeakyReLU(0.2)(x)
    return layers.Flatten()(x)
