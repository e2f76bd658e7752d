"""Discriminators that tell classes apart and let their features be seen: noisy MLPs and the nine-layer network."""

import keras
from keras import layers

from tfgan_zoo.layers.batch_norm import BatchNormalization
from tfgan_zoo.layers.convolution import Conv2D
from tfgan_zoo.layers.dropout import ReplicaDropout
from tfgan_zoo.layers.keyed import ReplicaGaussianNoise
from tfgan_zoo.layers.minibatch_discrimination import MinibatchDiscrimination
from tfgan_zoo.layers.weight_norm import WeightNormConv2D, WeightNormDense


def mlp(
    image_size=28,
    channels=1,
    classes=10,
    hidden=(1000, 500, 250, 250, 250),
    input_noise=0.3,
    noise=0.5,
    batch_norm=False,
    weight_norm=False,
    slope=0.0,
    minibatch_kernels=0,
):
    """Image in [-1, 1] -> {"logit": [B, classes], "features": [B, hidden[-1]]}.

    The discriminator for MNIST of Salimans et al. 2016 (arXiv:1606.03498): pixels are read in [0, 1], and in training
    normal noise is added to them and to the activations of each hidden layer. The features are the last of these
    activations before the noise.

    Args:
        hidden: units of each layer.
        input_noise, noise: standard deviations, of pixels and of activations.
        batch_norm: whether each hidden layer has it, before its activation.
        weight_norm: whether each layer has it, as in the paper; lengths are trained in the last one alone.
        slope: of the activation below 0; 0 for ReLU.
        minibatch_kernels: of minibatch discrimination before the last layer; 0 for none.
    """
    image = keras.Input([image_size, image_size, channels], name="image")
    x = layers.Flatten()(layers.Rescaling(0.5, 0.5)(image))
    x = ReplicaGaussianNoise(input_noise)(x)
    for units in hidden:
        x = _dense(units, weight_norm, use_bias=not batch_norm)(x)
        x = BatchNormalization()(x) if batch_norm else x
        features = layers.LeakyReLU(slope)(x)
        x = ReplicaGaussianNoise(noise)(features)
    x = MinibatchDiscrimination(minibatch_kernels)(x) if minibatch_kernels else x
    return _classifier(image, x, features, classes, weight_norm)


def convolutional(
    image_size=32, channels=3, classes=10, width=96, dropout=0.5, input_dropout=0.2, weight_norm=False
):
    """Image in [-1, 1] -> {"logit": [B, classes], "features": [B, 2 width]}.

    The discriminator for CIFAR-10 of Salimans et al. 2016: three 3x3 convolutions of `width`, three
    of twice as many, each third of stride 2, one without padding and two 1x1, all of LeakyReLU 0.2, and the mean
    over positions, which is the features. Dropout stands before the first and behind each of stride 2. Convolutions
    have batch norm, or else weight norm, as in the paper, with lengths that stay.
    """
    image = keras.Input([image_size, image_size, channels], name="image")
    x = ReplicaDropout(input_dropout)(image)
    for maps in (width, 2 * width):
        for strides in (1, 1, 2):
            x = _convolution(x, maps, 3, weight_norm, strides=strides, padding="same")
        x = ReplicaDropout(dropout)(x)
    for size in (3, 1, 1):
        x = _convolution(x, 2 * width, size, weight_norm, padding="valid")
    features = layers.GlobalAveragePooling2D()(x)
    return _classifier(image, features, features, classes, weight_norm)


def _dense(units, weight_norm, **arguments):
    """A hidden layer."""
    return WeightNormDense(units, train_length=False, **arguments) if weight_norm else layers.Dense(units, **arguments)


def _convolution(x, maps, size, weight_norm, **arguments):
    if weight_norm:
        return layers.LeakyReLU(0.2)(WeightNormConv2D(maps, size, train_length=False, **arguments)(x))
    x = Conv2D(maps, size, use_bias=False, **arguments)(x)
    return layers.LeakyReLU(0.2)(BatchNormalization()(x))


def _classifier(image, x, features, classes, weight_norm):
    dense = WeightNormDense if weight_norm else layers.Dense
    logit = dense(classes, dtype="float32", name="logit")(x)
    return keras.Model(image, {"logit": logit, "features": features}, name="discriminator")
