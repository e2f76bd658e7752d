"""BigGAN's residual networks (Brock et al. 2019, arXiv:1809.11096, appendix B, tables 4 to 6 and figure 15).

All kernels start orthogonal; all but that of the shared embedding are spectrally normalised.
"""

import functools

import keras
from keras import layers, ops

from tfgan_zoo.layers.attention import SelfAttention
from tfgan_zoo.layers.batch_norm import BatchNormalization, conditional_batch_norm
from tfgan_zoo.layers.spectral import SpectralConv2D, SpectralDense

# Numbers of maps, in multiples of `width`, by the size of images. Those for 32 and more are the released
# code's, those for 8 and 16 the zoo's own.
# Of the generator: at 4x4, then after each block that doubles.
GENERATOR = {
    8: (2, 1),
    16: (2, 2, 1),
    32: (4, 4, 4, 4),
    64: (16, 16, 8, 4, 2),
    128: (16, 16, 8, 4, 2, 1),
    256: (16, 16, 8, 8, 4, 2, 1),
}
# Of the discriminator: after each block, and how many of these halve.
DISCRIMINATOR = {
    8: ((1,), 1),
    16: ((1, 2, 2), 2),
    32: ((4, 4, 4, 4), 2),
    64: ((1, 2, 4, 8, 16), 4),
    128: ((1, 2, 4, 8, 16, 16), 5),
    256: ((1, 2, 4, 8, 8, 16, 16), 6),
}


def _conv(x, maps, size=3, bias=True):
    return SpectralConv2D(maps, size, use_bias=bias, kernel_initializer=keras.initializers.Orthogonal())(x)


def _dense(units, bias=True, dtype=None):
    start = keras.initializers.Orthogonal()
    return SpectralDense(units, use_bias=bias, kernel_initializer=start, dtype=dtype)


def _attention(x, size):
    """Self-attention where the maps have the side `size`."""
    return SelfAttention(keras.initializers.Orthogonal())(x) if x.shape[1] == size else x


def _up_block(x, condition, maps):
    """Figure 15b: conditional norm, ReLU, 3x3 convolution, twice, plus a 1x1 convolution of the input.

    The side is doubled before the first 3x3 and after the 1x1. There are no biases, as a norm follows.
    """

    def norm_relu(x):
        return layers.ReLU()(conditional_batch_norm(x, condition, functools.partial(_dense, bias=False)))

    main = _conv(layers.UpSampling2D(2)(norm_relu(x)), maps, bias=False)
    main = _conv(norm_relu(main), maps, bias=False)
    return layers.Add()([main, layers.UpSampling2D(2)(_conv(x, maps, size=1, bias=False))])


def _down_block(x, maps, halves, first):
    """Figure 15c: ReLU, 3x3 convolution, twice, plus a 1x1 convolution of the input.

    Both are halved by 2x2 means. The first block has no ReLU on the image itself.
    """
    pool = layers.AveragePooling2D(2) if halves else layers.Identity()
    main = _conv(x if first else layers.ReLU()(x), maps)
    main = pool(_conv(layers.ReLU()(main), maps))
    if first:
        return layers.Add()([main, _conv(pool(x), maps, size=1)])
    return layers.Add()([main, pool(_conv(x, maps, size=1)) if halves or x.shape[-1] != maps else x])


def generator(latent_dim=120, image_size=128, width=96, shared=128, attention=64, channels=3, classes=1000):
    """{"z": [B, latent_dim], "label": [B]} -> image [B, image_size, image_size, channels] in [-1, 1].

    z is cut into equal chunks. The first makes 4x4 maps; each other one conditions the norms of one block,
    together with an embedding of the class of `shared` numbers, which all blocks share.

    Args:
        width: the unit of the numbers of maps in `GENERATOR`.
        attention: the side of the maps that attend to themselves; 0 for none.

    Raises:
        ValueError: there are no networks of that size, or latent_dim is no multiple of the number of chunks.
    """
    start, *blocks = _table(GENERATOR, image_size)
    chunks = 1 + len(blocks)
    if latent_dim % chunks:
        raise ValueError(
            f"BigGAN cuts z into {chunks} chunks here; latent_dim={latent_dim} is no multiple of it."
        )
    z = keras.Input([latent_dim], name="z")
    label = keras.Input([], dtype="int32", name="label")
    first, *others = ops.split(z, chunks, axis=1)
    of_class = layers.Dense(
        shared, use_bias=False, kernel_initializer=keras.initializers.Orthogonal(), name="shared_embedding"
    )(ops.one_hot(label, classes))
    x = layers.Reshape([4, 4, width * start])(_dense(4 * 4 * width * start)(first))
    for chunk, maps in zip(others, blocks):
        x = _up_block(x, layers.Concatenate()([of_class, chunk]), width * maps)
        x = _attention(x, attention)
    image = _conv(layers.ReLU()(BatchNormalization()(x)), channels)
    image = layers.Activation("tanh", dtype="float32")(image)
    return keras.Model({"z": z, "label": label}, image, name="generator")


def discriminator(image_size=128, width=96, attention=64, channels=3, classes=1000):
    """{"image": [B, image_size, image_size, channels], "label": [B]} -> logit [B, 1].

    Residual blocks, ReLU and the sum h over positions. The logit is psi(h) + <e(label), h>: a linear
    function, and a projection on an embedding of the class (Miyato & Koyama 2018, arXiv:1802.05637).

    Arguments and errors are those of `generator`; widths are those of `DISCRIMINATOR`.
    """
    blocks, halvings = _table(DISCRIMINATOR, image_size)
    image = keras.Input([image_size, image_size, channels], name="image")
    label = keras.Input([], dtype="int32", name="label")
    x = image
    for place, maps in enumerate(blocks):
        x = _attention(_down_block(x, width * maps, place < halvings, first=place == 0), attention)
    h = ops.sum(ops.cast(layers.ReLU()(x), "float32"), axis=[1, 2])
    of_class = _dense(h.shape[-1], bias=False, dtype="float32")(ops.one_hot(label, classes))
    logit = _dense(1, dtype="float32")(h) + ops.sum(of_class * h, axis=1, keepdims=True)
    return keras.Model({"image": image, "label": label}, logit, name="discriminator")


def _table(table, image_size):
    if image_size not in table:
        sizes = ", ".join(map(str, table))
        raise ValueError(f"BigGAN has networks for images of {sizes} pixels; got image_size={image_size}.")
    return table[image_size]
