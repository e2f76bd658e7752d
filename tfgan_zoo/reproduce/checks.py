"""What the program of a claim measures, and how its figures are judged."""

import operator
import re
from dataclasses import dataclass

import numpy as np

from tfgan_zoo.hub.config import ConfigError
from tfgan_zoo.utils.spelling import nearest

# What a target of a config may ask for: `{">=": 0.8}`.
BOUNDS = {">=": operator.ge, ">": operator.gt, "<=": operator.le, "<": operator.lt}


@dataclass(frozen=True)
class Check:
    """A figure that a claim's program measures.

    Args:
        key: its name in the config's `claim.targets` and in records, in snake_case.
        label: what it is, in words that can be read alone.
        paper: the paper's own figure for it, as text.
        headline: it says what the paper claims first; a claim has one or two such.
    """

    key: str
    label: str
    paper: str | None = None
    headline: bool = False


def require_fitting(checks, targets, where):
    """Refuses targets that do not fit what a program measures.

    Args:
        checks: the `Check`s of the program.
        targets: {key: {sign: bound}} of the config; a figure without one is only reported.
        where: the config's id, for messages.

    Raises:
        ConfigError: a target of an unknown key or with an unknown sign, or a headline check without one.
        ValueError: the program's own list is wrong.
    """
    keys = [check.key for check in checks]
    headlines = [check.key for check in checks if check.headline]
    if len(set(keys)) < len(keys) or not all(re.fullmatch(r"[a-z][a-z0-9_]*", key) for key in keys):
        raise ValueError(f"The checks of {where} need a key in snake_case each, all different; got {keys}.")
    if len(headlines) not in (1, 2):
        raise ValueError(f"A claim has one or two headline checks; that of {where} has {headlines}.")
    for key, target in targets.items():
        if key not in keys:
            raise ConfigError(
                f"Config {where}: claim.targets.{key} is measured by no check.{nearest(key, keys)}"
            )
        if not isinstance(target, dict) or not target or not set(target) <= set(BOUNDS):
            signs = ", ".join(BOUNDS)
            raise ConfigError(
                f'Config {where}: claim.targets.{key} needs bounds such as {{">=": 0.8}}, with signs of '
                f"{signs}; got {target!r}."
            )
    for key in headlines:
        if key not in targets:
            raise ConfigError(f"Config {where}: the headline check {key} needs a target in claim.targets.")


def judged(check, target, values, error=None):
    """A check with its figure and verdict, as a record keeps it.

    Args:
        target: {sign: bound}, or None for a figure that is only reported.
        values: what the measurements found, one each; None stands for a figure that is no number, which
            meets no target.
        error: the standard error of a single measurement, where it is known.

    Returns:
        A dict of `key`, `label`, `value` (the median), `target`, `paper`, `headline`, `holds` (None where it
        is only reported or not measured), `measurements` (how many there are of it), and `spreads`: how many
        standard deviations between measurements, or standard errors of a single one, lie between the value
        and its bound; None where neither is known.
    """
    found = [value for value in values if value is not None]
    value = float(np.median(found)) if found and len(found) == len(values) else None
    holds = None
    if target and values:
        holds = value is not None and all(BOUNDS[sign](value, bound) for sign, bound in target.items())
    return {
        "key": check.key,
        "label": check.label,
        "value": value,
        "target": target,
        "paper": check.paper,
        "headline": check.headline,
        "holds": holds,
        "measurements": len(values),
        "spreads": _spreads(value, target, found, error) if target and value is not None else None,
    }


def _spreads(value, target, values, error):
    deviation = np.std(values, ddof=1) if len(values) > 1 else error
    distance = min(abs(value - bound) for bound in target.values())
    return float(distance / deviation) if deviation else None


def as_text(target):
    """A target in words: ">= 0.8"."""
    return " and ".join(f"{sign} {bound:g}" for sign, bound in target.items())
