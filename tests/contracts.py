"""What every system must pass, as functions of one of its configs; `test_contracts.py` runs them.

Each takes what it needs of `config`, `reference` (a model that was compiled by XLA and trained for a few
steps on one device, which it must not change) and `folder` (an empty one).
"""

import contextlib
import functools
import json
import os
import subprocess
import sys

import keras
import numpy as np
import tensorflow as tf
import yaml
from devices import two_replicas

import tfgan_zoo as zoo
from tfgan_zoo import data
from tfgan_zoo.hub.config import list_configs, load_config
from tfgan_zoo.hub.index import config_path
from tfgan_zoo.hub.models import build
from tfgan_zoo.layers.keyed import Keyed

# Steps of a model: as many as show that noise differs from one to the next.
STEPS = 2

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

    def run(self, ask):
        """The outputs of a signature: {name: array}. `ask` is what `exports` gives for it."""
        self.process.stdin.write(json.dumps(ask) + "\n")
        self.process.stdin.flush()
        answer = json.loads(self.process.stdout.readline())
        return {name: np.array(value) for name, value in answer.items()}

    def close(self):
        self.process.stdin.close()
        self.process.wait(timeout=30)


def representatives():
    """{system: the config by which its contract is checked}: the first of its own that extends no other."""
    found = {}
    for config_id in list_configs():
        raw = yaml.safe_load(config_path(config_id).read_text(encoding="utf-8"))
        if "extends" not in raw:
            found.setdefault(config_id.partition("/")[0], config_id)
    return found


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


def steps_of(config):
    """`STEPS`, or as many as all stages have."""
    return config.train.steps if config.train.stages else STEPS


def take_steps(model, config, steps, start=0):
    """Trains as `fit` does, but without a graph, which takes seconds to make."""
    strategy = model.distribute_strategy
    stream = iter(strategy.experimental_distribute_dataset(batches(config, model, start)))
    for _ in range(steps):
        model.enter_stage()
        strategy.run(model._train_once, [next(stream)])
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


def in_each_stage(model):
    """Puts a model in each of its stages and gives the name; None, once, where it has none."""
    for name in [stage.name for stage in model.stages] or [None]:
        model.stage = name
        yield name


def steps_in_stages(model, steps):
    """{stage: how many of the first steps belong to it}; {None: steps} where there are no stages."""
    lengths = {stage.name: stage.steps for stage in model.stages[:-1]}
    last = model.stages[-1].name if model.stages else None
    return lengths | {last: steps - sum(lengths.values())}


# Operations that leave the device for the host's Python, or whose results have a size that data decide.
_NOT_ON_TPU = {"PyFunc", "PyFuncStateless", "EagerPyFunc", "Unique", "UniqueV2", "Where", "DynamicPartition"}


def descending(config):
    """A model that takes plain gradient descent.

    Adam turns the last digit of a tiny gradient into a whole step, and hides gradients of another size.
    """
    descent = {
        f"optimizers.{player}": {"class": "SGD", "learning_rate": 0.01} for player in config.optimizers
    }
    descent |= {"train.stages": [{"name": stage.name, "steps": stage.steps} for stage in config.train.stages]}
    return build(load_config(config.id, descent, smoke=True))


def compiled(config):
    """A model after `STEPS` steps compiled by XLA; `operations` are the kinds of its graphs."""
    model, graphs = descending(config), []
    train_step, model.jit_compile = model.train_step, True

    def traced(data):
        graphs.append(tf.compat.v1.get_default_graph())
        return train_step(data)

    model.train_step = traced
    with tf.device("CPU:0"):
        fit(model, config, steps_of(config))
    model.train_step, model.jit_compile = train_step, False
    graphs += [each.graph for graph in graphs for each in graph._functions.values() if hasattr(each, "graph")]
    model.operations = frozenset(op.type for graph in graphs for op in graph.get_operations())
    return model


def compiles_with_xla(config, reference):
    """The whole step compiles, asks nothing of the host, and gives the weights that it gives without XLA."""
    with tf.device("CPU:0"):
        plain = take_steps(descending(config), config, steps_of(config))
    assert largest_difference(reference, plain) < 1e-5
    assert reference.operations & {"Conv2D", "MatMul"} and not reference.operations & _NOT_ON_TPU


def updates_are_counted(config, reference):
    """Every player moved, as often a step as `train_step` asks for."""
    assert int(reference.step.numpy()) == steps_of(config)
    model = descending(config)
    steps, expected = steps_in_stages(model, steps_of(config)), dict.fromkeys(model.optimizers, 0)
    for stage in in_each_stage(model):
        asked = dict.fromkeys(model.players(), 0)
        with counting(model, asked):
            model.train_step(first_batch(config, model))
        for player, count in asked.items():
            expected[model.optimizer_of(player).name] += steps[stage] * count
    updates = {name: int(optimizer.iterations) for name, optimizer in reference.optimizers.items()}
    assert updates == expected and min(expected.values()) > 0
    assert all(change > 0 for change in moved(reference, descending(config)).values())


