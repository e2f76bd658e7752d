"""Encoders of images to latents, and discriminators of images and latents together, of dense layers.

After the networks for MNIST of Donahue et al. 2017 (arXiv:1605.09782, appendix C.1).
"""

import keras
from keras import layers, ops

from tfgan_zoo.layers.batch_norm import BatchNormalization


def mlp_encoder(latent_dim=50, hidden=1024, gaussian=False, image_size=28, channels=1):
    """Image in [-1, 1] -> two LeakyReLU layers of `hidden` -> latents, linear.

    The second layer has batch norm without gain and offset. With `gaussian` the outputs are those of
    `gaussian_encoder`, else {"z": [B, latent_dim], "features": [B, hidden]}, the features being those of the second
    layer.
    """
    image = keras.Input([image_size, image_size, channels], name="image")
    features = _hidden_layers(_pixels(image), hidden, batch_norm=True)
    if gaussian:
        return gaussian_encoder(image, features, latent_dim)
    z = layers.Dense(latent_dim, name="z", dtype="float32")(features)
    return keras.Model(image, {"z": z, "features": features}, name="encoder")


def mlp_discriminator(latent_dim=None, hidden=1024, batch_norm=True, image_size=28, channels=1):
    """Image in [-1, 1] and latents -> two LeakyReLU layers of `hidden` -> logit [B, 1].

    The inputs are {"image", "z"}, or the image alone where `latent_dim` is None. With `batch_norm` the second layer
    has it, without gain and offset.
    """
    image = keras.Input([image_size, image_size, channels], name="image")
    inputs, x = with_latents(image, _pixels(image), latent_dim)
    logit = layers.Dense(1, dtype="float32")(_hidden_layers(x, hidden, batch_norm))
    return keras.Model(inputs, logit, name="discriminator")


def gaussian_encoder(example, features, latent_dim, stddev=None):
    """A model that draws latents of a Gaussian of which it computes mean and deviation.

    {name of the example, "epsilon": standard normal numbers [B, latent_dim]} -> {"z", "mu", "log_sigma"}, each
    [B, latent_dim], with z = mu + e^log_sigma epsilon.

    Args:
        example: symbolic input.
        features: symbolic [B, n], of which mu and log_sigma are affine maps.
        latent_dim: d.
        stddev: of the normal numbers with which their kernels start; None for Keras' default.
    """
    start = "glorot_uniform" if stddev is None else keras.initializers.RandomNormal(stddev=stddev)
    epsilon = keras.Input([latent_dim], name="epsilon")
    mu, log_sigma = (
        layers.Dense(latent_dim, name=name, kernel_initializer=start, dtype="float32")(features)
        for name in ("mu", "log_sigma")
    )
    z = mu + ops.exp(log_sigma) * epsilon
    outputs = {"z": z, "mu": mu, "log_sigma": log_sigma}
    return keras.Model({example.name: example, "epsilon": epsilon}, outputs, name="encoder")


def with_latents(example, features, latent_dim):
    """What a discriminator of pairs takes, and the features of both side by side.

    Args:
        example: symbolic input.
        features: symbolic [B, n], made of it.
        latent_dim: d; None for a discriminator of examples alone.

    Returns:
        ({name of the example, "z": [B, d]}, symbolic [B, n + d]), or the input and the features themselves.
    """
    if latent_dim is None:
        return example, features
    z = keras.Input([latent_dim], name="z")
    return {example.name: example, "z": z}, layers.Concatenate()([features, z])


def _pixels(image):
    """The pixels of an image in a row, read in [0, 1]."""
    return layers.Flatten()(layers.Rescaling(0.5, 0.5)(image))


def _hidden_layers(x, units, batch_norm):
    x = layers.LeakyReLU(0.2)(layers.Dense(units)(x))
    x = layers.Dense(units, use_bias=not batch_norm)(x)
    x = BatchNormalization(center=False, scale=False)(x) if batch_norm else x
    return layers.LeakyReLU(0.2)(x)
