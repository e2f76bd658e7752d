"""`tf.distribute` strategies by name, and what a run asks of the workers that share one."""

import contextlib
import json
import os

import tensorflow as tf

from tfgan_zoo.utils.spelling import nearest

_EXAMPLE = '{"cluster": {"worker": ["host0:12345", "host1:12345"]}, "task": {"type": "worker", "index": 0}}'


class StrategyError(ValueError):
    """A strategy that cannot be had here; the message says what it needs."""


def make(name):
    """The strategy of that name, or None for "none".

    "mirrored" takes all devices of this process; "multiworker" all processes that TF_CONFIG names; "tpu" the
    TPU that TPU_NAME names, or the local one. "multiworker" and "tpu" must be made before anything is computed.

    Raises:
        StrategyError: the name is unknown, or what the strategy needs is not there.
    """
    if name not in NAMES:
        raise StrategyError(f"There is no strategy {name!r}.{nearest(name, NAMES)}")
    return NAMES[name]()


def _multiworker():
    _check_cluster(os.environ.get("TF_CONFIG"))
    return tf.distribute.MultiWorkerMirroredStrategy()


def _check_cluster(text):
    """Names what is wrong with TF_CONFIG, where TensorFlow would wait for ever or train alone."""
    wanted = f"The strategy multiworker needs TF_CONFIG on every worker, such as\n  {_EXAMPLE}\n"
    if not text:
        raise StrategyError(f"{wanted}and it is not set.")
    try:
        settings = json.loads(text)
        cluster, task = settings["cluster"], settings["task"]
        index, hosts = int(task["index"]), cluster[task["type"]]
    except (ValueError, KeyError, TypeError) as error:
        raise StrategyError(f"{wanted}and this one cannot be read ({error!r}): {text}") from error
    if set(cluster) - {"chief", "worker"} or not 0 <= index < len(hosts):
        raise StrategyError(f"{wanted}with jobs chief and worker alone and an index within its job; got {text}")


def _tpu():
    try:
        resolver = tf.distribute.cluster_resolver.TPUClusterResolver(os.environ.get("TPU_NAME", "local"))
        tf.config.experimental_connect_to_cluster(resolver)
        tf.tpu.experimental.initialize_tpu_system(resolver)
    except (ValueError, RuntimeError, tf.errors.OpError) as error:
        raise StrategyError(
            f"The strategy tpu found no TPU ({error}). Run it on a TPU VM, or set TPU_NAME."
        ) from error
    return tf.distribute.TPUStrategy(resolver)


NAMES = {
    "none": lambda: None,
    "mirrored": tf.distribute.MirroredStrategy,
    "multiworker": _multiworker,
    "tpu": _tpu,
}


def scope(strategy):
    """A context in which models are made and used under the strategy; None for one device."""
    return strategy.scope() if strategy else contextlib.nullcontext()


def spans_workers(strategy):
    """Whether other processes share the strategy."""
    return isinstance(strategy, tf.distribute.MultiWorkerMirroredStrategy)


def is_chief(strategy):
    """Whether this process is the one that writes."""
    if not spans_workers(strategy):
        return True
    resolver = strategy.cluster_resolver
    if "chief" in resolver.cluster_spec().jobs:
        return resolver.task_type == "chief"
    return resolver.task_id == 0


def agreed(strategy, number):
    """The chief's int on every worker; all wait here for all."""
    if not spans_workers(strategy):
        return number

    @tf.function
    def share():
        context = tf.distribute.get_replica_context()
        # The chief's devices come first.
        said = tf.where(context.replica_id_in_sync_group == 0, tf.constant(number, tf.int64), 0)
        return context.all_reduce(tf.distribute.ReduceOp.SUM, said)

    return int(strategy.experimental_local_results(strategy.run(share))[0])


def mean_over_replicas(values):
    """The means of tensors of one structure over all replicas; on one replica the tensors themselves.

    Replicas wait here for each other, which they may not do within a `tf.cond`.
    """
    context = tf.distribute.get_replica_context()
    if context is None or context.num_replicas_in_sync == 1:
        return values
    return context.all_reduce(tf.distribute.ReduceOp.MEAN, values)


def rows_of_all_replicas(values):
    """The rows [B, ...] of all replicas, in their order, on each; on one replica the tensor itself.

    Gradients flow back to the replica that a row is of, which those of `all_gather` do not. Replicas wait here
    for each other, as in `mean_over_replicas`.
    """
    context = tf.distribute.get_replica_context()
    if context is None or context.num_replicas_in_sync == 1:
        return values
    rows, others = tf.shape(values)[0], context.num_replicas_in_sync - 1
    before = rows * tf.cast(context.replica_id_in_sync_group, tf.int32)
    margins = [[before, rows * others - before]] + [[0, 0]] * (len(values.shape) - 1)
    return context.all_reduce(tf.distribute.ReduceOp.SUM, tf.pad(values, margins))


def from_first_replica(values):
    """A tensor as the first replica has it, on all."""
    context = tf.distribute.get_replica_context()
    if context is None or context.num_replicas_in_sync == 1:
        return values
    own = tf.cast(tf.equal(context.replica_id_in_sync_group, 0), values.dtype)
    return context.all_reduce(tf.distribute.ReduceOp.SUM, own * values)


def shared(dataset, strategy):
    """A data set for `fit`: of each global batch this worker's rows, in the order of the replicas.

    Within one process Keras does this itself.
    """
    if not spans_workers(strategy):
        return dataset

    def rows(context):
        replicas = strategy.num_replicas_in_sync // context.num_input_pipelines

        def mine(values):
            """[B, ...] -> [replicas here, rows of each, ...]."""
            count = values.shape[0] // strategy.num_replicas_in_sync
            first = context.input_pipeline_id * replicas * count
            here = values[first : first + replicas * count]
            return tf.reshape(here, [replicas, count, *values.shape[1:]])

        return dataset.map(lambda batch: tf.nest.map_structure(mine, batch)).unbatch()

    return strategy.distribute_datasets_from_function(rows)