@contextlib.contextmanager
def counting(model, asked):
    """Counts in `asked` how often each player's gradients are applied."""
    apply = model.apply

    def counted(gradients, when=None):
        for player in gradients:
            asked[player] += 1
        apply(gradients, when)

    model.apply = counted
    try:
        yield
    finally:
        model.apply = apply


def first_batch(config, model):
    return model.batch(next(iter(batches(config, model))))


def an_update_moves_its_own_player_alone(config):
    """While one player's gradients are applied, no weight of another moves."""
    model = descending(config)
    apply = model.apply

    def watched(gradients, when=None):
        others = [player for player in model.players() if player not in gradients]
        own = {id(v) for player in gradients for v in model.player_variables(player)}
        held = [v for player in others for v in model.player_variables(player) if id(v) not in own]
        before = [v.numpy() for v in held]
        apply(gradients, when)
        for variable, value in zip(held, before):
            np.testing.assert_array_equal(variable.numpy(), value, variable.path)

    model.apply = watched
    for _ in in_each_stage(model):
        model.train_step(first_batch(config, model))


# Layers that compute otherwise in training than after it.
_TRAINING_LAYERS = (keras.layers.BatchNormalization, keras.layers.Dropout, Keyed)


def training_layers(model, players):
    """The set of layers of some players' networks to which it makes a difference whether they train."""
    networks = [part for player in players for part in model.players()[player] if isinstance(part, keras.Layer)]
    layers = [layer for network in networks for layer in network._flatten_layers()]
    return {layer for layer in layers if isinstance(layer, _TRAINING_LAYERS)}


@contextlib.contextmanager
def watching_layers(model):
    """{layer: the values of `training` that it was called with} of all players' networks."""
    seen, calls = {}, {}
    for layer in training_layers(model, model.players()):
        calls[layer] = layer.call
        layer.call = functools.partial(_noted, layer.call, seen.setdefault(layer, []))
    try:
        yield seen
    finally:
        for layer, call in calls.items():
            layer.call = call


def _noted(call, seen, inputs, training=None, **kwargs):
    seen.append(bool(training))
    return call(inputs, training=training, **kwargs)


def networks_know_when_they_train(config):
    """Layers are told that they train in the steps that move their player, and in no other, nor after training."""
    model, trained = build(config), set()
    batch = first_batch(config, model)
    for stage in in_each_stage(model):
        asked = dict.fromkeys(model.players(), 0)
        with watching_layers(model) as seen, counting(model, asked):
            model.train_step(batch)
        moving = training_layers(model, [player for player, count in asked.items() if count])
        for layer, told in seen.items():
            assert all(each == (layer in moving) for each in told), (stage, layer.path, told)
        trained |= {layer for layer in moving if seen[layer]}
    assert trained == training_layers(model, model.players())
    with watching_layers(model) as seen:
        for function, specs in model.signatures().values():
            function({key: tf.constant(example_of(spec)) for key, spec in specs.items()})
        for make, _ in makers(config, model).values():
            make(seed=0)
    assert not any(any(told) for told in seen.values()), seen


def every_key_matters(config):
    """What a system learns changes with each key of the batch that it asks for."""
    whole = descending(config)
    batch = first_batch(config, whole)
    for _ in in_each_stage(whole):
        whole.train_step(batch)
    for key in whole.example_shapes:
        other = descending(config)
        turned = tf.roll(batch[key], 1, axis=0) if batch[key].dtype == tf.int32 else -batch[key]
        for _ in in_each_stage(other):
            other.train_step({**batch, key: turned})
        assert largest_difference(whole, other) > 0, key


def evaluation_moves_nothing(config, reference):
    """`evaluate` gives finite losses under the names of training, leaves every number as it was, and repeats."""
    before = state(reference)
    stream = batches(config, reference)
    found = [reference.evaluate(stream, steps=1, verbose=0, return_dict=True) for _ in range(2)]
    assert found[0] == found[1] and np.isfinite(list(found[0].values())).all()
    assert set(found[0]) == set(reference.history.history)
    for value, now in zip(before, state(reference), strict=True):
        np.testing.assert_array_equal(value, now)


def survives_saving(config, folder):
    """A `.keras` file gives back weights, slots and random state: training goes on alike."""
    model = take_steps(build(config), config, 1)
    path = folder / "model.keras"
    model.save(path)
    loaded = keras.models.load_model(path)
    assert type(loaded) is type(model)
    # By way of JSON, where tuples and lists are one.
    assert json.dumps(loaded.get_config()) == json.dumps(model.get_config())
    assert json.dumps(loaded.get_compile_config()) == json.dumps(model.get_compile_config())
    assert largest_difference(model, loaded) == 0
    take_steps(model, config, 1, start=1)
    take_steps(loaded, config, 1, start=1)
    assert largest_difference(model, loaded) == 0


