"""Conditioning augmentation: Zhang et al. 2017 (arXiv:1612.03242), section 3.2.

In place of the embedding of a text a generator reads a draw of a Gaussian whose mean and variance are
functions of the embedding. The network here gives both, `layers.style_code.drawn` draws, and the generator's
loss has `losses.variational.mean_divergence` as a further term, which keeps the Gaussian near the standard
normal: texts that are alike then stand for images that are alike.
"""

import keras

from tfgan_zoo.layers.style_code import style_code


def augmentation(text_dim=1024, size=128):
    """Embeddings of texts [B, text_dim] -> {"mu": [B, size], "logvar": [B, size]}, by an affine map each.

    Kernels start at N(0, 0.02) for embeddings of any length: Keras' default gives long ones a divergence of
    several nats a dimension.
    """
    text = keras.Input([text_dim], name="text")
    return keras.Model(text, style_code(text, size, stddev=0.02), name="augmentation")
