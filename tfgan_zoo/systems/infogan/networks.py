"""The MNIST networks of Chen et al. 2016 (arXiv:1606.03657, appendix C.1)."""

import keras
from keras import layers, ops

from tfgan_zoo.layers.batch_norm import BatchNormalization


def _weights():
    return keras.initializers.RandomNormal(stddev=0.02)


def _dense(x, units):
    x = layers.Dense(units, use_bias=False, kernel_initializer=_weights())(x)
    return BatchNormalization()(x)


def generator(latent_dim=62, categories=10, continuous=2, width=64, hidden=1024, image_size=28):
    """{"z", "category": [B], "continuous": [B, k]} -> grey image in [-1, 1], a sigmoid rescaled.

    Two dense layers to a quarter of the size with 2 * `width` maps, then 4x4 transposed convolutions
    of stride 2 to `width` maps and to the image; batch norm and ReLU in between.
    """
    if image_size % 4:
        raise ValueError(f"This generator doubles twice; image_size={image_size} is no 4 k.")
    inputs = {
        "z": keras.Input([latent_dim], name="z"),
        "category": keras.Input([], dtype="int32", name="category"),
        "continuous": keras.Input([continuous], name="continuous"),
    }
    one_hot = ops.one_hot(inputs["category"], categories)
    x = layers.Concatenate()([inputs["z"], one_hot, inputs["continuous"]])
    side = image_size // 4
    x = layers.ReLU()(_dense(x, hidden))
    x = layers.ReLU()(_dense(x, side * side * 2 * width))
    x = layers.Reshape([side, side, 2 * width])(x)
    x = _up(x, width, use_bias=False)
    x = layers.ReLU()(BatchNormalization()(x))
    pixels = layers.Activation("sigmoid", dtype="float32")(_up(x, 1))
    image = layers.Rescaling(2.0, -1.0, dtype="float32")(pixels)
    return keras.Model(inputs, image, name="generator")


def _up(x, filters, use_bias=True):
    return layers.Conv2DTranspose(
        filters, 4, strides=2, padding="same", use_bias=use_bias, kernel_initializer=_weights()
    )(x)


def discriminator(categories=10, continuous=2, width=64, hidden=1024, head=128, image_size=28):
    """grey image -> {"logit": [B, 1], "category_logits": [B, categories], "continuous_mean": [B, k]}.

    D and Q share 4x4 convolutions of stride 2 and a dense layer, with batch norm after the first
    layer and LeakyReLU 0.1; Q has a hidden layer of `head` units of its own.
    """
    image = keras.Input([image_size, image_size, 1], name="image")
    x = layers.LeakyReLU(0.1)(_down(image, width))
    x = layers.LeakyReLU(0.1)(BatchNormalization()(_down(x, 2 * width, use_bias=False)))
    x = layers.LeakyReLU(0.1)(_dense(layers.Flatten()(x), hidden))
    q = layers.LeakyReLU(0.1)(_dense(x, head))
    read = {"logit": (x, 1), "category_logits": (q, categories), "continuous_mean": (q, continuous)}
    outputs = {
        name: layers.Dense(units, kernel_initializer=_weights(), dtype="float32", name=name)(below)
        for name, (below, units) in read.items()
    }
    return keras.Model(image, outputs, name="discriminator")


def _down(x, filters, use_bias=True):
    return layers.Conv2D(
        filters, 4, strides=2, padding="same", use_bias=use_bias, kernel_initializer=_weights()
    )(x)
