"""How fast a config trains here, and how much of this machine's convolution peak that uses."""

import resource
import time

import numpy as np
import tensorflow as tf

from tfgan_zoo import data, zoo
from tfgan_zoo.benchmarks.peak import convolution_peak


def measure(config, steps=100, repeats=3):
    """Times the train step of a config on noise of its data's shape.

    Args:
        config: a `Config`.
        steps: training steps in one timed run; whole executions.
        repeats: timed runs after a first untimed one that traces; the median is reported.

    Returns:
        A JSON-ready dict; rates count real examples shown to the model.
    """
    model = zoo.build(config)
    batch = config.train.batch_size * model.batches_per_step
    executions = -(-steps // config.train.steps_per_execution)
    steps = executions * config.train.steps_per_execution
    stream = data.load(noise_like(model, 4 * batch), batch_size=batch, start_step=0)
    model.fit(stream, steps_per_epoch=config.train.steps_per_execution, verbose=0)
    seconds = sorted(_time(model, stream, steps) for _ in range(repeats))[repeats // 2]
    operations = operations_per_step(model, stream)
    achieved = operations * steps / seconds / 1e9
    peak = convolution_peak()
    return {
        "id": config.id,
        "batch": batch,
        "steps": steps,
        "images_per_second": batch * steps / seconds,
        "step_milliseconds": 1e3 * seconds / steps,
        "gflop_per_step": operations / 1e9,
        "gflop_per_second": achieved,
        "convolution_peak_gflop_per_second": peak,
        "share_of_peak": achieved / peak,
        # Linux counts in KiB.
        "peak_memory_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def noise_like(model, count):
    """`count` random examples of the shapes that a model trains on, as `data.load` takes them."""
    rng = np.random.default_rng(0)
    labels = np.zeros(count, np.int32)
    return {"label": labels} | {
        key: rng.integers(0, 256, (count, *shape), dtype=np.uint8)
        if len(shape) == 3
        else rng.normal(size=(count, *shape)).astype(np.float32)
        for key, shape in model.example_shapes.items()
    }


def operations_per_step(model, stream):
    """Floating-point operations of one train step, counted on its graph.

    Convolutions, matrix products and their gradients count, a multiply and an add as two; the
    element-wise rest is left out, as in the peak that the rate is compared with.

    Raises:
        ValueError: the step branches, so that its work is not the same at every step.
    """
    batch = next(iter(stream))
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
    begun = time.perf_counter()
    model.fit(stream, steps_per_epoch=steps, verbose=0)
    return time.perf_counter() - begun


def describe(result):
    """The result of `measure` as text."""
    return "\n".join(
        [
            f"{result['id']}, {result['batch']} examples a step, {result['steps']} steps",
            f"{result['images_per_second']:,.0f} images/s, "
            f"{result['step_milliseconds']:.1f} ms a step",
            f"{result['gflop_per_step']:.2f} GFLOP a step, {result['gflop_per_second']:.0f} GFLOP/s: "
            f"{result['share_of_peak']:.0%} of the convolution peak here "
            f"({result['convolution_peak_gflop_per_second']:.0f} GFLOP/s)",
            f"peak memory {result['peak_memory_mib']:,.0f} MiB",
        ]
    )
