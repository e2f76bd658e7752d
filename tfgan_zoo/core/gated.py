"""Updates that a condition in the graph may forbid, on one device and on several."""

import tensorflow as tf


def run_if(when, update, values):
    """`update(values)` where the boolean scalar `when`, the same on all replicas, is true.

    Under a strategy of several replicas an optimiser gathers the gradients of all of them, which it may not do
    within a `tf.cond` of one replica; so the condition is put around all replicas.
    """
    context = tf.distribute.get_replica_context()
    free = tf.__internal__.distribute.strategy_supports_no_merge_call()
    if context.num_replicas_in_sync == 1 or free:
        tf.cond(when, lambda: _done(update(values)), lambda: tf.constant(False))
        return

    def across(strategy, values, when):
        first = strategy.experimental_local_results(when)[0]
        call = strategy.extended.call_for_each_replica
        tf.cond(first, lambda: _done(call(update, args=(values,))), lambda: tf.constant(False))

    context.merge_call(across, args=(values, when))


def _done(_):
    return tf.constant(True)
