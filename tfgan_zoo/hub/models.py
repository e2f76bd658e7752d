"""From the id of a config to a compiled model with its weights."""

import contextlib
import importlib
import inspect
import random

import keras
import numpy as np
import tensorflow as tf

from tfgan_zoo.hub.config import Config, ConfigError, load_config
from tfgan_zoo.hub.weights import load_pretrained, read_weights
from tfgan_zoo.utils.precision import precision
from tfgan_zoo.utils.registry import children, modules
from tfgan_zoo.utils.spelling import nearest


def load(config_id, weights=None, overrides=None, smoke=False):
    """The compiled model of a config.

    Args:
        config_id: one of `list_configs()`.
        weights: None for fresh weights (the same for the same `train.seed`), "pretrained" for
            those that ship, or the path of a `.weights.h5` file or of a run folder.
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
    model = build(load_config(config_id, overrides, smoke))
    if weights == "pretrained":
        load_pretrained(model, config_id)
    elif weights is not None:
        read_weights(model, weights)
    return model


def build(config: Config):
    """The compiled model of a resolved config, with fresh weights drawn from `train.seed`."""
    system = system_class(config.system)
    with _seeded(config.train.seed), precision(config.train.precision):
        networks = {name: _network(name, spec) for name, spec in config.networks.items()}
        arguments = {**networks, **config.system_args, "seed": config.train.seed}
        model = _call(system, arguments, f"system {config.system}")
        model.compile(
            optimizers={
                player: _optimizer(player, spec) for player, spec in config.optimizers.items()
            },
            jit_compile=config.train.jit_compile,
            steps_per_execution=_steps_per_execution(config),
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
    """The class of a system: the one that its package exports.

    Raises:
        ConfigError: there is no such system; the message names the nearest.
    """
    known = children("tfgan_zoo.systems")
    if name not in known:
        raise ConfigError(f"There is no system {name!r}.{nearest(name, known)}")
    package = importlib.import_module(f"tfgan_zoo.systems.{name}")
    return getattr(package, package.__all__[0])


# Where builders are that several systems use; a system's own are in its module `networks`.
_BUILDERS = ("tfgan_zoo.networks", "tfgan_zoo.text")

# Modules of builders that were renamed; cards and run folders may still say the old name.
_RENAMED = {
    "conditional_mlp": "cgan",
    "progressive": "progressive_gan",
    "text_dcgan": "gan_cls",
    "unrolled": "unrolled_gan",
}


def _network(name, spec):
    module_name, function = spec.builder.split(".")
    module = _builders(_RENAMED.get(module_name, module_name))
    builder = getattr(module, function, None)
    if builder is None or function.startswith("_") or not inspect.isfunction(builder):
        known = [key for key, value in vars(module).items() if inspect.isfunction(value)]
        known = [key for key in known if not key.startswith("_")]
        raise ConfigError(f"networks.{name}: no builder {spec.builder}.{nearest(function, known)}")
    return _call(builder, spec.arguments, f"networks.{name}")


def _builders(name):
    known = {module.split(".")[-1]: module for home in _BUILDERS for module in modules(home)}
    known |= {module.split(".")[-2]: module for module in modules("tfgan_zoo.systems.*.networks")}
    if name not in known:
        raise ConfigError(f"There are no builders {name!r}.{nearest(name, known)}")
    return importlib.import_module(known[name])


def _optimizer(player, spec):
    where = f"optimizers.{player}"
    arguments = dict(spec.arguments)
    rate = arguments.get("learning_rate")
    if isinstance(rate, dict):
        rate = dict(rate)
        schedule = _find(keras.optimizers.schedules, rate.pop("class", None), where)
        arguments["learning_rate"] = _call(schedule, rate, f"{where}.learning_rate")
    elif isinstance(rate, int):
        arguments["learning_rate"] = float(rate)
    return _call(_find(keras.optimizers, spec.class_name, where), arguments, where)


def _find(module, name, where):
    """A class of a Keras module, or ours of that name."""
    ours = importlib.import_module("tfgan_zoo.core.optimizers")
    for room in (module, ours):
        if inspect.isclass(getattr(room, str(name), None)):
            return getattr(room, name)
    known = [key for room in (module, ours) for key, v in vars(room).items() if inspect.isclass(v)]
    raise ConfigError(f"{where}: no class {name!r}.{nearest(name, known)}")


def _call(function, arguments, where):
    """Calls with keyword arguments from a config; a misspelt one is named with its neighbours."""
    parameters = inspect.signature(function).parameters
    known = [name for name in parameters if name not in ("self", "kwargs", "args")]
    for name in arguments:
        if name not in known:
            raise ConfigError(f"{where}: unknown key {name!r}.{nearest(name, known)}")
    missing = [
        name
        for name in known
        if parameters[name].default is inspect.Parameter.empty and name not in arguments
    ]
    if missing:
        raise ConfigError(f"{where}: the key {missing[0]!r} is missing.")
    try:
        return function(**arguments)
    except (TypeError, ValueError) as error:
        raise ConfigError(f"{where}: {error}") from error


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
