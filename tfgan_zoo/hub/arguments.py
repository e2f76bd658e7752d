"""Arguments that a config gives, held to the function that they are for."""

import inspect

from pydantic import TypeAdapter, ValidationError

from tfgan_zoo.hub.config import ConfigError
from tfgan_zoo.utils.spelling import nearest


def check(function, arguments, where, skip=0):
    """Raises ConfigError unless a function takes these keyword arguments and needs no others.

    A value is held to the annotation of its parameter, or else to the type of its default: a number is no truth
    value and no text, and of whole numbers the zoo's own functions take no fractions.

    Args:
        arguments: a dict; of a misspelt name the message offers the nearest.
        where: the dotted key of the config at which they stand, for messages.
        skip: how many of the function's first parameters are not the config's to give.
    """
    parameters = _parameters(function)[skip:]
    known = {each.name: each for each in parameters if each.kind not in (each.VAR_POSITIONAL, each.VAR_KEYWORD)}
    for name, value in arguments.items():
        if name not in known:
            raise ConfigError(f"{where}: unknown key {name!r}.{nearest(name, known)}")
        why = _refusal(known[name], value, function.__module__.startswith("tfgan_zoo."))
        if why:
            raise ConfigError(f"{where}.{name}: {why}; got {value!r}.")
    for name, parameter in known.items():
        if parameter.default is parameter.empty and name not in arguments:
            raise ConfigError(f"{where}: the key {name!r} is missing.")


def _parameters(function):
    """Those of a function; of a class also those that it hands on to the classes above it by `**kwargs`."""
    found = {}
    for each in function.__mro__ if inspect.isclass(function) else [function]:
        parameters = inspect.signature(each).parameters
        found = {**parameters, **found}
        if all(parameter.kind != parameter.VAR_KEYWORD for parameter in parameters.values()):
            break
    return list(found.values())


def _refusal(parameter, value, counts_are_whole):
    """Why a parameter does not take a value; "" where it does."""
    if parameter.annotation is not parameter.empty:
        try:
            TypeAdapter(parameter.annotation).validate_python(value)
        except ValidationError as error:
            return error.errors()[0]["msg"]
        return ""
    default = parameter.default
    if isinstance(default, bool):
        return "" if isinstance(value, bool) else "must be true or false"
    if isinstance(default, str):
        return "" if isinstance(value, str) else "must be a text"
    if not isinstance(default, int | float):
        return ""
    if not is_number(value):
        return "must be a number"
    whole = not counts_are_whole or isinstance(default, float) or float(value).is_integer()
    return "" if whole else "must be a whole number"


def is_number(value):
    """Whether a value is a number; true and false are none."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def call(function, arguments, where):
    """What a function, or a class, gives for keyword arguments from a config.

    Raises:
        ConfigError: as `check`, and for values that the function refuses.
    """
    check(function, arguments, where)
    return apply(function, arguments, where)


def apply(function, arguments, where):
    """As `call`, of arguments that are checked."""
    try:
        return function(**arguments)
    except (TypeError, ValueError) as error:
        raise ConfigError(f"{where}: {error}") from error
