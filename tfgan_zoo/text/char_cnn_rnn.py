"""The char-CNN-RNN text encoder and an image network to match it with.

Reed, Akata, Lee, Schiele 2016, "Learning Deep Representations of Fine-Grained Visual Descriptions"
(arXiv:1605.05395, section 4), in the form that arXiv:1605.05396 uses.
"""

import keras
from keras import layers, ops

from tfgan_zoo.networks.sizes import doublings
from tfgan_zoo.text.characters import ALPHABET
from tfgan_zoo.utils.precision import precision


def text_encoder(dimension=1024, widths=(384, 512, 512), length=201):
    """Characters [B, length] (`tfgan_zoo.text.characters`) -> embedding [B, dimension], in float32.

    One-hot characters through three convolutions over 4 places, of `widths` maps with ReLU, the first two
    with max pooling by 3; a GRU over what is left; the mean of its states and an affine map. The defaults
    are the paper's, whose 201 characters become 18 states. Unlike there, each number of an embedding has
    mean 0 and variance 1 over captions: the inner product asks for neither, and what all captions share would
    reach a generator as a second bias, far larger than what tells them apart.
    """
    with precision("float32"):
        characters = keras.Input([length], dtype="int32", name="characters")
        x = ops.one_hot(characters, len(ALPHABET) + 1)[:, :, 1:]
        for depth, width in enumerate(widths):
            x = layers.Conv1D(width, 4, activation="relu")(x)
            x = layers.MaxPooling1D(3)(x) if depth < 2 else x
        states = layers.GRU(widths[-1], return_sequences=True, unroll=True, seed=0)(x)
        embedding = layers.Dense(dimension)(layers.GlobalAveragePooling1D()(states))
        # The mean of the states is small: the usual 1e-3 would be far more than its variance.
        embedding = layers.BatchNormalization(momentum=0.9, center=False, scale=False, epsilon=1e-8)(
            embedding
        )
    return keras.Model(characters, embedding, name="text_encoder")


def image_encoder(dimension=1024, width=32, image_size=32):
    """Images [B, image_size, image_size, 3] in [-1, 1] -> embedding [B, dimension], in float32.

    Convolutions of stride 2 with batch norm down to 4x4, their maps doubling from `width`, and an affine
    map of all that is left. The layers relu_1, relu_2 ... give the maps after each convolution.
    """
    with precision("float32"):
        image = keras.Input([image_size, image_size, 3], name="image")
        x = image
        for level in range(doublings(image_size)):
            x = layers.Conv2D(width * 2**level, 4, 2, "same", use_bias=False)(x)
            x = layers.ReLU(name=f"relu_{level + 1}")(layers.BatchNormalization(momentum=0.9)(x))
        x = layers.Dropout(0.3)(layers.Flatten()(x))
        embedding = layers.Dense(dimension)(x)
    return keras.Model(image, embedding, name="image_encoder")