def makers(config, model):
    """What a model makes, by name: (function of a seed and a batch size -> 5 examples, is it random)."""
    if not model.translates:
        return {"generate": (functools.partial(model.generate, 5), True)}
    batch = next(iter(data.load(**config.data.model_dump(), batch_size=5, shuffle=False)))
    return {
        name: (
            functools.partial(model.translate, batch[way.of].numpy(), direction=name),
            way.is_random,
        )
        for name, way in model.samplers().items()
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


def makes_with_averages(config):
    """Where weights are averaged, samples, translations and decoded latents are made with the averages."""
    averaging = {f"optimizers.{player}.use_ema": True for player in config.optimizers}
    averaging |= {f"optimizers.{player}.ema_momentum": 0.5 for player in config.optimizers}
    model = build(load_config(config.id, averaging, smoke=True))
    for _ in in_each_stage(model):
        for _ in range(2):
            model.train_step(first_batch(config, model))
    made = _made(config, model)
    averaged = [optimizer for optimizer in model.optimizers.values() if optimizer.use_ema]
    averages = {id(v): average for optimizer in averaged for v, average in _averages(optimizer)}
    for optimizer in model.optimizers.values():
        optimizer.use_ema = False
    plain = _made(config, model)
    for player in model.players():
        for variable in model.player_variables(player):
            variable.assign(averages[id(variable)])
    for name, values in _made(config, model).items():
        np.testing.assert_allclose(made[name], values, atol=1e-5)
        assert np.abs(made[name] - plain[name]).max() > 0, name


def _averages(optimizer):
    return zip(optimizer._trainable_variables, optimizer._model_variables_moving_average, strict=True)


def _made(config, model):
    made = {name: make(seed=1) for name, (make, _) in makers(config, model).items()}
    if not model.translates:
        given = model.sampler.inputs_of(5, 1)
        made["decode"] = model.decode(given.pop("z"), **given)
    return made


def replicas_agree(config):
    """Two replicas end with the weights of one that sees the same global batches: the largest difference."""
    one = descending(config)
    with two_replicas().scope():
        two = descending(config)
    for model in (one, two):
        take_steps(model, config, steps_of(config))
    differences = {
        f"{player}: {a.path}": np.abs(a.numpy() - b.numpy()).max()
        for player in one.players()
        for a, b in zip(one.player_variables(player), two.player_variables(player))
    }
    largest = max(differences, key=differences.get)
    assert differences[largest] < 1e-5, largest
    return float(differences[largest])


def trains_in_bfloat16(config):
    """Under `mixed_bfloat16` weights stay float32, losses finite, samples float32."""
    fresh = build(smoke(config.id, precision="mixed_bfloat16"))
    steps = steps_of(config)
    model = take_steps(build(smoke(config.id, precision="mixed_bfloat16")), config, steps)
    assert all(np.isfinite(mean) for metric in model.metrics for mean in metric.result().values())
    assert all(change > 0 for change in moved(model, fresh).values())
    weights = [v for player in model.players() for v in model.player_variables(player)]
    assert {v.dtype for v in weights} == {"float32"}
    for network in (network for networks in model.players().values() for network in networks):
        assert "bfloat16" in {layer.compute_dtype for layer in network.layers}, network.name
    for make, _ in makers(config, model).values():
        assert make(seed=0).dtype == np.float32


def exports(reference, folder):
    """Writes an export; what to ask of each signature, with the outputs that it must give, ready for JSON."""
    path = folder / "export"
    zoo.export(reference, path)
    asked = []
    for name, (function, specs) in reference.signatures().items():
        inputs = {key: example_of(spec) for key, spec in specs.items()}
        with reference.averaged():
            expected = function({key: tf.constant(value) for key, value in inputs.items()})
        asked.append(
            {
                "path": str(path),
                "signature": name,
                "inputs": {key: value.tolist() for key, value in inputs.items()},
                "dtypes": {key: tf.as_dtype(value.dtype).name for key, value in inputs.items()},
                "expected": {key: value.numpy().tolist() for key, value in expected.items()},
            }
        )
    return asked


def example_of(spec):
    shape = [3 if size is None else size for size in spec.shape]
    rng = np.random.default_rng(0)
    if spec.dtype == tf.string:
        return np.array(["a red apple", "", "Piñata, twice!"] * np.prod(shape, dtype=int))[: np.prod(shape)]
    if spec.dtype.is_integer:
        return rng.integers(0, 2, shape).astype(spec.dtype.name)
    return rng.uniform(-1, 1, shape).astype(spec.dtype.name)


CONTRACTS = {
    function.__name__: function
    for function in (
        updates_are_counted,
        an_update_moves_its_own_player_alone,
        networks_know_when_they_train,
        every_key_matters,
        evaluation_moves_nothing,
        survives_saving,
        makes_by_seed,
        makes_with_averages,
        compiles_with_xla,
        replicas_agree,
        trains_in_bfloat16,
        exports,
    )
}
