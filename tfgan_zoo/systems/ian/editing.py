"""Neural photo editing: strokes that move a code, and changes laid over a photo (arXiv:1609.07093, section 2)."""

import numpy as np
import tensorflow as tf
from scipy.ndimage import gaussian_filter1d

STROKE = ("box", "rgb", "steps")


def stroke(decode, code, inputs, rate):
    """Codes [B, d], moved so that a box of their images nears a colour.

    Each of the steps is one of gradient descent on the mean squared error of the box's pixels.

    Args:
        decode: codes [B, d] -> images [B, H, W, C].
        code: where the descent starts.
        inputs: {"box": [B, 4], "rgb": [B, C], "steps": scalar}.
        rate: the step of a code is this, times 1 + the width of the box in pixels.
    """
    rates = rate * (1.0 + tf.cast(inputs["box"][:, 3:], tf.float32))
    colour = inputs["rgb"][:, None, None, :]

    def step(count, z):
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(z)
            image = decode(z)
            inside = _inside(inputs["box"], image.shape)
            errors = tf.reduce_mean(tf.square(image - colour), axis=-1, keepdims=True)
            # A sum over examples of what each has by itself.
            loss = tf.reduce_sum(
                tf.math.divide_no_nan(
                    tf.reduce_sum(inside * errors, axis=[1, 2, 3]), tf.reduce_sum(inside, axis=[1, 2, 3])
                )
            )
        return count + 1, z - rates * tape.gradient(loss, z)

    return tf.while_loop(lambda count, _: count < inputs["steps"], step, (0, code))[1]


def _inside(box, shape):
    """[B, H, W, 1]: 1 within the boxes, 0 elsewhere."""
    top, left, height, width = (box[:, place, None] for place in range(4))
    rows, columns = tf.range(shape[1])[None], tf.range(shape[2])[None]
    rows = (rows >= top) & (rows < top + height)
    columns = (columns >= left) & (columns < left + width)
    return tf.cast(rows[:, :, None] & columns[:, None, :], tf.float32)[..., None]


def change_mask(change, deviation=0.7):
    """[B, H, W, 1]: the mean absolute change [B, H, W, C] over channels, at most 1, blurred by a Gaussian."""
    size = tf.minimum(tf.reduce_mean(tf.abs(change), axis=-1, keepdims=True), 1.0)
    radius = 3
    impulse = np.zeros(2 * radius + 1, np.float32)
    impulse[radius] = 1
    line = gaussian_filter1d(impulse, deviation, radius=radius)
    padded = tf.pad(size, [[0, 0], [radius, radius], [radius, radius], [0, 0]], "SYMMETRIC")
    return tf.nn.conv2d(padded, np.outer(line, line)[:, :, None, None], 1, "VALID")


def composed(image, again, made, mask):
    """The reconstruction, its change where the mask is, and elsewhere what it missed of the photo.

    Args:
        image, again, made: the photo, its reconstruction and what its code was moved to, [B, H, W, C].
        mask: [B, H, W, 1].
    """
    return again + mask * (made - again) + (1.0 - mask) * (image - again)


def mean_colours(images, box):
    """The mean colours [n, C] of a box [top, left, height, width] of images [n, H, W, C]."""
    top, left, height, width = box
    return images[:, top : top + height, left : left + width].mean(axis=(1, 2))


def checked(given, shape):
    """A stroke, held to images of a shape (H, W, C).

    Raises:
        ValueError: as `IAN.edit` says.
    """
    unknown, missing = ([name for name in a if name not in b] for a, b in ((given, STROKE), (STROKE, given)))
    if unknown or missing:
        what = f"unknown keys {', '.join(unknown)}" if unknown else f"no {', '.join(missing)}"
        raise ValueError(f"A stroke has {', '.join(STROKE)}; this one has {what}.")
    height, width, channels = shape
    box, rgb = np.asarray(given["box"]), np.asarray(given["rgb"], np.float64)
    within = (
        box.shape == (4,)
        and np.issubdtype(box.dtype, np.integer)
        and (box[:2] >= 0).all()
        and (box[2:] >= 1).all()
        and (box[:2] + box[2:] <= [height, width]).all()
    )
    if not within:
        raise ValueError(
            f"A stroke's box is [top, left, height, width], whole numbers of pixels within {height}x{width}; "
            f"got {given['box']}."
        )
    if rgb.shape != (channels,) or not (np.abs(rgb) <= 1).all():
        raise ValueError(f"A stroke's rgb is {channels} numbers in [-1, 1]; got {given['rgb']}.")
    if isinstance(given["steps"], bool) or not isinstance(given["steps"], (int, np.integer)) or given["steps"] < 0:
        raise ValueError(f"A stroke's steps are a whole number from 0 on; got {given['steps']!r}.")
    return {name: given[name] for name in STROKE}
