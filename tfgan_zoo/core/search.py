"""Inference by optimisation: the latents at which a loss is least, the networks frozen."""

from typing import NamedTuple

import tensorflow as tf

# Of Adam: the decay of the second moment, and what keeps its root above 0 (Keras' defaults).
_BETA_2 = 0.999
_EPSILON = 1e-7


class Found(NamedTuple):
    """Latents [n, d] and their losses [n]."""

    z: tf.Tensor
    loss: tf.Tensor


def descend(loss, start, steps, learning_rate=0.05, beta_1=0.9, keep="best"):
    """Descends `loss` from `start` with Adam (Kingma & Ba 2015, Algorithm 1); tensors in, tensors out.

    It is a loop of the graph, so that it may be a part of a served function. No row depends on the others:
    Adam's moments are elementwise and begin at 0, and each row has a loss of its own.

    Args:
        loss: latents [n, d] -> losses [n], each of its own row. It may read networks, none of which moves.
        start: float tensor [n, d].
        steps: how many updates, an integer or an integer tensor.
        learning_rate: a float.
        beta_1: decay of Adam's first moment.
        keep: "best", for each row the latent of least loss that was met, or "last".

    Returns:
        `Found`: float32 latents [n, d] and their losses [n].

    Raises:
        ValueError: `keep` is neither.
    """
    if keep not in ("best", "last"):
        raise ValueError(f"A search keeps the best or the last latents; got keep={keep!r}.")
    start = tf.convert_to_tensor(start, tf.float32)

    def update(step, z, first, second, best):
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(z)
            losses = loss(z)
        gradient = tape.gradient(losses, z)
        best = _better(best, Found(z, losses))
        first = beta_1 * first + (1 - beta_1) * gradient
        second = _BETA_2 * second + (1 - _BETA_2) * tf.square(gradient)
        count = tf.cast(step + 1, tf.float32)
        mean = first / (1 - tf.pow(beta_1, count))
        scale = tf.sqrt(second / (1 - tf.pow(_BETA_2, count))) + _EPSILON
        return step + 1, z - learning_rate * mean / scale, first, second, best

    nothing = tf.zeros_like(start)
    infinite = tf.fill([tf.shape(start)[0]], float("inf"))
    state = (0, start, nothing, nothing, Found(start, infinite))
    _, z, _, _, best = tf.while_loop(lambda step, *_: step < steps, update, state)
    last = Found(z, loss(z))
    return last if keep == "last" else _better(best, last)


def search(loss, start, steps, learning_rate=0.05, beta_1=0.9, keep="best"):
    """`descend` for NumPy: compiled once, latents and losses as arrays. Arguments and errors: as there."""
    start = tf.constant(start, tf.float32)
    compiled = tf.function(lambda z: descend(loss, z, steps, learning_rate, beta_1, keep))
    # Called as a concrete function, since TensorFlow warns of functions that are new at every call.
    found = compiled.get_concrete_function(start)(start)
    return Found(found.z.numpy(), found.loss.numpy())


def _better(one, other):
    """Row by row the one of less loss; the first where they are equal."""
    is_less = other.loss < one.loss
    return Found(tf.where(is_less[:, None], other.z, one.z), tf.where(is_less, other.loss, one.loss))
