"""Energies of a discriminator that is an auto-encoder, and what is made of them.

Zhao, Mathieu & LeCun 2017, arXiv:1609.03126; Berthelot, Schumm & Metz 2017, arXiv:1703.10717.
"""

import tensorflow as tf


def distance(images, reconstructions):
    """|D(x) - x|, the Euclidean distance over all pixels and channels, of each example, float32 [B].

    Zhao et al. 2017, section 2.3. images, reconstructions: [B, ...].
    """
    squares = tf.square(_flat(images) - _flat(reconstructions))
    # The derivative of the root is infinite at 0.
    return tf.sqrt(tf.reduce_sum(squares, axis=1) + 1e-12)


def mean_error(images, reconstructions):
    """The mean of |D(v) - v| over pixels and channels of each example, float32 [B].

    Berthelot et al. 2017, section 3.1, with the exponent 1. images, reconstructions: [B, ...].
    """
    return tf.reduce_mean(tf.abs(_flat(images) - _flat(reconstructions)), axis=1)


def hinge(energies, margin):
    """max(0, m - E) of each energy, [B]: Zhao et al. 2017, equation 1. margin: m, a number or scalar."""
    return tf.nn.relu(margin - energies)


def pulling_away(codes):
    """The mean squared cosine of two different codes of a batch, a scalar: Zhao et al. 2017, section 2.4.

    0 where all codes are orthogonal, 1 where they have one direction; 0, too, of a single code.

    codes: [B, ...], flattened here.
    """
    directions = tf.math.l2_normalize(_flat(codes), axis=1)
    cosines = tf.matmul(directions, directions, transpose_b=True)
    rows = tf.shape(cosines)[0]
    of_pairs = tf.linalg.set_diag(tf.square(cosines), tf.zeros([rows]))
    return tf.math.divide_no_nan(tf.reduce_sum(of_pairs), tf.cast(rows * (rows - 1), tf.float32))


def _flat(values):
    """[B, ...] -> float32 [B, n]."""
    values = tf.cast(values, tf.float32)
    return tf.reshape(values, [tf.shape(values)[0], values.shape[1:].num_elements()])
