"""Relatives of the DCGAN pair that are hard to train, after Gulrajani et al. 2017, arXiv:1704.00028.

Section 5.2 takes away what keeps a DCGAN stable, and table 1 names what may vary: the nonlinearity,
the depth, the normalisation, the maps. Weights start He-normal, at whatever width, where the DCGAN
of 64 maps and more has N(0, 0.02^2).
"""

import keras
from keras import layers

from tfgan_zoo.layers.batch_norm import BatchNormalization
from tfgan_zoo.layers.convolution import Conv2D, Conv2DTranspose
from tfgan_zoo.networks.sizes import doublings

_START = "he_normal"

# Layer norm in place of the batch norm of a critic under WGAN-GP (section 5.2): over all pixels and maps of
# one image, with a scale and shift for each map.
NORMS = {
    "batch": BatchNormalization,
    "layer": lambda: layers.GroupNormalization(groups=1, epsilon=1e-5),
}
ACTIVATIONS = {
    "relu": layers.ReLU,
    "leaky_relu": lambda: layers.LeakyReLU(0.2),
    "tanh": lambda: layers.Activation("tanh"),
}


def generator(
    latent_dim=128, image_size=64, width=64, channels=3, activation="relu", norm="batch", widens=True
):
    """z [B, latent_dim] -> image [B, image_size, image_size, channels] in [-1, 1], by tanh.

    A dense layer to 4x4 and 5x5 stride-2 transposed convolutions, each but the last with norm and
    activation.

    Args:
        width: maps before the image.
        activation: "relu", "leaky_relu" or "tanh".
        norm: "batch", "layer" or "none".
        widens: twice the maps at each halved resolution, as in a DCGAN; else `width` everywhere.
    """
    steps = doublings(image_size)
    maps = [width * 2 ** (level if widens else 0) for level in reversed(range(steps))]
    z = keras.Input([latent_dim], name="z")
    x = layers.Dense(4 * 4 * maps[0], use_bias=norm == "none", kernel_initializer=_START)(z)
    x = _finish(layers.Reshape([4, 4, maps[0]])(x), norm, activation)
    for filters in maps[1:]:
        x = Conv2DTranspose(filters, 5, 2, "same", use_bias=norm == "none", kernel_initializer=_START)(x)
        x = _finish(x, norm, activation)
    image = Conv2DTranspose(channels, 5, 2, "same", kernel_initializer=_START)(x)
    return keras.Model(z, layers.Activation("tanh", dtype="float32")(image), name="generator")


def critic(image_size=64, width=64, channels=3, activation="leaky_relu", norm="batch", depth=None):
    """image [B, image_size, image_size, channels] -> score [B, 1], linear: a discriminator's logit too.

    5x5 convolutions with norm and activation down to 4x4; no norm on the image itself.

    Args:
        width: maps at half the image's resolution, doubled at each halving.
        activation: "relu", "leaky_relu" or "tanh".
        norm: "batch", "layer" or "none".
        depth: convolutions; those beyond one a halving are of stride 1, as many at each resolution.
            None for one a halving, as in a DCGAN.
    """
    steps = doublings(image_size)
    depth = steps if depth is None else depth
    if depth < steps:
        raise ValueError(f"From {image_size} to 4 pixels takes {steps} convolutions; got depth={depth}.")
    levels = [i * steps // depth for i in range(depth)]
    image = x = keras.Input([image_size, image_size, channels], name="image")
    for before, level in zip([-1, *levels], levels):
        on_image = before < 0
        x = Conv2D(
            width * 2**level,
            5,
            strides=2 if level > before else 1,
            padding="same",
            use_bias=on_image or norm == "none",
            kernel_initializer=_START,
        )(x)
        x = _finish(x, "none" if on_image else norm, activation)
    score = layers.Dense(1, kernel_initializer=_START, dtype="float32")(layers.Flatten()(x))
    return keras.Model(image, score, name="critic")


def _finish(x, norm, activation):
    """Norm, if any, and activation."""
    if norm != "none":
        x = _choice(NORMS, norm, "norm")(x)
    return _choice(ACTIVATIONS, activation, "activation")(x)


def _choice(known, name, what):
    if name not in known:
        names = ", ".join(known)
        raise ValueError(f"Unknown {what} {name!r}; the known ones are {names}.")
    return known[name]()
