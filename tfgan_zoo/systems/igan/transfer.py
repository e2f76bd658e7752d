"""The change between images as motion and colour, which moves an edit from generated images to a photograph.

Between neighbouring frames I and I' the flow u and the affine maps of colour A, both different at each pixel, minimise

    sum of |I'(x) - A(x) (I(x + u(x)), 1)|^2 + s_u |grad u|^2 + s_A |grad A|^2        (section 3.3)

by turns: u as in Horn & Schunck 1981 with I' and the displaced I made linear about the last u, then A. Either is
found by Jacobi's sweeps: each pixel takes the mean of its four neighbours, corrected towards its own equation. All
images are in [-1, 1].
"""

import tensorflow as tf

from tfgan_zoo.layers.warp import displaced

# Weights of the smoothness, s_u and s_A, of each of the four neighbours.
_OF_FLOW, _OF_COLOR = 0.0125, 0.25

# How often flow and colour take turns (section 4), and Jacobi's sweeps in each.
_ROUNDS, _SWEEPS = 3, 40


def along(frames):
    """The change from the first to the last of frames [B, N, H, W, C], composed of those between neighbours.

    Returns:
        (flow [B, H, W, 2], color [B, H, W, C, C + 1]): what lay at x + flow(x) comes to x, with the colour that
        `color` makes of it.
    """
    steps, shape = frames.shape[1] - 1, frames.shape[2:]
    before, after = (tf.reshape(part, [-1, *shape]) for part in (frames[:, :-1], frames[:, 1:]))
    flows, colors = (tf.reshape(part, [-1, steps, *part.shape[1:]]) for part in between(before, after))
    flow, color = flows[:, 0], colors[:, 0]
    for step in range(1, steps):
        flow = flows[:, step] + displaced(flow, flows[:, step])
        color = _composed(colors[:, step], _displaced_color(color, flows[:, step]))
    return flow, color


def between(before, after):
    """The flow [B, H, W, 2] and the colour [B, H, W, C, C + 1] that make `after` of `before`, images [B, H, W, C]."""
    channels = before.shape[-1]
    flow = tf.zeros_like(before[..., :1]) * tf.ones([2])
    color = tf.zeros_like(before)[..., None] + tf.eye(channels, channels + 1)
    for _ in range(_ROUNDS):
        flow = _solved_flow(before, after, flow, color)
        color = _solved_color(displaced(before, flow), after, color)
    return flow, color


def applied(images, flow, color):
    """Images [B, H, W, C] after a change that was found at any size, [B, h, w, ...]: [B, H, W, C] in [-1, 1]."""
    size, channels = tf.shape(images)[1:3], images.shape[-1]
    pixels = tf.cast(size / tf.shape(flow)[1:3], tf.float32)
    flow = tf.image.resize(flow, size) * pixels[::-1]
    color = tf.image.resize(_flat(color), size)
    color = tf.reshape(color, [-1, size[0], size[1], channels, channels + 1])
    return tf.clip_by_value(recoloured(displaced(images, flow), color), -1.0, 1.0)


def recoloured(images, color):
    """A (I, 1) at each pixel: [B, H, W, C]."""
    return tf.linalg.matvec(color[..., :-1], images) + color[..., -1]


def _solved_flow(before, after, flow, color):
    """Horn & Schunck's iteration on the images at hand, where the linear term is of the step from `flow`."""
    moved = displaced(before, flow)
    slopes = color[..., :-1] @ _gradients(moved)
    missing = after - recoloured(moved, color)
    transposed = tf.linalg.matrix_transpose(slopes)
    gain = tf.linalg.inv(transposed @ slopes + 4 * _OF_FLOW * tf.eye(2)) @ transposed

    def sweep(u):
        mean = _mean_of_neighbours(u)
        return mean + tf.linalg.matvec(gain, missing - tf.linalg.matvec(slopes, mean - flow))

    return _swept(sweep, flow)


def _solved_color(moved, after, color):
    """The same of A, whose equation at a pixel has a matrix of rank one beside a multiple of the identity."""
    ones = tf.concat([moved, tf.ones_like(moved[..., :1])], axis=-1)
    gain = ones / (tf.reduce_sum(tf.square(ones), axis=-1, keepdims=True) + 4 * _OF_COLOR)
    shape = tf.shape(color)

    def sweep(a):
        mean = tf.reshape(_mean_of_neighbours(_flat(a)), shape)
        missing = after - tf.linalg.matvec(mean, ones)
        return mean + missing[..., :, None] * gain[..., None, :]

    return _swept(sweep, color)


def _swept(sweep, start):
    _, found = tf.while_loop(
        lambda count, _: count < _SWEEPS,
        lambda count, values: (count + 1, tf.ensure_shape(sweep(values), start.shape)),
        (0, start),
    )
    return found


def _mean_of_neighbours(maps):
    """Of the four pixels beside each of [B, H, W, C]; at an edge the pixel itself stands for what is missing."""
    padded = tf.pad(maps, [(0, 0), (1, 1), (1, 1), (0, 0)], "SYMMETRIC")
    vertical = padded[:, :-2, 1:-1] + padded[:, 2:, 1:-1]
    return (vertical + padded[:, 1:-1, :-2] + padded[:, 1:-1, 2:]) / 4


def _gradients(images):
    """Central differences to the right and down: [B, H, W, C, 2]."""
    padded = tf.pad(images, [(0, 0), (1, 1), (1, 1), (0, 0)], "SYMMETRIC")
    right = (padded[:, 1:-1, 2:] - padded[:, 1:-1, :-2]) / 2
    down = (padded[:, 2:, 1:-1] - padded[:, :-2, 1:-1]) / 2
    return tf.stack([right, down], axis=-1)


def _composed(second, first):
    """The affine maps `second` after `first`, [B, H, W, C, C + 1]."""
    linear = second[..., :-1]
    offset = tf.linalg.matvec(linear, first[..., -1]) + second[..., -1]
    return tf.concat([linear @ first[..., :-1], offset[..., None]], axis=-1)


def _displaced_color(color, flow):
    return tf.reshape(displaced(_flat(color), flow), tf.shape(color))


def _flat(color):
    """Maps of colour as [B, H, W, C (C + 1)]."""
    return tf.reshape(color, tf.concat([tf.shape(color)[:3], [color.shape[-2] * color.shape[-1]]], axis=0))
