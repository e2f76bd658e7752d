"""Histograms of oriented gradients (Dalal & Triggs 2005) through which gradients pass."""

import numpy as np
import tensorflow as tf

# Half a turn is divided among so many directions: an edge from dark to light counts as one from light to dark.
BINS = 8

# Within the root of a gradient's length, whose slope at 0 would be infinite.
_EPSILON = 1e-3


def histograms(images, cell):
    """Images [B, H, W, C] in [-1, 1] -> histograms [B, H / cell, W / cell, 8]; bin k is of gradients at k pi / 8.

    Between two bins a gradient counts for the nearer one the more; one at a bin's own direction counts for that bin
    alone, with its length. Each pixel counts for the nearest cells, by its distance from their middles.
    """
    grey = (tf.reduce_mean(images, axis=-1, keepdims=True) + 1) / 2
    # Beyond the edges the image goes on as it ends.
    padded = tf.pad(grey, [(0, 0), (1, 1), (1, 1), (0, 0)], "SYMMETRIC")
    along = tf.nn.conv2d(padded, _directions(), 1, "VALID")
    length = tf.sqrt(tf.square(along[..., :1]) + tf.square(along[..., BINS // 2 : BINS // 2 + 1]) + _EPSILON)
    nearest = np.cos(np.pi / BINS)
    votes = tf.nn.relu((tf.abs(along) - nearest * length) / (1 - nearest))
    return pooled(votes, cell)


def pooled(maps, cell):
    """Sums of maps [B, H, W, C] over cells, with weights that fall to 0 at the middles of the next cells."""
    ramp = 1 - np.abs((np.arange(2 * cell) + 0.5) / cell - 1)
    channels = maps.shape[-1]
    window = np.broadcast_to(np.outer(ramp, ramp)[:, :, None, None], [2 * cell, 2 * cell, channels, 1])
    around = [(0, 0), (cell // 2, cell // 2), (cell // 2, cell // 2), (0, 0)]
    strides = [1, cell, cell, 1]
    return tf.nn.depthwise_conv2d(tf.pad(maps, around), tf.constant(window, tf.float32), strides, "VALID")


def _directions():
    """[3, 3, 1, 8]: Sobel's filters of the derivative along each bin's direction, x to the right and y down."""
    across = np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]]) / 4
    angles = np.arange(BINS) * np.pi / BINS
    filters = [np.cos(angle) * across + np.sin(angle) * across.T for angle in angles]
    return tf.constant(np.stack(filters, axis=-1)[:, :, None], tf.float32)
