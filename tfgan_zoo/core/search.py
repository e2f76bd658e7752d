"""Inference by optimisation: the latents at which a loss is least, the networks frozen."""

import keras
import tensorflow as tf


def search(loss, start, steps, learning_rate=0.05):
    """Descends `loss` from `start` with a fresh Adam (Kingma & Ba 2015, Algorithm 1).

    No row depends on the others: Adam's moments are elementwise, and each row has a loss of its own.

    Args:
        loss: latents [n, d] -> losses [n], each of its own row. It may read networks, none of which moves.
        start: float array [n, d].
        steps: how many updates.
        learning_rate: a float or a Keras schedule.

    Returns:
        float32 array [n, d]: for each row the latent of least loss that was met.
    """
    z = keras.Variable(start, dtype="float32", name="latents")
    optimizer = keras.optimizers.Adam(learning_rate)
    optimizer.build([z])

    @tf.function
    def update(best, least):
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(z.value)
            losses = loss(z.value)
        better = losses < least
        best = tf.where(better[:, None], z.value, best)
        optimizer.apply([tape.gradient(losses, z.value)], [z])
        return best, tf.where(better, losses, least)

    best = tf.constant(start, tf.float32)
    least = tf.fill([len(best)], float("inf"))
    for _ in range(steps):
        best, least = update(best, least)
    last = loss(z.value)
    return tf.where((last < least)[:, None], z.value, best).numpy()
