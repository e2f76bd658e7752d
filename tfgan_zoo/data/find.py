"""From what a user names (a data set, a folder, arrays) to where its examples come from."""

import dataclasses
import os
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from tfgan_zoo.data import array_source, folder, tfds_source
from tfgan_zoo.data.source import OPERATORS, SOURCES
from tfgan_zoo.utils.spelling import close


def find(name, data_dir=None):
    """The `Source` that `name` stands for.

    Names come before folders: a folder that is called like a data set is written "./name".
    Raises ValueError for unknown names, FileNotFoundError where the bytes are not there.
    """
    if isinstance(name, (np.ndarray, Mapping)):
        return array_source.source(name)
    if isinstance(name, os.PathLike):
        return _folder(name)
    if not isinstance(name, str):
        kind = type(name).__name__
        raise TypeError(f"data must be a name, a folder, an array or a dict of arrays, got {kind}")
    if name in SOURCES:
        return SOURCES[name](data_dir)
    operator, slash, rest = name.partition("/")
    if slash and operator in OPERATORS:
        return _made_of_others(OPERATORS[operator], rest, data_dir)
    return _tfds_or_folder(name, data_dir)


def is_known(name, data_dir=None):
    """Whether `find` finds something by that name."""
    try:
        find(name, data_dir)
    except (ValueError, OSError):
        return False
    return True


def _made_of_others(operator, rest, data_dir):
    """The source that an operator makes, which has read the folders that those it is made of have."""
    inner = []

    def find_inner(name):
        inner.append(find(name, data_dir))
        return inner[-1]

    made = operator(rest, find_inner)
    return dataclasses.replace(made, folders=tuple(folder for each in inner for folder in each.folders))


def _tfds_or_folder(name, data_dir):
    """The source of a name that the zoo itself does not know."""
    if name.startswith((".", "~")) or os.path.isabs(name):
        return _folder(name)
    builder = tfds_source.find_builder(name, data_dir)
    if builder is not None:
        return tfds_source.source(name, builder)
    is_path = "/" in name or os.sep in name
    is_known = tfds_source.base_name(name) in tfds_source.known_names()
    if os.path.isdir(name) and (is_path or not is_known):
        return _folder(name)
    if is_known:
        raise FileNotFoundError(tfds_source.how_to_prepare(name, data_dir))
    if is_path:
        here = os.getcwd()
        raise FileNotFoundError(
            f"no such folder: {name!r} (from {here}), and no data set has this name.{_neighbours(name)}"
        )
    own = ", ".join(SOURCES.names())
    hint = _neighbours(name) or f" There are {own} and the names of TFDS."
    raise ValueError(f"There is no data set {name!r}.{hint}")


def _folder(path):
    return folder.source(Path(path).expanduser())


def _neighbours(name):
    """A sentence with the names that may have been meant, or an empty text."""
    _, _, rest = name.partition("/")
    made = [f"{operator}/{rest}" for operator in OPERATORS.names()] if rest else []
    near = close(name, [*SOURCES.names(), *made, *tfds_source.known_names()])
    return f" Did you mean {' or '.join(near)}?" if near else ""
