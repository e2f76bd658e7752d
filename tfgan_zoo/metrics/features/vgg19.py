"""The VGG19 that perceptual losses compare images in; its weights are a user's own file."""

import keras
import numpy as np

from tfgan_zoo.layers.frozen_features import TRAINED
from tfgan_zoo.utils.files import sha256

# What the network was trained to have taken from B, G and R in 0..255.
_MEANS = np.array([103.939, 116.779, 123.68], np.float32)


def trained(path=None):
    """Images [B, H, W, 3] in [-1, 1] -> the last maps of VGG19, and the SHA-256 of its weights.

    Simonyan & Zisserman 2015 (arXiv:1409.1556), configuration E without the fully connected layers. The maps
    after a convolution's ReLU are those of its layer: "block5_conv4" is the 5,4 of perceptual losses.

    path: a file of ImageNet weights in Keras' form, such as vgg19_weights_tf_dim_ordering_tf_kernels_notop.h5.

    Raises FileNotFoundError where there is no such file.
    """
    if path is None:
        raise FileNotFoundError(
            "The weights of vgg19 do not ship; name a file of them, in a config as path=FILE."
        )
    digest = sha256(path)
    images = keras.Input((None, None, 3), name="images")
    # Red comes last there, and a channel in 0..255 is 127.5 (x + 1).
    centred = keras.layers.Rescaling(127.5, 127.5 - _MEANS)(images[..., ::-1])
    return keras.applications.VGG19(include_top=False, weights=str(path), input_tensor=centred), digest


TRAINED.add("vgg19", trained)
