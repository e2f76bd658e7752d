"""VGG19, in whose maps perceptual losses compare images; its weights are a file that the user gives."""

import keras
import numpy as np

from tfgan_zoo.layers.frozen_features import TRAINED
from tfgan_zoo.utils.files import sha256

# Means of B, G and R in 0..255, which the network was trained to have subtracted.
_MEANS = np.array([103.939, 116.779, 123.68], np.float32)


def trained(path=None):
    """VGG19, images [B, H, W, 3] in [-1, 1] -> its last maps, and the SHA-256 of its weights.

    Simonyan & Zisserman 2015 (arXiv:1409.1556), configuration E without the fully connected layers. A
    convolution's layer gives its maps after the ReLU: "block5_conv4" is the 5,4 of perceptual losses.

    Args:
        path: a file of ImageNet weights in Keras' form, such as
            vgg19_weights_tf_dim_ordering_tf_kernels_notop.h5.

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
