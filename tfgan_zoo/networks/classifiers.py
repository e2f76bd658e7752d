"""Discriminators that tell classes apart and let their features be seen: noisy MLPs and the nine-layer network."""

import keras
from keras import layers

from tfgan_zoo.layers.batch_norm import BatchNormalization
from tfgan_zoo.layers.convolution import Conv2D
from tfgan_zoo.layers.dropout import ReplicaDropout
from tfgan_zoo.layers.keyed import ReplicaGaussianNoise


def mlp(
    image_size=28,
    channels=1,
    classes=10,
    hidden=(1000, 500, 250, 250, 250),
    input_noise=0.3,
    noise=0.5,
    batch_norm=False,
    slope=0.0,
):
    """Image in [-1, 1] -> {"logit": [B, classes], "features": [B, hidden[-1]]}.

    The discriminator for MNIST of Salimans et al. 2016 (arXiv:1606.03498), without weight norm: pixels are read in
    [0, 1], and in training normal noise is added to them and to the activations of each hidden layer. The features
    are the last of these activations before the noise.

    Args:
        hidden: units of each layer.
        input_noise, noise: standard deviations, of pixels and of activations.
        batch_norm: whether each hidden layer has it, before its activation.
        slope: of the activation below 0; 0 for ReLU.
    """
    image = keras.Input([image_size, image_size, channels], name="image")
    x = layers.Flatten()(layers.Rescaling(0.5, 0.5)(image))
    x = ReplicaGaussianNoise(input_noise)(x)
    for units in hidden:
        x = layers.Dense(units, use_bias=not batch_norm)(x)
        x = BatchNormalization()(x) if batch_norm else x
        features = layers.LeakyReLU(slope)(x)
        x = ReplicaGaussianNoise(noise)(features)
    return _classifier(image, layers.Dense(classes, dtype="float32", name="logit")(x), features)


def convolutional(image_size=32, channels=3, classes=10, width=96, dropout=0.5, input_dropout=0.2):
    """Image in [-1, 1] -> {"logit": [B, classes], "features": [B, 2 width]}.

    The discriminator for CIFAR-10 of Salimans et al. 2016 with batch norm: three 3x3 convolutions of `width`, three
    of twice as many, each third of stride 2, one without padding and two 1x1, all of LeakyReLU 0.2, and the mean
    over positions, which is the features. Dropout stands before the first and behind each third of stride 2.
    """
    image = keras.Input([image_size, image_size, channels], name="image")
    x = ReplicaDropout(input_dropout)(image)
    for maps in (width, 2 * width):
        for strides in (1, 1, 2):
            x = _convolution(x, maps, 3, strides)
        x = ReplicaDropout(dropout)(x)
    x = _convolution(x, 2 * width, 3, padding="valid")
    for _ in range(2):
        x = _convolution(x, 2 * width, 1)
    features = layers.GlobalAveragePooling2D()(x)
    return _classifier(image, layers.Dense(classes, dtype="float32", name="logit")(features), features)


def _convolution(x, maps, size, strides=1, padding="same"):
    x = Conv2D(maps, size, strides=strides, padding=padding, use_bias=False)(x)
    return layers.LeakyReLU(0.2)(BatchNormalization()(x))


def _classifier(image, logit, features):
    return keras.Model(image, {"logit": logit, "features": features}, name="discriminator")
