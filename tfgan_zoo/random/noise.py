"""Noise that does not depend on how many replicas share the batch.

A `keras.random.SeedGenerator` made under `tf.distribute` is mirrored: every replica would draw the
same numbers. Here each replica draws the noise of the whole global batch from a key that all share
and keeps its own rows, so that two replicas see together exactly what one would see alone.
"""

import tensorflow as tf

from tfgan_zoo.random import draws
from tfgan_zoo.random.latents import prior

_DRAWS_PER_STEP = 1024


def replica_rows(draw, shape):
    """Calls `draw(global_shape)` and returns the rows of it that belong to this replica.

    Args:
        draw: a function of a shape whose first axis is the global batch.
        shape: the shape that this replica needs, batch first.
    """
    context = tf.distribute.get_replica_context()
    replicas = context.num_replicas_in_sync if context else 1
    if replicas == 1:
        return draw(shape)
    rows = shape[0]
    everyone = draw([rows * replicas, *shape[1:]])
    first = tf.cast(context.replica_id_in_sync_group, tf.int32) * rows
    return everyone[first : first + rows]


class StepNoise:
    """The random draws of one training step, keyed by (seed, step, number of the draw).

    A train step makes one and asks it for all its noise, in program order. Nothing is stored but
    the step, so a resumed run draws what the undisturbed one would have drawn.
    """

    def __init__(self, seed, step):
        self._seed = tf.cast(seed, tf.int64)
        self._step = tf.cast(step, tf.int64)
        self._draws = 0

    def key(self):
        """The next seed pair, int64 [2]."""
        if self._draws == _DRAWS_PER_STEP:
            raise ValueError(f"A training step may draw noise at most {_DRAWS_PER_STEP} times.")
        key = tf.stack([self._seed, self._step * _DRAWS_PER_STEP + self._draws])
        self._draws += 1
        return key

    def latents(self, prior_name, shape):
        """This replica's latents: float32 of `shape` (its batch first) from a named prior."""
        key = self.key()
        return replica_rows(lambda everyone: prior(prior_name)(everyone, key), shape)

    def uniform(self, shape, low=0.0, high=1.0):
        """This replica's uniform numbers in [low, high): float32 of `shape`, batch first."""
        key = self.key()
        return replica_rows(lambda everyone: draws.uniform(everyone, key, low, high), shape)

    def integers(self, shape, limit):
        """This replica's uniform integers in [0, limit): int32 of `shape`, batch first."""
        key = self.key()
        return replica_rows(lambda everyone: draws.integers(everyone, key, limit), shape)

    def distinct(self, count, limit):
        """`count` different integers in [0, limit), int32, the same on every replica."""
        order = draws.uniform([limit], self.key())
        return tf.math.top_k(order, count).indices
