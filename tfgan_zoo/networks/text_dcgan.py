"""The residual DCGAN that reads a text: Reed et al. 2016 (arXiv:1605.05396, figure 2, and its code).

Zhang et al. 2017 (arXiv:1612.03242, figure 2) take its discriminator over, and add maps for larger images.
"""

import keras
from keras import layers

from tfgan_zoo.layers.batch_norm import BatchNormalization
from tfgan_zoo.layers.bottlenecks import leaky, normalized, residuals, weights
from tfgan_zoo.networks.sizes import doublings

# Builders by the names that older cards and run folders give them.
FORMER_NAMES = {"gan_cls.discriminator": "discriminator"}

# Where the image is joined with the text it has at most so many times the maps of the first convolution.
_WIDEST = 8


def discriminator(
    text_dim=1024,
    text_units=128,
    image_size=64,
    width=64,
    channels=3,
    blocks=1,
    text_norm=True,
    image_key="image",
):
    """{"image": [B, image_size, image_size, channels], "text": [B, text_dim]} -> logit [B, 1].

    The image down to 4x4, with `blocks` residual bottlenecks there; the text through a layer of its own, repeated at
    each of the 16 places; both together through a 1x1 convolution and one over all places. From images of
    more than 64x64, 1x1 convolutions halve the maps at 4x4 until 8 times `width` are left.

    Args:
        text_dim: length of the text's embedding.
        text_units: of the text's own layer.
        width: maps after the first convolution.
        blocks: residual bottlenecks at 4x4; 0 for none.
        text_norm: batch norm of the text's own layer.
        image_key: what the input of images is called.

    Raises:
        ValueError: `image_size` is not reached from 4 by doubling twice or more.
    """
    image = keras.Input([image_size, image_size, channels], name=image_key)
    text = keras.Input([text_dim], name="text")
    x = layers.Conv2D(width, 4, 2, padding="same", kernel_initializer=weights())(image)
    for level in range(1, doublings(image_size, least=2)):
        x = normalized(leaky()(x), width * 2**level, size=4, strides=2)
    while x.shape[-1] > _WIDEST * width:
        x = normalized(leaky()(x), x.shape[-1] // 2, size=1)
    x = residuals(x, leaky, blocks)
    read = layers.Dense(text_units, use_bias=not text_norm, kernel_initializer=weights())(text)
    read = leaky()(BatchNormalization()(read) if text_norm else read)
    read = layers.UpSampling2D(4)(layers.Reshape([1, 1, text_units])(read))
    joint = leaky()(normalized(layers.Concatenate()([x, read]), x.shape[-1], size=1))
    logit = layers.Conv2D(1, 4, kernel_initializer=weights(), dtype="float32")(joint)
    logit = layers.Reshape([1], dtype="float32")(logit)
    return keras.Model({image_key: image, "text": text}, logit, name="discriminator")
