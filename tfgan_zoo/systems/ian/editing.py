"""Neural photo editing: strokes that move a code, and changes laid over a photo (arXiv:1609.07093, section 2)."""

import numpy as np
import tensorflow as tf
from scipy.ndimage import gaussian_filter1d

from tfgan_zoo.core.strokes import box_of, color_of, read_strokes

# The keys of a stroke, and those that it may have beside them.
_KINDS = {"brush": ({"box", "color"}, {"steps"})}
_STEPS = 30


def stroke(decode, code, inputs, rate):
    """Codes [B, d], moved so that a box of their images nears a colour.

    Each of the steps is one of gradient descent on the mean squared error of the box's pixels.

    Args:
        decode: codes [B, d] -> images [B, H, W, C].
        code: where the descent starts.
        inputs: {"box": [B, 4], left, top, right and bottom, "rgb": [B, C], "steps": scalar}.
        rate: the step of a code is this, times 1 + the width of the box in pixels.
    """
    box = tf.cast(inputs["box"], tf.float32)
    rates = rate * (1.0 + box[:, 2:3] - box[:, :1])
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
    left, top, right, bottom = (box[:, place, None] for place in range(4))
    rows, columns = tf.range(shape[1])[None], tf.range(shape[2])[None]
    rows = (rows >= top) & (rows < bottom)
    columns = (columns >= left) & (columns < right)
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
    """The mean colours [n, C] of a box [left, top, right, bottom] of images [n, H, W, C]."""
    left, top, right, bottom = box
    return images[:, top:bottom, left:right].mean(axis=(1, 2))


def checked(strokes, shape):
    """The strokes of a script for images of a shape (H, W, C): a list of (box, colour [C] in [-1, 1], steps).

    Raises:
        ValueError: as `IAN.edit` says.
    """
    found = []
    for _, each in read_strokes(strokes, _KINDS):
        box_of(each, "box", shape[:2])
        steps = each.get("steps", _STEPS)
        if isinstance(steps, bool) or not isinstance(steps, (int, np.integer)) or steps < 0:
            raise ValueError(f"steps of a stroke are a whole number from 0 on; got {steps!r}.")
        found.append((np.int32(each["box"]), color_of(each, "color", shape[-1]), int(steps)))
    return found
