"""What a config names under `networks` and `optimizers`: builders, optimisers and schedules."""

import functools
import importlib
import inspect
import math

import keras
import tensorflow as tf

from tfgan_zoo.core import optimizers, schedules
from tfgan_zoo.core.adaptive import with_augmentation
from tfgan_zoo.hub.arguments import apply, call, check, is_number
from tfgan_zoo.hub.config import ConfigError
from tfgan_zoo.networks.augmentation import adaptive
from tfgan_zoo.utils.registry import functions, look_up, modules

# Arguments of optimisers: their names, what they must be in words, and whether a number is that.
_RANGES = (
    (("learning_rate", "weight_decay", "adam_weight_decay"), "a number of 0 or more", lambda value: value >= 0),
    (("clipnorm", "clipvalue", "global_clipnorm", "loss_scale_factor"), "a number above 0", lambda value: value > 0),
    (
        ("beta_1", "beta_2", "adam_beta_1", "adam_beta_2", "rho", "momentum", "final_momentum", "ema_momentum"),
        "a number from 0 to below 1",
        lambda value: 0 <= value < 1,
    ),
    (
        ("gradient_accumulation_steps", "ema_overwrite_frequency"),
        "a whole number of 1 or more",
        lambda value: value >= 1 and float(value).is_integer(),
    ),
)


def network(spec, where):
    """The network of a config's `Network`, {builder: "dcgan.generator", ...}.

    Builders are the public functions of the rooms `networks` and `text`, and those of a system's own module
    `networks`, which go by the system's name. With `augmentation`, a map of the arguments of
    `augmentation.adaptive`, a discriminator sees its images through adaptive augmentation.

    Args:
        where: the dotted key of the config, for messages.

    Raises:
        ConfigError: there is no such builder, or it does not take these arguments.
    """
    arguments = dict(spec.arguments)
    augmentation = None if "augmentation" in parameters(spec, where) else arguments.pop("augmentation", None)
    made = call(_builder(spec.builder, where), arguments, where)
    if not isinstance(made, keras.Layer):
        raise ConfigError(f"{where}: {spec.builder} builds no network.")
    return made if augmentation is None else _augmented(made, augmentation, f"{where}.augmentation")


def _augmented(network, settings, where):
    if not isinstance(settings, dict):
        raise ConfigError(f"{where}: must be a map of settings, {{}} for those of the paper; got {settings!r}.")
    layer = call(adaptive, settings, where)
    return apply(with_augmentation, {"network": network, "augmentation": layer}, where)


def parameters(spec, where):
    """The names of the arguments that the builder of a config's `Network` takes. Errors: as `network`."""
    return frozenset(inspect.signature(_builder(spec.builder, where)).parameters)


def optimizer(spec, where):
    """The optimiser of a config's `Optimizer`, {class: Adam, ...}: one of Keras' or of `core.optimizers`.

    A map as learning rate is a schedule, {class: CosineDecay, ...}.

    Raises:
        ConfigError: there is no such class, or it does not take these arguments.
    """
    arguments = dict(spec.arguments)
    made = _look_up(spec.class_name, _optimizers(), "optimizer", where)
    rate = arguments.pop("learning_rate", None)
    check(made, arguments, where)
    for name, value in arguments.items():
        _check_range(name, value, where)
    if isinstance(rate, dict):
        arguments["learning_rate"] = _schedule(dict(rate), where)
    elif rate is not None:
        _check_range("learning_rate", rate, where)
        arguments["learning_rate"] = float(rate)
    return apply(made, arguments, where)


def _check_range(name, value, where):
    """Raises ConfigError for a value of an optimiser's argument with which training goes wrong, or not at all."""
    for names, says, holds in _RANGES:
        if name in names and not (is_number(value) and holds(value)):
            raise ConfigError(f"{where}.{name}: must be {says}; got {value!r}.")


def _schedule(rate, where):
    """The schedule of a map of settings, which gives a rate at step 0."""
    schedule = _look_up(rate.pop("class", None), _schedules(), "schedule", where)
    where = f"{where}.learning_rate"
    flags = [name for name, value in rate.items() if isinstance(value, bool) and name != "staircase"]
    if flags:
        raise ConfigError(f"{where}.{flags[0]}: must be a number; got {rate[flags[0]]!r}.")
    made = call(schedule, rate, where)
    try:
        first = float(made(0))
    except (TypeError, ValueError, ArithmeticError, tf.errors.OpError) as error:
        raise ConfigError(f"{where}: {schedule.__name__} gives no learning rate with {rate}.") from error
    if not 0 <= first < math.inf:
        raise ConfigError(f"{where}: {schedule.__name__} begins at {first:g}, which is no learning rate.")
    return made


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
    return _classes(keras.optimizers.schedules.LearningRateSchedule, keras.optimizers.schedules, schedules)


def _classes(base, *homes):
    """{name: class} of the classes in modules that derive from `base`."""
    found = {}
    for home in homes:
        found |= dict(inspect.getmembers(home, lambda thing: inspect.isclass(thing) and issubclass(thing, base)))
    return found


def _look_up(name, known, kind, where):
    return look_up(name, known, kind, lambda message: ConfigError(f"{where}: {message}"))
