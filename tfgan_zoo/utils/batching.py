"""Functions of many rows, a batch at a time, on all replicas of the strategy in scope."""

import numpy as np
import tensorflow as tf


def in_batches(function, rows, batch_size):
    """`function` of all rows, `batch_size` at a time on each replica.

    Under a `tf.distribute` strategy in scope every replica takes its part of each batch, and every worker
    gets the whole result, which is that of one replica however the rows divide.

    Args:
        function: a structure of tensors [B, ...] -> a structure of tensors [B, ...], row by row.
        rows: a structure of arrays [n, ...], n at least 1.
        batch_size: rows that one replica takes at once.

    Returns:
        The structure of `function`'s results as NumPy arrays [n, ...].
    """
    strategy = tf.distribute.get_strategy()
    together = batch_size * strategy.num_replicas_in_sync
    run = _alone(function) if strategy.num_replicas_in_sync == 1 else _spread(function, strategy)
    count = len(tf.nest.flatten(rows)[0])
    parts = [
        run(tf.nest.map_structure(lambda values: values[start : start + together], rows))
        for start in range(0, count, together)
    ]
    return tf.nest.map_structure(lambda *values: np.concatenate(values), *parts)


def _alone(function):
    def run(rows):
        made = function(tf.nest.map_structure(tf.constant, rows))
        return tf.nest.map_structure(lambda values: values.numpy(), made)

    return run


def _spread(function, strategy):
    replicas = strategy.num_replicas_in_sync
    compiled = tf.function(function, reduce_retracing=True)

    def run(rows):
        count = len(tf.nest.flatten(rows)[0])
        size = -(-count // replicas)

        def mine(values, replica):
            # The last row stands in for those that are missing.
            places = np.minimum(np.arange(replica * size, (replica + 1) * size), count - 1)
            return tf.constant(values[places])

        shares = strategy.experimental_distribute_values_from_function(
            lambda context: tf.nest.map_structure(
                lambda values: mine(values, context.replica_id_in_sync_group), rows
            )
        )
        made = strategy.run(compiled, args=(shares,))
        return tf.nest.map_structure(lambda values: strategy.gather(values, axis=0)[:count].numpy(), made)

    return run
