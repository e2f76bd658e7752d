"""The generator of the residual DCGAN that reads a text: Reed et al. 2016 (arXiv:1605.05396, figure 2, its code).

The discriminator is `text_dcgan.discriminator`, of the zoo's shared networks.
"""

import keras
from keras import layers

from tfgan_zoo.layers.batch_norm import BatchNormalization
from tfgan_zoo.layers.bottlenecks import leaky, residuals, weights
from tfgan_zoo.networks.sizes import doublings

# Builders by the names that older cards and run folders give them.
FORMER_NAMES = {"text_dcgan.generator": "generator"}


def _up(x, filters):
    """Doubles the resolution: 4x4 transposed convolution of stride 2, batch norm."""
    convolution = layers.Conv2DTranspose(
        filters, 4, 2, padding="same", use_bias=False, kernel_initializer=weights()
    )
    return BatchNormalization()(convolution(x))


def generator(latent_dim=100, text_dim=1024, text_units=128, image_size=64, width=128, channels=3):
    """{"z": [B, latent_dim], "text": [B, text_dim]} -> image [B, image_size, image_size, channels].

    Pixels lie in [-1, 1]. The text goes through a layer of its own and then with z up from 4x4, with a
    residual bottleneck at 4x4 and at 8x8. `width` is the number of maps before the image; the release's
    64x64 network has 128.
    """
    levels = doublings(image_size, least=2)
    z = keras.Input([latent_dim], name="z")
    text = keras.Input([text_dim], name="text")
    read = leaky()(layers.Dense(text_units, kernel_initializer=weights())(text))
    top = width * 2 ** (levels - 1)
    x = layers.Concatenate()([z, read])
    x = layers.Dense(4 * 4 * top, use_bias=False, kernel_initializer=weights())(x)
    x = residuals(BatchNormalization()(layers.Reshape([4, 4, top])(x)), layers.ReLU)
    x = residuals(_up(x, top // 2), layers.ReLU)
    for level in reversed(range(levels - 2)):
        x = layers.ReLU()(_up(x, width * 2**level))
    image = layers.Conv2DTranspose(channels, 4, 2, padding="same", kernel_initializer=weights())(x)
    image = layers.Activation("tanh", dtype="float32")(image)
    return keras.Model({"z": z, "text": text}, image, name="generator")
