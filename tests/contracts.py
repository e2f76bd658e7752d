"""What every config must pass, as functions of one config; `test_contracts.py` runs them on all."""

import functools
import json
import os
import subprocess
import sys

import keras
import numpy as np
import tensorflow as tf

import tfgan_zoo as zoo
from tfgan_zoo import data
from tfgan_zoo.core.translation_game import TranslationGame
from tfgan_zoo.hub.config import list_configs, load_config
from tfgan_zoo.hub.models import build

STEPS = 10

# A process that serves exports and cannot import the package: each line names a SavedModel and a
# signature with its inputs, each answer holds the outputs.
_SERVER = """
import sys
class Blocked:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] == "tfgan_zoo":
            raise ImportError("blocked")
sys.meta_path.insert(0, Blocked())
import json, numpy as np, tensorflow as tf
try:
    import tfgan_zoo
    raise SystemExit("tfgan_zoo could be imported")
except ImportError:
    pass
loaded = {}
for line in sys.stdin:
    ask = json.loads(line)
    model = loaded.setdefault(ask["path"], tf.saved_model.load(ask["path"]))
    inputs = {k: tf.constant(v, ask["dtypes"][k]) for k, v in ask["inputs"].items()}
    outputs = model.signatures[ask["signature"]](**inputs)
    print(json.dumps({k: v.numpy().tolist() for k, v in outputs.items()}), flush=True)
"""


class Server:
    """A process without the package that runs the signatures of exports."""

    def __init__(self):
        self.process = subprocess.Popen(
            [sys.executable, "-c", _SERVER],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "CUDA_VISIBLE_DEVICES": ""},
            text=True,
        )

    def run(self, path, signature, inputs):
        ask = {
            "path": str(path),
            "signature": signature,
            "inputs": {name: value.tolist() for name, value in inputs.items()},
            "dtypes": {name: tf.as_dtype(value.dtype).name for name, value in inputs.items()},
        }
        self.process.stdin.write(json.dumps(ask) + "\n")
        self.process.stdin.flush()
        answer = json.loads(self.process.stdout.readline())
        return {name: np.array(value) for name, value in answer.items()}

    def close(self):
        self.process.stdin.close()
        self.process.wait(timeout=30)


@functools.cache
def two_replicas():
    """One strategy for the whole process: two of them would mix up their collective operations."""
    return tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])


# What a model's training does not depend on.
_APART = ("id", "paper", "note", "eval", "claim")


@functools.cache
def representatives():
    """Every config's id -> the first config whose smoke overlay makes the same model and training."""
    firsts = {}

    def first(config_id):
        settings = smoke(config_id).as_dict()
        key = json.dumps({name: value for name, value in settings.items() if name not in _APART})
        return firsts.setdefault(key, config_id)

    return {config_id: first(config_id) for config_id in list_configs()}


def smoke(config_id, **overrides):
    return load_config(config_id, {f"train.{k}": v for k, v in overrides.items()}, smoke=True)


def batches(config, model, start=0):
    return data.load(
        **config.data.model_dump(),
        batch_size=config.train.batch_size * model.batches_per_step,
        seed=config.train.seed,
        start_step=start,
    )


def fit(model, config, steps, start=0):
    stream = batches(config, model, start)
    model.fit(stream, steps_per_epoch=steps, verbose=0, shuffle=False)
    return model


def state(model):
    """Every number of a model and its optimisers."""
    variables = list(model.variables)
    for optimizer in model.optimizers.values():
        variables += optimizer.variables
    return [variable.numpy() for variable in variables]


def moved(model, fresh):
    """The largest change of a player's weights, for every player."""
    return {
        player: max(
            np.abs(now.numpy() - before.numpy()).max()
            for now, before in zip(model.player_variables(player), fresh.player_variables(player))
        )
        for player in model.players()
    }


def largest_difference(one, other):
    pairs = list(zip(state(one), state(other), strict=True))
    return max(np.abs(a.astype(np.float64) - b.astype(np.float64)).max() for a, b in pairs)


def updates_are_counted(config, reference):
    """Every player moved, exactly as often a step as the system says."""
    updates = {player: int(o.iterations) for player, o in reference.optimizers.items()}
    assert updates == {p: STEPS * n for p, n in reference.updates_per_step.items()}
    assert int(reference.step.numpy()) == STEPS
    assert (reference.fault.numpy() == -1).all()
    assert all(change > 0 for change in moved(reference, build(config)).values())


def survives_saving(config, tmp_path):
    """A `.keras` file gives back weights, slots and random state: training goes on alike."""
    model = fit(build(config), config, 2)
    path = tmp_path / "model.keras"
    model.save(path)
    loaded = keras.models.load_model(path)
    assert type(loaded) is type(model)
    # By way of JSON, where tuples and lists are one.
    assert json.dumps(loaded.get_config()) == json.dumps(model.get_config())
    assert json.dumps(loaded.get_compile_config()) == json.dumps(model.get_compile_config())
    assert largest_difference(model, loaded) == 0
    fit(model, config, 2, start=2)
    fit(loaded, config, 2, start=2)
    assert largest_difference(model, loaded) == 0


