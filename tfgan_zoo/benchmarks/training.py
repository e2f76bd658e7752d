"""How fast a config trains here, and how much of this machine's convolution peak that uses."""

import resource
import time

import keras
import numpy as np
import tensorflow as tf

from tfgan_zoo import data
from tfgan_zoo.benchmarks.peak import convolution_peak
from tfgan_zoo.hub import models
from tfgan_zoo.layers import convolution
from tfgan_zoo.utils import distribution


def measure(config, steps=100, repeats=3, strategy=None):
    """Times the train step of a config on noise of its data's shape.

    Args:
        config: a `Config`; its batch is that of all replicas together.
        steps: training steps in one timed run; whole executions.
        repeats: timed runs, each behind an execution of its own, after an untimed one that traces; the median
            is reported.
        strategy: a `tf.distribute.Strategy`, or None.

    Returns:
        A JSON-ready dict; rates count real examples shown to the model. On several replicas it has, in the
        place of the share of the peak, the time that adding up as many numbers as all players have weights
        takes, how often the workers exchange numbers in a step, and the time that the shortest exchange takes.
    """
    with distribution.scope(strategy):
        model = models.build(config)
    batch = config.train.batch_size * model.batches_per_step
    executions = -(-steps // model.steps_per_execution)
    steps = executions * model.steps_per_execution
    stream = data.load(noise_like(model, 4 * batch), batch_size=batch, start_step=0)
    shared = distribution.shared(stream, strategy)
    model.fit(shared, steps_per_epoch=model.steps_per_execution, verbose=0)
    seconds = sorted(_time(model, shared, steps) for _ in range(repeats))[repeats // 2]
    replicas = strategy.num_replicas_in_sync if strategy else 1
    return {
        "id": config.id,
        "replicas": replicas,
        "batch": batch,
        "steps": steps,
        "images_per_second": batch * steps / seconds,
        "step_milliseconds": 1e3 * seconds / steps,
        **(
            _exchange(model, shared, strategy)
            if replicas > 1
            else _use_of_peak(model, stream, steps / seconds)
        ),
        # Linux counts in KiB.
        "peak_memory_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def _use_of_peak(model, stream, steps_per_second):
    operations = operations_per_step(model, stream)
    achieved = operations * steps_per_second / 1e9
    peak = convolution_peak()
    return {
        "gflop_per_step": operations / 1e9,
        "gflop_per_second": achieved,
        "convolution_peak_gflop_per_second": peak,
        "share_of_peak": achieved / peak,
    }


def _exchange(model, stream, strategy):
    """How long the replicas take to add up the gradients of one step, how often they meet in it, and for how long."""
    sizes = [
        int(np.prod(variable.shape))
        for player in model.players()
        for variable in model.player_variables(player) * _updates_per_step(model, player)
    ]
    return {
        "exchanged_mib": 4 * sum(sizes) / 2**20,
        "exchange_milliseconds": _adding_up(sizes, strategy),
        "exchanges_per_step": _meetings(model, stream, strategy),
        "shortest_exchange_milliseconds": _adding_up([1], strategy),
    }


def _updates_per_step(model, player):
    """How often a player moved in each of the steps that were timed, rounded up."""
    return -(-int(model.optimizer_of(player).iterations.numpy()) // int(model.step.numpy()))


def _adding_up(sizes, strategy, repeats=20):
    """The milliseconds in which the replicas add up tensors of those sizes, all at once."""

    @tf.function
    def add_up():
        context = tf.distribute.get_replica_context()
        return context.all_reduce(tf.distribute.ReduceOp.SUM, [tf.ones([size]) for size in sizes])

    strategy.run(add_up)
    begun = time.perf_counter()
    for _ in range(repeats):
        strategy.run(add_up)
    return 1e3 * (time.perf_counter() - begun) / repeats


def _meetings(model, stream, strategy):
    """The collective operations of one train step: gradients, and moments of synchronised batch norms."""

    @tf.function
    def step(batch):
        return strategy.run(model.train_step, (batch,))

    graph = step.get_concrete_function(next(iter(stream))).graph.as_graph_def()
    nodes = [*graph.node, *(node for function in graph.library.function for node in function.node_def)]
    return sum(node.op.startswith("Collective") for node in nodes)


def noise_like(model, count):
    """`count` random examples of the shapes that a model trains on, as `data.load` takes them.

    Labels are 0.
    """
    rng = np.random.default_rng(0)
    shapes = {key: (count, *shape) for key, shape in model.example_shapes.items() if key != "label"}
    return {"label": np.zeros(count, np.int32)} | {
        key: rng.integers(0, 256, shape, dtype=np.uint8)
        if len(shape) == 4
        else rng.normal(size=shape).astype(np.float32)
        for key, shape in shapes.items()
    }


def operations_per_step(model, stream):
    """Floating-point operations of one train step, counted on its graph.

    Convolutions, matrix products and their gradients count, a multiply and an add as two; the
    element-wise rest is left out, as in the peak that the rate is compared with. Convolutions count as
    Keras computes them, in whatever way they are computed here.

    Raises:
        ValueError: the step branches, so that its work is not the same at every step.
    """
    batch = next(iter(stream))
    with convolution.as_in_keras():
        needed = _needed(tf.function(model.train_step).get_concrete_function(batch).graph)
    if any(op.type in ("Case", "StatelessCase") for op in needed):
        raise ValueError(
            "The work of a step differs from step to step here; narrow it to one kind with --set, a "
            "growing network by system_args.first_size, and measure that."
        )
    return sum(_operations(op) for op in needed)


def _needed(graph):
    """The operations that the step's results and assignments depend on.

    A convolution's gradient adds nodes for the kernel and the input alike; TensorFlow prunes the
    one that nobody asked for, so they must not count.
    """
    waiting = [op for op in graph.get_operations() if "Assign" in op.type]
    waiting += [output.op for output in graph.outputs]
    found = set()
    while waiting:
        op = waiting.pop()
        if op not in found:
            found.add(op)
            waiting += [tensor.op for tensor in op.inputs]
    return found


def _operations(op):
    """2 x multiply-adds of one graph operation; 0 for what is neither convolution nor product."""
    if op.type == "MatMul":
        inner = op.inputs[0].shape[0 if op.get_attr("transpose_a") else 1]
        return 2 * inner * op.outputs[0].shape.num_elements()
    if op.type == "Conv2D":
        kernel, output = op.inputs[1], op.outputs[0]
    elif op.type == "Conv2DBackpropInput":
        kernel, output = op.inputs[1], op.inputs[2]
    elif op.type == "Conv2DBackpropFilter":
        kernel, output = op.outputs[0], op.inputs[2]
    else:
        return 0
    filters = output.shape[-1]
    return 2 * kernel.shape.num_elements() * output.shape.num_elements() // filters


def _time(model, stream, steps):
    """The seconds of so many steps that follow a first execution.

    Neither how `fit` begins nor how it ends counts: in a cluster TensorFlow lets an iterator go only when its
    tuner next wakes, up to a minute after the last step.
    """
    clock = _Clock()
    model.fit(stream, steps_per_epoch=steps + model.steps_per_execution, verbose=0, callbacks=[clock])
    return clock.times[-1] - clock.times[0]


class _Clock(keras.callbacks.Callback):
    """Keeps when each execution ended."""

    def __init__(self):
        super().__init__()
        self.times = []

    def on_train_batch_end(self, batch, logs=None):
        self.times.append(time.perf_counter())


def describe(result):
    """The result of `measure` as text."""
    replicas = f" on {result['replicas']} replicas" if result["replicas"] > 1 else ""
    return "\n".join(
        [
            f"{result['id']}, {result['batch']} examples a step{replicas}, {result['steps']} steps",
            f"{result['images_per_second']:,.0f} images/s, {result['step_milliseconds']:.1f} ms a step",
            _where_the_time_goes(result),
            f"peak memory {result['peak_memory_mib']:,.0f} MiB",
        ]
    )


def _where_the_time_goes(result):
    if result["replicas"] > 1:
        adding = (
            f"adding up {result['exchanged_mib']:.1f} MiB of gradients takes "
            f"{result['exchange_milliseconds']:.1f} ms of a step"
        )
        if not result["exchanges_per_step"]:
            return adding
        return (
            f"{adding}; the workers meet {result['exchanges_per_step']} times in it, "
            f"for {result['shortest_exchange_milliseconds']:.1f} ms or more each"
        )
    return (
        f"{result['gflop_per_step']:.2f} GFLOP a step, {result['gflop_per_second']:.0f} GFLOP/s: "
        f"{result['share_of_peak']:.0%} of the convolution peak here "
        f"({result['convolution_peak_gflop_per_second']:.0f} GFLOP/s)"
    )
