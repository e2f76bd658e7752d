"""What a config names under `networks` and `optimizers`: builders, optimisers and schedules."""

import functools
import importlib
import inspect

import keras

from tfgan_zoo.core import optimizers
from tfgan_zoo.hub.arguments import call
from tfgan_zoo.hub.config import ConfigError
from tfgan_zoo.utils.registry import functions, look_up, modules


def network(spec, where):
    """The network of a config's `Network`, {builder: "dcgan.generator", ...}.

    Builders are the public functions of the rooms `networks` and `text`, and those of a system's own module
    `networks`, which go by the system's name.

    Args:
        where: the dotted key of the config, for messages.

    Raises:
        ConfigError: there is no such builder, or it does not take these arguments.
    """
    made = call(_builder(spec.builder, where), spec.arguments, where)
    if not isinstance(made, keras.Layer):
        raise ConfigError(f"{where}: {spec.builder} builds no network.")
    return made


def optimizer(spec, where):
    """The optimiser of a config's `Optimizer`, {class: Adam, ...}: one of Keras' or of `core.optimizers`.

    A map as learning rate is a schedule, {class: CosineDecay, ...}.

    Raises:
        ConfigError: there is no such class, or it does not take these arguments.
    """
    arguments = dict(spec.arguments)
    rate = arguments.get("learning_rate")
    if isinstance(rate, dict):
        arguments["learning_rate"] = _schedule(dict(rate), where)
    elif isinstance(rate, int):
        arguments["learning_rate"] = float(rate)
    return call(_look_up(spec.class_name, _optimizers(), "optimizer", where), arguments, where)


def _schedule(rate, where):
    schedule = _look_up(rate.pop("class", None), _schedules(), "schedule", where)
    return call(schedule, rate, f"{where}.learning_rate")


def canonical(name):
    """The present name of a builder by which an archive may ask for it under a former one."""
    module, function = name.split(".")
    if module in _modules() and function in functions(_modules()[module]):
        return name
    # Only now, since it imports every system.
    return _renamed().get(name, name)


def _builder(name, where):
    module, function = canonical(name).split(".")
    _look_up(module, _modules(), "module of builders", where)
    return _look_up(function, functions(_modules()[module]), f"builder in {module}", where)


@functools.cache
def _modules():
    """{name: module} of the modules that define builders."""
    shared = {name.split(".")[-1]: name for home in ("networks", "text") for name in modules(f"tfgan_zoo.{home}")}
    own = {name.split(".")[-2]: name for name in modules("tfgan_zoo.systems.*.networks")}
    return {**shared, **own}


@functools.cache
def _renamed():
    """{former name of a builder: present name}, as `FORMER_NAMES` of the modules say."""
    found = {}
    for name, module in _modules().items():
        former = getattr(importlib.import_module(module), "FORMER_NAMES", {})
        found |= {old: f"{name}.{new}" for old, new in former.items()}
    return found


@functools.cache
def _optimizers():
    return _classes(keras.optimizers.Optimizer, keras.optimizers, optimizers)


@functools.cache
def _schedules():
    return _classes(keras.optimizers.schedules.LearningRateSchedule, keras.optimizers.schedules, optimizers)


def _classes(base, *homes):
    """{name: class} of the classes in modules that derive from `base`."""
    found = {}
    for home in homes:
        found |= dict(inspect.getmembers(home, lambda thing: inspect.isclass(thing) and issubclass(thing, base)))
    return found


def _look_up(name, known, kind, where):
    return look_up(name, known, kind, lambda message: ConfigError(f"{where}: {message}"))
