"""From the id of a config to a compiled model with its weights."""

import contextlib
import importlib
import random

import keras
import numpy as np
import tensorflow as tf

from tfgan_zoo.hub import builders
from tfgan_zoo.hub.arguments import call
from tfgan_zoo.hub.config import Config, ConfigError, load_config, resolved, run_of
from tfgan_zoo.hub.weights import load_pretrained, read_weights
from tfgan_zoo.utils.precision import precision
from tfgan_zoo.utils.registry import exports, look_up


def load(config_id, weights=None, overrides=None, smoke=False):
    """The compiled model of a config.

    Args:
        config_id: one of `list_configs()`.
        weights: None for fresh weights (the same for the same `train.seed`), "pretrained" for
            those that ship, or the path of a `.weights.h5` file or of a run folder. Of a run the model
            has the run's own settings.
        overrides: a dict from dotted config keys to values.
        smoke: build the config's smoke overlay, which is tiny.

    Returns:
        A `keras.Model` of the config's system, compiled with an optimiser for each player.

    Raises:
        KeyError: no such config.
        ConfigError: a wrong key or value.
        FileNotFoundError: the config ships no weights, or the path has none.
        ValueError: the weights do not fit the model, or are not the ones their card names.
    """
    model = build(load_config(config_id, overrides, smoke, run=run_of(weights)))
    if weights == "pretrained":
        load_pretrained(model, config_id)
    elif weights is not None:
        read_weights(model, weights)
    return model


def settled(config):
    """The config with what it leaves to the program: its dtype policy, and the present names of its builders."""
    raw = config.as_dict()
    raw["train"]["precision"] = config.train.precision or keras.config.dtype_policy().name
    for spec in raw["networks"].values():
        for network in spec if isinstance(spec, list) else [spec]:
            network["builder"] = builders.canonical(network["builder"])
    return resolved(raw)


def build(config: Config):
    """The compiled model of a resolved config, with fresh weights drawn from `train.seed`."""
    system = system_class(config.system)
    with _seeded(config.train.seed), precision(config.train.precision):
        networks = {name: _networks(name, spec) for name, spec in config.networks.items()}
        arguments = {**networks, **config.system_args, "seed": config.train.seed}
        model = call(system, arguments, f"system {config.system}")
        model.compile(
            optimizers=_optimizers(config.optimizers, "optimizers"),
            jit_compile=config.train.jit_compile,
            steps_per_execution=_steps_per_execution(config),
            stages=[
                {
                    "name": stage.name,
                    "steps": stage.steps,
                    "optimizers": _optimizers(stage.optimizers, f"train.stages.{stage.name}.optimizers"),
                }
                for stage in config.train.stages
            ],
        )
    return model


def _steps_per_execution(config):
    """As configured, but 1 where TensorFlow cannot loop: over several CPU devices of a process."""
    strategy = tf.distribute.get_strategy()
    if strategy.num_replicas_in_sync > 1:
        if any("CPU" in device for device in strategy.extended.worker_devices):
            return 1
    return config.train.steps_per_execution


def system_class(name):
    """The class of a system, which goes by the name of its folder.

    Raises:
        ConfigError: there is no such system; the message names the nearest.
    """
    class_name = look_up(name, exports("tfgan_zoo.systems"), "system", ConfigError)
    return getattr(importlib.import_module(f"tfgan_zoo.systems.{name}"), class_name)


def _networks(name, spec):
    """The network of an argument of a system, or the list of them."""
    where = f"networks.{name}"
    if isinstance(spec, list):
        return [builders.network(each, f"{where}.{place}") for place, each in enumerate(spec)]
    return builders.network(spec, where)


def _optimizers(specs, where):
    return {player: builders.optimizer(spec, f"{where}.{player}") for player, spec in specs.items()}


@contextlib.contextmanager
def _seeded(seed):
    """Within it, Keras' initialisers draw from `seed`; the caller's random state is untouched."""
    python_state, numpy_state = random.getstate(), np.random.get_state()
    random.seed(seed)
    np.random.seed(seed)
    try:
        yield
    finally:
        random.setstate(python_state)
        np.random.set_state(numpy_state)
