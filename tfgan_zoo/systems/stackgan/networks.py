"""StackGAN's generators: Zhang et al. 2017, figure 2, and its code.

The discriminators are `text_dcgan.discriminator` without its text's norm, and the augmentation is
`conditioning.augmentation`, both of the zoo's shared networks.
"""

import keras
from keras import layers

from tfgan_zoo.layers.batch_norm import BatchNormalization
from tfgan_zoo.layers.bottlenecks import normalized, residuals, weights
from tfgan_zoo.networks.sizes import doublings


def stage1_generator(latent_dim=100, code_size=128, image_size=64, width=128, blocks=1, channels=3):
    """{"z": [B, latent_dim], "code": [B, code_size]} -> image [B, image_size, image_size, channels].

    Pixels lie in [-1, 1]. From 4x4, with `blocks` residual bottlenecks at 4x4 and as many at 8x8; each
    doubling repeats pixels and is followed by a 3x3 convolution. `width` is the number of maps before the
    last doubling.
    """
    levels = doublings(image_size, least=2)
    z, code = keras.Input([latent_dim], name="z"), keras.Input([code_size], name="code")
    top = width * 2 ** (levels - 1)
    x = layers.Concatenate()([code, z])
    x = layers.Dense(4 * 4 * top, use_bias=False, kernel_initializer=weights())(x)
    x = BatchNormalization()(x)
    x = residuals(layers.Reshape([4, 4, top])(x), layers.ReLU, blocks)
    x = residuals(_up(x, top // 2), layers.ReLU, blocks)
    for level in reversed(range(levels - 2)):
        x = layers.ReLU()(_up(x, width * 2**level))
    return keras.Model(
        {"z": z, "code": code}, _image(layers.UpSampling2D(2)(x), channels), name="generator_1"
    )


def stage2_generator(
    code_size=128, stage1_size=64, image_size=256, width=128, halvings=2, blocks=4, channels=3
):
    """{"stage1": [B, h, h, channels], "code": [B, code_size]} -> image [B, image_size, image_size, channels].

    h is `stage1_size`; pixels lie in [-1, 1]. There is no z: Stage I has already chosen what the text leaves open.

    The image of Stage I goes through a convolution to `width` maps and `halvings` convolutions of stride 2,
    each with twice the maps; the code is repeated at all places; a convolution reads both; `blocks` residual
    blocks; doublings with half the maps each up to `image_size`.

    Raises:
        ValueError: `image_size` is not reached by doubling.
    """
    small = keras.Input([stage1_size, stage1_size, channels], name="stage1")
    code = keras.Input([code_size], name="code")
    x = layers.ReLU()(layers.Conv2D(width, 3, padding="same", kernel_initializer=weights())(small))
    for level in range(1, halvings + 1):
        x = layers.ReLU()(normalized(x, width * 2**level, size=4, strides=2))
    side, maps = x.shape[1], x.shape[-1]
    doubled = (image_size // side).bit_length() - 1
    if side * 2**doubled != image_size:
        raise ValueError(
            f"Stage II doubles from {side}x{side}, so image_size is {2 * side}, {4 * side} ...; got {image_size}."
        )
    everywhere = layers.UpSampling2D(side)(layers.Reshape([1, 1, code_size])(code))
    x = layers.ReLU()(normalized(layers.Concatenate()([x, everywhere]), maps))
    for _ in range(blocks):
        x = _block(x)
    for level in range(1, doubled + 1):
        x = layers.ReLU()(_up(x, maps // 2**level))
    return keras.Model({"stage1": small, "code": code}, _image(x, channels), name="generator_2")


def _up(x, filters):
    """Doubles the resolution: each pixel four times, 3x3 convolution, batch norm."""
    return normalized(layers.UpSampling2D(2)(x), filters)


def _block(x):
    """Two 3x3 convolutions with norm, beside the input."""
    maps = x.shape[-1]
    return layers.ReLU()(layers.Add()([x, normalized(layers.ReLU()(normalized(x, maps)), maps)]))


def _image(x, channels):
    image = layers.Conv2D(channels, 3, padding="same", kernel_initializer=weights())(x)
    return layers.Activation("tanh", dtype="float32")(image)
