"""Stand-in weights for the Inception graph of 2015, made by a recipe, in the original's format."""

import json
import pathlib
import zlib

import numpy as np
import tensorflow as tf

REFERENCE = pathlib.Path(__file__).parent / "reference"


def constants():
    """{name: float32 array} for every constant of the graph that holds weights."""
    shapes = json.loads((REFERENCE / "inception_2015_constants.json").read_text())
    return {name: _values(name, shape) for name, shape in shapes.items()}


def _values(name, shape):
    rng = np.random.default_rng(zlib.crc32(name.encode()))
    if name.endswith("moving_variance"):
        values = rng.uniform(0.5, 1.5, shape)
    elif name.endswith("gamma"):
        values = rng.uniform(0.8, 1.2, shape)
    elif name.endswith(("beta", "moving_mean", "biases")):
        values = rng.normal(0, 0.1, shape)
    else:
        values = rng.normal(0, 1, shape) * np.sqrt(2 / np.prod(shape[:-1]))
    return values.astype(np.float32)


def write_graph(path, arrays):
    """Writes a GraphDef of Const nodes."""
    graph = tf.compat.v1.GraphDef()
    for name, array in arrays.items():
        node = graph.node.add(name=name, op="Const")
        node.attr["dtype"].type = tf.float32.as_datatype_enum
        node.attr["value"].tensor.CopyFrom(tf.make_tensor_proto(array))
    path.write_bytes(graph.SerializeToString())
