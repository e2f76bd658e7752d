"""Penalties on the gradient of a critic and on kernels.

A critic is given as a closure, so that labels never leak into its gradient.
"""

import tensorflow as tf


def between(real, fake, share):
    """share * real + (1 - share) * fake, one share an example: Gulrajani et al. 2017, Algorithm 1.

    Args:
        real, fake: tensors [B, ...].
        share: uniform numbers [B] in [0, 1].
    """
    share = tf.reshape(tf.cast(share, real.dtype), [-1] + [1] * (len(real.shape) - 1))
    return share * real + (1 - share) * fake


def gradient_penalty(critic, points, norm=1.0):
    """E (||grad f(x)||_2 - norm)^2 over the rows of `points`: Gulrajani et al. 2017, equation 3.

    The norm is that of all pixels and channels of one example together. Gradients of the penalty
    flow into the critic's weights.

    Args:
        critic: a function of [B, ...] to scores [B, 1].
        points: where the gradient is taken, [B, ...].
        norm: what the length of the gradient should be.
    """
    with tf.GradientTape(watch_accessed_variables=False) as tape:
        tape.watch(points)
        scores = critic(points)
    gradients = tf.cast(tape.gradient(scores, points), tf.float32)
    squares = tf.reduce_sum(tf.square(gradients), axis=list(range(1, len(gradients.shape))))
    # The derivative of the root is infinite at 0.
    return tf.reduce_mean(tf.square(tf.sqrt(squares + 1e-12) - norm))


def orthogonal(kernels):
    """sum_W ||W W' * (1 - I)||_F^2, a scalar: Brock et al. 2019, arXiv:1809.11096, equation 3.

    W has a row for each output of a layer. Rows that are orthogonal cost nothing, whatever their lengths.

    Args:
        kernels: list of [..., outputs], as those of dense and convolutional layers.
    """
    total = 0.0
    for kernel in kernels:
        rows = tf.reshape(tf.convert_to_tensor(kernel), [-1, kernel.shape[-1]])
        products = tf.matmul(rows, rows, transpose_a=True)
        total += tf.reduce_sum(tf.square(tf.linalg.set_diag(products, tf.zeros([rows.shape[-1]]))))
    return total


def orthonormal(kernels):
    """sum_W sum |W W' - I|, a scalar: Brock et al. 2017, arXiv:1609.07093, equation 7.

    Arguments are those of `orthogonal`. Where a layer has more outputs than each reads numbers, the columns of W are
    held to be orthonormal, as its rows cannot be.
    """
    total = 0.0
    for kernel in kernels:
        rows = tf.reshape(tf.convert_to_tensor(kernel), [-1, kernel.shape[-1]])
        rows = rows if rows.shape[0] >= rows.shape[1] else tf.transpose(rows)
        products = tf.matmul(rows, rows, transpose_a=True)
        total += tf.reduce_sum(tf.abs(products - tf.eye(min(rows.shape))))
    return total


def r1(critic, points):
    """E |grad f(x)|^2 / 2 over the rows of `points`, a scalar: Mescheder et al. 2018, arXiv:1801.04406, equation 9.

    Arguments are those of `gradient_penalty`; the points are reals. What the critic does to them before it
    judges, such as augmentation, is a part of it: the gradient is by the points as they are given.
    """
    with tf.GradientTape(watch_accessed_variables=False) as tape:
        tape.watch(points)
        # Each score depends on its own row, so that the gradient of their sum holds that of each.
        scores = tf.reduce_sum(tf.cast(critic(points), tf.float32))
    gradients = tf.cast(tape.gradient(scores, points), tf.float32)
    return tf.reduce_mean(tf.reduce_sum(tf.square(gradients), axis=list(range(1, len(gradients.shape))))) / 2


def path_lengths(synthesis, styles, directions):
    """|J' y| of each example, [B]: Karras et al. 2020, arXiv:1912.04958, equation 4.

    J is the Jacobian of the image by its style; of a style for each layer the root of the mean square is taken
    over layers.

    Args:
        synthesis: a function of styles to images [B, H, W, C].
        styles: [B, layers, d].
        directions: y, standard normal, of the shape of the images.
    """
    with tf.GradientTape(watch_accessed_variables=False) as tape:
        tape.watch(styles)
        images = tf.cast(synthesis(styles), tf.float32)
        height, width = images.shape[1:3]
        product = tf.reduce_sum(images * directions) / (height * width) ** 0.5
    gradients = tf.cast(tape.gradient(product, styles), tf.float32)
    # The derivative of the root is infinite at 0.
    return tf.sqrt(tf.reduce_mean(tf.reduce_sum(tf.square(gradients), axis=2), axis=1) + 1e-12)
