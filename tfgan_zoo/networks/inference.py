"""Dense networks that find the latents of images, and discriminators of images and latents together.

After the networks for MNIST of Donahue et al. 2017 (arXiv:1605.09782, appendix C.1, details from the release). Kernels
start at small normal numbers, and batch norm has neither gain nor offset. Layers that read an image have offsets, which
the release has nowhere: without any, batch norm hides from the discriminator how bright a batch of images is.
"""

import keras
from keras import layers, ops

from tfgan_zoo.layers.batch_norm import BatchNormalization
from tfgan_zoo.layers.dropout import ReplicaDropout

# Of the normal numbers with which kernels start.
_STDDEV = 0.02


def mlp_generator(latent_dim=50, hidden=1024, image_size=28, channels=1):
    """z [B, latent_dim] -> two ReLU layers of `hidden`, the second of z too -> sigmoid pixels, returned in [-1, 1]."""
    z = keras.Input([latent_dim], name="z")
    h = layers.ReLU()(_batch_norm(_dense(hidden)(z)))
    h = layers.ReLU()(_batch_norm(_dense(hidden)(layers.Concatenate()([h, z]))))
    pixels = _dense(image_size * image_size * channels, use_bias=True, activation="sigmoid", dtype="float32")(h)
    image = layers.Rescaling(2.0, -1.0, dtype="float32")(pixels)
    image = layers.Reshape([image_size, image_size, channels], dtype="float32")(image)
    return keras.Model(z, image, name="generator")


def mlp_encoder(latent_dim=50, hidden=1024, gaussian=False, image_size=28, channels=1):
    """Image in [-1, 1] -> two LeakyReLU layers of `hidden` -> latents, linear.

    The second layer has batch norm. With `gaussian` the outputs are those of `gaussian_encoder`, else
    {"z": [B, latent_dim], "features": [B, hidden]}, the features being those of the second layer.
    """
    image = keras.Input([image_size, image_size, channels], name="image")
    features = layers.LeakyReLU(0.2)(_batch_norm(_dense(hidden)(_first_layer(image, hidden))))
    if gaussian:
        return gaussian_encoder(image, features, latent_dim, _STDDEV)
    z = _dense(latent_dim, use_bias=True, name="z", dtype="float32")(features)
    return keras.Model(image, {"z": z, "features": features}, name="encoder")


def mlp_discriminator(latent_dim=None, hidden=1024, batch_norm=True, dropout=0.0, image_size=28, channels=1):
    """Image in [-1, 1] -> a LeakyReLU layer of `hidden` -> one of that and latents -> logit [B, 1].

    The inputs are {"image", "z"}, or the image alone where `latent_dim` is None. The second layer has batch norm, or
    offsets. `dropout` is the rate after both layers.
    """
    image = keras.Input([image_size, image_size, channels], name="image")
    inputs, x = with_latents(image, _first_layer(image, hidden), latent_dim)
    x = _dense(hidden, use_bias=not batch_norm)(ReplicaDropout(dropout)(x))
    x = ReplicaDropout(dropout)(layers.LeakyReLU(0.2)(_batch_norm(x) if batch_norm else x))
    return keras.Model(inputs, _dense(1, use_bias=True, dtype="float32")(x), name="discriminator")


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


def _first_layer(image, units):
    """A LeakyReLU layer of the pixels of an image, read in [0, 1]."""
    pixels = layers.Flatten()(layers.Rescaling(0.5, 0.5)(image))
    return layers.LeakyReLU(0.2)(_dense(units, use_bias=True)(pixels))


def _dense(units, use_bias=False, **kwargs):
    return layers.Dense(
        units, use_bias=use_bias, kernel_initializer=keras.initializers.RandomNormal(stddev=_STDDEV), **kwargs
    )


def _batch_norm(x):
    return BatchNormalization(center=False, scale=False)(x)