def makers(config, model):
    """What a model makes, by name: (function of a seed and a batch size -> 5 examples, is it random)."""
    if not isinstance(model, TranslationGame):
        return {"generate": (functools.partial(model.generate, 5), True)}
    batch = next(iter(data.load(**config.data.model_dump(), batch_size=5, shuffle=False)))
    return {
        name: (
            functools.partial(model.translate, batch[way.source].numpy(), direction=name),
            way.noise_size > 0,
        )
        for name, way in model.directions().items()
    }


def makes_by_seed(config, reference):
    """What a model makes repeats for a seed, differs between seeds, and minds no batch size."""
    for make, is_random in makers(config, reference).values():
        first = make(seed=1)
        assert first.dtype == np.float32 and len(first) == 5
        np.testing.assert_array_equal(first, make(seed=1))
        np.testing.assert_allclose(first, make(seed=1, batch_size=2), atol=1e-5)
        assert np.array_equal(first, make(seed=2)) != is_random
        if first.ndim == 4:
            assert np.abs(first).max() <= 1
        # Examples differ among each other, by their latents or their sources.
        assert len(np.unique(first, axis=0)) == 5


def compiles_with_xla(config):
    """The whole step compiles, and gives the weights that it gives without XLA.

    With plain gradient descent, since Adam turns the last digit of a tiny gradient into a whole
    step one way or the other.
    """
    descent = {
        f"optimizers.{player}": {"class": "SGD", "learning_rate": 0.01}
        for player in config.optimizers
    }
    plain = load_config(config.id, descent, smoke=True)
    compiled = load_config(config.id, {**descent, "train.jit_compile": True}, smoke=True)
    with tf.device("CPU:0"):
        with_xla, without = (fit(build(each), each, 2) for each in (compiled, plain))
    assert largest_difference(with_xla, without) < 1e-5


# Operations that leave the device for the host's Python, or whose results have a size that data decide.
_NOT_ON_TPU = {"PyFunc", "PyFuncStateless", "EagerPyFunc", "Unique", "UniqueV2", "Where", "DynamicPartition"}


def fits_a_tpu(config):
    """Nothing in a step is asked of the host, and no size depends on the data; that it compiles, XLA says."""
    model = build(config)
    batch = next(iter(batches(config, model)))
    graph = tf.function(model.train_step).get_concrete_function(batch).graph
    inner = [each.graph for each in graph._functions.values() if hasattr(each, "graph")]
    assert not {op.type for part in (graph, *inner) for op in part.get_operations()} & _NOT_ON_TPU


def replicas_agree(config, reference):
    """Two replicas end with the weights of one that sees the same global batches: the largest difference."""
    with two_replicas().scope():
        model = build(config)
    fit(model, config, STEPS)
    differences = {
        a.path: np.abs(a.numpy() - b.numpy()).max()
        for player in model.players()
        for a, b in zip(model.player_variables(player), reference.player_variables(player))
    }
    largest = max(differences, key=differences.get)
    assert differences[largest] < 1e-5, largest
    return differences[largest]


def trains_in_bfloat16(config):
    """Under `mixed_bfloat16` weights stay float32, losses finite, samples float32."""
    fresh = build(smoke(config.id, precision="mixed_bfloat16"))
    model = fit(build(smoke(config.id, precision="mixed_bfloat16")), config, 2)
    assert (model.fault.numpy() == -1).all()
    assert all(change > 0 for change in moved(model, fresh).values())
    weights = [v for player in model.players() for v in model.player_variables(player)]
    assert {v.dtype for v in weights} == {"float32"}
    for network in (network for networks in model.players().values() for network in networks):
        assert "bfloat16" in {layer.compute_dtype for layer in network.layers}, network.name
    for make, _ in makers(config, model).values():
        assert make(seed=0).dtype == np.float32


def serves_without_the_package(reference, server, tmp_path):
    """An export answers in a process that cannot import the package, with equal outputs."""
    path = tmp_path / "export"
    zoo.export(reference, path)
    for name, (function, specs) in reference.signatures().items():
        inputs = {key: example_of(spec) for key, spec in specs.items()}
        with reference.averaged():
            expected = function({key: tf.constant(value) for key, value in inputs.items()})
        served = server.run(path, name, inputs)
        assert set(served) == set(expected)
        for key, value in expected.items():
            np.testing.assert_allclose(served[key], value.numpy(), atol=1e-5)


def example_of(spec):
    shape = [3 if size is None else size for size in spec.shape]
    rng = np.random.default_rng(0)
    if spec.dtype == tf.string:
        return np.array(["a red apple", "", "Piñata, twice!"] * np.prod(shape, dtype=int))[: np.prod(shape)]
    if spec.dtype.is_integer:
        return rng.integers(0, 2, shape).astype(spec.dtype.name)
    return rng.uniform(-1, 1, shape).astype(spec.dtype.name)
