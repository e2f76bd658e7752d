"""Scripts by which a page draws from a generator: its network as ONNX, and what its inputs are drawn from.

All data lie in scripts, since a page opened from a disk may load scripts but read no files.
"""

import base64
import functools
import gzip
import json
import tempfile
from pathlib import Path

import numpy as np
import tensorflow as tf

from tfgan_zoo.core.export import export
from tfgan_zoo.core.sampler import Captions, Classes, Components, Latents, Normal, Uniform
from tfgan_zoo.gallery import runtime
from tfgan_zoo.hub import models

# How many a page draws at once, by the key of what is made.
NUMBER = {"image": 16, "x": 1000}


def model(config_id):
    """The model of a config with the weights that ship, or None where no page can draw of it (see `draws`)."""
    found = models.load(config_id, weights="pretrained")
    return found if draws(found) else None


def draws(model):
    """Whether a page can draw of a model: from latents alone, and without gradients, whose operations ONNX lacks."""
    return not (model.translates or model.draws_by_gradients) and model.example_key in NUMBER


def script(model, config_id):
    """A script that gives a page the network of a model and the sources of its inputs.

    Args:
        model: a system that makes images or points of latents.
        config_id: its name in the page.

    Raises:
        ValueError: an input has a source that pages cannot draw from.
        ImportError: the packages of the extra `onnx` are not installed.
    """
    shape = model.example_shapes[model.example_key]
    facts = {"inputs": inputs(model), "output": model.example_key, "shape": shape, "network": _network(model)}
    return f"zoo.give({json.dumps(config_id)}, {json.dumps(facts)});\n"


def inputs(model):
    """[{"name", "shape", "type", "place", "source", "choices"?}] of a model's inputs.

    `place` is the second number of the key by which an input is drawn; `choices` are [value, label] pairs.
    """
    sampler = next(iter(model.samplers().values()))
    places = {name: place for place, name in enumerate(sampler.sources)}
    found = []
    for name, spec in sampler.specs().items():
        source = sampler.sources[name]
        facts = {"name": name, "type": spec.dtype.name, "shape": list(spec.shape[1:]), "place": places[name]}
        found.append(facts | _source(source) | _choices(source))
    return found


@functools.singledispatch
def _source(source):
    """What a source draws from; one of a system's own must give the same for every seed."""
    first, second = (np.asarray(source.draw(1, [seed, 0])) for seed in (0, 1))
    if not np.array_equal(first, second):
        raise ValueError(f"A page cannot draw from {type(source).__name__}.")
    return {"source": "constant", "values": first.ravel().tolist()}


@_source.register
def _(source: Latents):
    return {"source": source.prior}


@_source.register
def _(source: Normal):
    return {"source": "normal"}


@_source.register
def _(source: Uniform):
    return {"source": "range", "low": source.low, "high": source.high}


@_source.register
def _(source: Classes):
    return {"source": "integers", "limit": source.count}


@_source.register
def _(source: Components):
    return {"source": "weighted", "ends": np.cumsum(source.weights.numpy(), dtype=np.float32).tolist()}


@_source.register
def _(source: Captions):
    rows = np.asarray(source.shown())
    return {"source": "rows", "rows": [row.ravel().tolist() for row in rows], "argument": source.given_as}


def _choices(source):
    if isinstance(source, Captions):
        return {"choices": [[place, caption] for place, caption in enumerate(source.captions)]}
    if hasattr(source, "shown"):
        return {"choices": [[int(value), str(value)] for value in source.shown()]}
    return {}


def _network(model):
    """The sampler's forward pass as ONNX, since what a system serves may draw some inputs by itself.

    A forward pass that is a system's own may depend on its state, such as the resolution that training has reached,
    which what it serves has fixed.
    """
    sampler = next(iter(model.samplers().values()))
    function, specs = model.signatures().get("serving_default", (None, {}))
    if sampler.forward is None or set(specs) != set(sampler.specs()):
        function = _forward(sampler)
    # Keras asks for a graph to export.
    served = tf.function(function)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.onnx"
        export(model, path, "onnx", {"serving_default": (served, sampler.specs())})
        return _text(path.read_bytes())


def _forward(sampler):
    return lambda inputs: {sampler.makes: sampler.serve(inputs)}


def runtime_script(folder=None):
    """A script that gives a page ONNX Runtime Web; `folder` and errors as `runtime.find`."""
    found = runtime.find(folder)
    facts = {name: _text((found / file).read_bytes()) for name, file in _RUNTIME.items()}
    return f"zoo.giveRuntime({json.dumps(facts)});\n"


_RUNTIME = {"module": runtime.MODULE, "wasm": runtime.WASM}


def _text(content):
    """Bytes as text: compressed, in base 64."""
    return base64.b64encode(gzip.compress(content, mtime=0)).decode()
