"""Affine maps of the plane as homogeneous 3x3 matrices, and images seen through them."""

import tensorflow as tf


def matrices(rows):
    """[B, n, n] of n rows of n entries, each a float or a tensor [B]; one of them at least is a tensor."""
    entries = [entry for row in rows for entry in row]
    like = next(entry for entry in entries if isinstance(entry, tf.Tensor))
    numbers = {entry: tf.fill(tf.shape(like), entry) for entry in entries if isinstance(entry, float)}
    stacked = tf.stack([numbers[each] if isinstance(each, float) else each for each in entries], axis=-1)
    return tf.reshape(stacked, [-1, len(rows), len(rows)])


def translation(x, y):
    """By x columns to the right and y rows down."""
    return matrices([[1.0, 0.0, x], [0.0, 1.0, y], [0.0, 0.0, 1.0]])


def scaling(x, y):
    """By the factors x and y about the origin."""
    return matrices([[x, 0.0, 0.0], [0.0, y, 0.0], [0.0, 0.0, 1.0]])


def rotation(angle):
    """By an angle in radians about the origin, from the first axis to the second."""
    cosine, sine = tf.cos(angle), tf.sin(angle)
    return matrices([[cosine, -sine, 0.0], [sine, cosine, 0.0], [0.0, 0.0, 1.0]])


def warped(images, inverse):
    """Images [B, H, W, C] whose pixel at p shows what lay at `inverse` p; differentiable by the images.

    Points are (column, row) from the centre of the image; else as `sampled`.

    Args:
        inverse: [B, 3, 3], from places in the result to places in `images`.
    """
    _, height, width, _ = images.shape
    y, x = tf.meshgrid(*(tf.range(n, dtype=tf.float32) - (n - 1) / 2 for n in (height, width)), indexing="ij")
    x, y = x[None], y[None]
    columns, rows = (
        _entry(inverse, k, 0) * x + _entry(inverse, k, 1) * y + _entry(inverse, k, 2) + (size - 1) / 2
        for k, size in ((0, width), (1, height))
    )
    return sampled(images, columns, rows)


def displaced(images, flow):
    """Images [B, H, W, C] whose pixel at p shows what lay at p + flow(p); else as `sampled`.

    Args:
        flow: [B, H, W, 2], by how many pixels to the right and down.
    """
    shape = tf.shape(images)
    y, x = tf.meshgrid(tf.range(shape[1]), tf.range(shape[2]), indexing="ij")
    x, y = (tf.cast(places, tf.float32)[None] for places in (x, y))
    return sampled(images, x + flow[..., 0], y + flow[..., 1])


def sampled(images, columns, rows):
    """What lies in images [B, H, W, C] at places: [B, h, w, C]; differentiable by the images.

    Between pixels it is interpolated bilinearly; beyond the edges the image is mirrored, without a second copy of
    the outermost pixels.

    Args:
        columns, rows: [B, h, w], from 0 at the middle of the first pixel.
    """
    shape, channels = tf.shape(images), images.shape[-1]
    height, width = (images.shape[axis] or shape[axis] for axis in (1, 2))
    left, top = tf.floor(columns), tf.floor(rows)
    right_share, low_share = columns - left, rows - top
    corners = [
        (top, left, (1 - low_share) * (1 - right_share)),
        (top, left + 1, (1 - low_share) * right_share),
        (top + 1, left, low_share * (1 - right_share)),
        (top + 1, left + 1, low_share * right_share),
    ]
    places = tf.stack([_mirrored(row, height) * width + _mirrored(column, width) for row, column, _ in corners], 1)
    pixels = tf.reshape(images, [-1, height * width, channels])
    found = tf.gather(pixels, places, batch_dims=1)
    shares = tf.cast(tf.stack([share for *_, share in corners], axis=1), images.dtype)
    return tf.reduce_sum(found * shares[..., None], axis=1)


def _entry(matrices, row, column):
    """An entry of each of some matrices, [B, 1, 1]."""
    return matrices[:, row, column, None, None]


def _mirrored(places, size):
    """Whole numbers as indices of an axis that goes back and forth between its ends, int32."""
    # An axis of one pixel has it everywhere.
    period = tf.maximum(2 * (size - 1), 1)
    places = tf.math.floormod(tf.cast(places, tf.int32), period)
    return tf.minimum(places, period - places)
