"""Multiscale dilated convolution against one convolution a dilation."""

import numpy as np
import tensorflow as tf

from tfgan_zoo.layers.multiscale import MultiscaleConv2D


def test_one_kernel_at_all_dilations():
    x = np.random.default_rng(0).normal(size=[2, 6, 6, 3]).astype(np.float32)
    layer = MultiscaleConv2D(4, [0, 1, 2])
    np.testing.assert_allclose(layer(x).shape, [2, 6, 6, 4])
    np.testing.assert_allclose(layer.shares, np.full([3, 4], 1 / 3), rtol=1e-6)
    shares = np.random.default_rng(1).normal(size=[3, 4]).astype(np.float32)
    layer.shares.assign(shares)
    kernel = layer.kernel.numpy()
    expected = shares[0] * (x @ kernel.mean(axis=(0, 1)))
    for share, dilation in zip(shares[1:], (1, 2)):
        expected = expected + share * tf.nn.conv2d(x, kernel, 1, "SAME", dilations=dilation).numpy()
    np.testing.assert_allclose(layer(x), expected, atol=1e-5)
