"""Arguments that a config gives, held to the function that they are for."""

import inspect

from tfgan_zoo.hub.config import ConfigError
from tfgan_zoo.utils.spelling import nearest


def check(function, arguments, where, skip=0):
    """Raises ConfigError unless a function takes these keyword arguments and needs no others.

    Args:
        arguments: a dict; of a misspelt name the message offers the nearest.
        where: the dotted key of the config at which they stand, for messages.
        skip: how many of the function's first parameters are not the config's to give.
    """
    parameters = list(inspect.signature(function).parameters.values())[skip:]
    known = {each.name: each for each in parameters if each.kind not in (each.VAR_POSITIONAL, each.VAR_KEYWORD)}
    for name in arguments:
        if name not in known:
            raise ConfigError(f"{where}: unknown key {name!r}.{nearest(name, known)}")
    for name, parameter in known.items():
        if parameter.default is parameter.empty and name not in arguments:
            raise ConfigError(f"{where}: the key {name!r} is missing.")


def call(function, arguments, where):
    """What a function, or a class, gives for keyword arguments from a config.

    Raises:
        ConfigError: as `check`, and for values that the function refuses.
    """
    check(function, arguments, where)
    try:
        return function(**arguments)
    except (TypeError, ValueError) as error:
        raise ConfigError(f"{where}: {error}") from error
