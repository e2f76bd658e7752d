"""Data sets that `tfgan-zoo prepare` builds once, from packages or given files, into the zoo's cache."""

import functools
import importlib
import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from pathlib import Path

from tfgan_zoo.data.source import HOMES, SOURCES, in_memory
from tfgan_zoo.utils import cache
from tfgan_zoo.utils.files import ARCHIVE_DAMAGE
from tfgan_zoo.utils.registry import Registry


@dataclass(frozen=True)
class Recipe:
    """How a family of data sets is built.

    Attributes:
        build: a function that gives {name: `Built`}.
        names: the data sets that it builds.
        command: what a user types to build them.
        sources: where the files come from that the command asks for.
    """

    build: Callable
    names: tuple[str, ...]
    command: str
    sources: str = ""


@dataclass(frozen=True)
class Built:
    """What a recipe makes of one data set.

    Attributes:
        arrays: {key: array [N, ...]} as `kinds` stores them (images also RGBA), split after split.
        splits: {split: number of examples}, in the order of the rows.
        request: the arguments that it was built with, for the manifest.
        source: versions of packages and hashes of files that it was built from, for the manifest.
        attribution: whose work it is, under which licence, for the manifest.
        class_names: the names of the labels, or of the classes in layouts; or None.
    """

    arrays: Mapping
    splits: Mapping[str, int]
    request: Mapping
    source: Mapping
    attribution: str
    class_names: tuple[str, ...] | None = None


class MissingExtra(ImportError):
    """An optional package that a recipe needs is not installed."""


# {"avatars": `Recipe`}: what `prepare` builds.
RECIPES = Registry("recipe of data sets", *HOMES)


def recipe(name, names, command, sources=""):
    """A decorator of `build(**arguments)` that makes it the recipe `name`, and a source of each of `names`.

    Its other arguments are those of `Recipe`.
    """

    def register(build):
        RECIPES.add(name, Recipe(build, names, command, sources))
        for data_set in names:
            SOURCES.add(data_set, functools.partial(_source, data_set))
        return build

    return register


def prepare(name, **arguments):
    """Build the data sets called `name` into the zoo's cache, where `load` finds them.

    Args:
        name: of a recipe, such as "avatars".
        arguments: of the recipe's function, such as `avatars.build`.

    Returns {data set: path of its .npz}. The file holds the arrays and `manifest.json`: arguments,
    sources, versions, attribution, counts and the SHA-256 of every array's bytes.

    Raises ValueError for unknown names and arguments, MissingExtra where a package lacks.
    """
    chosen = RECIPES[name]
    try:
        inspect.signature(chosen.build).bind(**arguments)
    except TypeError as error:
        raise ValueError(f"prepare {name}: {error}. For example: {chosen.command}") from None
    return {data_set: write(data_set, built) for data_set, built in chosen.build(**arguments).items()}


def require(extra, *modules):
    """The imported `modules`, all of one optional extra of the package.

    Raises MissingExtra that says how to install the extra.
    """
    try:
        return [importlib.import_module(module) for module in modules]
    except ModuleNotFoundError as error:
        how = f'pip install "tfgan_zoo[{extra}]"'
        raise MissingExtra(f"the package {error.name!r} is not installed: {how}") from error


def find(name, data_dir=None):
    """(splits {split: examples}, split -> dict of arrays, class names) of a data set that was built.

    Looks in `data_dir`, where there is one, and then in the zoo's cache.

    Raises FileNotFoundError with the command that builds it, ValueError if its file is damaged.
    """
    paths = [_path(folder, name) for folder in (data_dir, cache.folder()) if folder is not None]
    for path in paths:
        manifest = _checked(name, path, cache.manifest)
        if manifest is not None:
            break
    else:
        looked = " and ".join(str(path.parent) for path in paths)
        chosen = recipe_of(name)
        raise FileNotFoundError(
            f"the data set {name!r} is not prepared (looked in {looked}). Prepare it once with\n"
            + "\n".join(filter(None, (f"  {chosen.command}", chosen.sources)))
        )
    splits = manifest["splits"]
    names = manifest["class_names"]

    def read(split):
        start = sum(list(splits.values())[: list(splits).index(split)])
        arrays = _checked(name, path, cache.read)
        return {key: array[start : start + splits[split]] for key, array in arrays.items()}

    return splits, read, names and tuple(names)


def recipe_of(name):
    """The `Recipe` that builds the data set called `name`."""
    recipes = (RECIPES[each] for each in RECIPES.names())
    return next(each for each in recipes if name in each.names)


def _source(name, data_dir=None):
    splits, read, class_names = find(name, data_dir)
    return in_memory(name, splits, read, class_names)


def _path(folder, name):
    return Path(folder).expanduser() / "prepared" / f"{name}.npz"


def write(name, built):
    """Put `built` where `find` looks for the data set `name`; gives the path of its .npz."""
    path = _path(cache.folder(), name)
    facts = {field.name: getattr(built, field.name) for field in fields(built) if field.name != "arrays"}
    cache.write(path, built.arrays, facts)
    return path


def _checked(name, path, read):
    try:
        return read(path)
    except ARCHIVE_DAMAGE as error:
        how = f"Prepare it again with\n  {recipe_of(name).command}"
        raise ValueError(f"the prepared {path} is damaged ({error}). {how}") from error
