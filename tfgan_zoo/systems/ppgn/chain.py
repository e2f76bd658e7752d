"""The chain of codes by which images are drawn (Nguyen et al. 2017, arXiv:1612.00005, equations 5 and 11)."""

from typing import NamedTuple

import tensorflow as tf

# Codes stay in [0, CEILING], as in the released code.
CEILING = 30.0


class Context(NamedTuple):
    """What inpainting keeps: an image [B, H, W, C], and a mask [B, H, W, 1] that is 1 where it is missing."""

    image: tf.Tensor
    mask: tf.Tensor


def chain(h, target, eps, steps, rate, decode, denoise, classify, context=None, decays=False, seed=0):
    """Codes after `steps` of h <- clip(h + rate g / mean|g|), float32 [B, d].

        g = eps_1 (R(h) - h) + eps_2 d log C_y(G(h)) / dh + N(0, eps_3^2) [+ eps_4 J^T (x - G(h))]

    R, the denoiser, is where codes of images are (no gradient goes through it), and the classifier C says which
    class is asked for. The mean is each code's own. With a context C sees it in its place, and the last term, of
    the Jacobian J of G and of known pixels alone, draws the others towards fitting.

    Args:
        h: codes [B, d].
        target: classes int [B].
        eps: float tensor [3], or [4] with a context.
        steps: an integer or an integer tensor.
        rate: the mean distance that a code moves in a step, before it is put back into [0, CEILING].
        decode: G, codes -> images [B, H, W, C].
        denoise: R, codes -> codes.
        classify: C, images -> logits [B, K].
        context: a `Context`, or None.
        decays: whether the rate falls to 0, evenly.
        seed: of the noise, which depends on a code's row.
    """

    def step(i, h):
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(h)
            image = decode(h)
            losses = -eps[1] * log_probability(classify(pasted(image, context)), target)
            if context is not None:
                known = (1 - context.mask) * (context.image - image)
                losses += eps[3] * tf.reduce_sum(tf.square(known), axis=[1, 2, 3]) / 2
        noise = tf.random.stateless_normal(tf.shape(h), [seed, i])
        g = eps[0] * (denoise(h) - h) - tape.gradient(losses, h) + eps[2] * noise
        share = 1 - tf.cast(i, tf.float32) / tf.cast(steps, tf.float32) if decays else 1.0
        unit = tf.math.divide_no_nan(g, tf.reduce_mean(tf.abs(g), axis=1, keepdims=True))
        return i + 1, tf.clip_by_value(h + share * rate * unit, 0.0, CEILING)

    return tf.while_loop(lambda i, h: i < steps, step, (0, tf.cast(h, tf.float32)))[1]


def pasted(image, context):
    """The image with all that is known of it put into its place."""
    return image if context is None else context.mask * image + (1 - context.mask) * context.image


def log_probability(logits, target):
    """log C_y(x) [B]."""
    return -tf.nn.sparse_softmax_cross_entropy_with_logits(target, tf.cast(logits, tf.float32))
