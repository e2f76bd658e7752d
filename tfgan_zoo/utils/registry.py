"""Things that configs and commands name, each found in the module that defines it."""

import ast
import functools
import importlib
import importlib.util
import inspect
from pathlib import Path
from pkgutil import iter_modules

from tfgan_zoo.utils.spelling import nearest


def look_up(name, known, kind, error=ValueError):
    """`known[name]`.

    Args:
        known: a mapping from names to things.
        kind: what they are, for the message: "protocol".

    Raises:
        error: there is none of that name; the message offers the nearest.
    """
    if name not in known:
        raise error(f"There is no {kind} {name!r}.{nearest(name, known)}")
    return known[name]


class Registry:
    """Named things of one kind, which register themselves when their modules are imported.

    Those modules are imported in order, no more of them than it takes to find a name.

    Args:
        kind: what they are, for messages: "protocol".
        *homes: where modules register such things, each as `modules` takes it.
        error: the exception that an unknown name raises.
    """

    def __init__(self, kind, *homes, error=ValueError):
        self.kind = kind
        self.error = error
        self._homes = homes
        self._imported = set()
        self._things = {}

    def add(self, name, thing):
        """Keeps `thing` under `name` and returns it.

        Raises:
            ValueError: another thing has that name.
        """
        if self._things.setdefault(name, thing) is not thing:
            raise ValueError(f"Two things of the kind {self.kind} are called {name!r}.")
        return thing

    def register(self, thing):
        """A decorator that keeps a function or class under its own name."""
        return self.add(thing.__name__, thing)

    def names(self):
        """All names, sorted."""
        self._import_until(lambda: False)
        return sorted(self._things)

    def __contains__(self, name):
        self._import_until(lambda: name in self._things)
        return name in self._things

    def __getitem__(self, name):
        """The thing of that name; an unknown name raises `error` with the nearest known ones."""
        self._import_until(lambda: name in self._things)
        return look_up(name, self._things, self.kind, self.error)

    def _import_until(self, found):
        for home in self._homes:
            if found():
                return
            if home not in self._imported:
                for module in modules(home):
                    importlib.import_module(module)
                self._imported.add(home)


def modules(home):
    """The dotted names of modules, sorted, of which none is imported to find them.

    Args:
        home: a package, for the modules in it; or, as in `tfgan_zoo.systems.*.networks`, the module of that
            name of every package in another one, where there is such a module.
    """
    package, star, name = home.partition(".*.")
    if not star:
        return [f"{home}.{child}" for child in children(home)]
    return [f"{package}.{child}.{name}" for child in children(package) if name in _beside(package, child)]


def children(package):
    """The names of the modules and packages in a package, sorted, less those that are private."""
    return _public(importlib.import_module(package).__path__)


@functools.cache
def exports(package):
    """{"dcgan": "DCGAN"}: of the packages in one the first name in `__all__`, read from their sources."""
    folder = Path(importlib.util.find_spec(package).origin).parent
    found = {child: _all_of(folder / child / "__init__.py") for child in children(package)}
    return {child: names[0] for child, names in found.items() if names}


def functions(module):
    """{name: function} of the public functions that the module of that dotted name defines."""
    found = inspect.getmembers(importlib.import_module(module), inspect.isfunction)
    return {
        name: function
        for name, function in found
        if function.__module__ == module and not name.startswith("_")
    }


def _all_of(path):
    for statement in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(statement, ast.Assign) and ast.unparse(statement.targets[0]) == "__all__":
            return ast.literal_eval(statement.value)
    return []


def _beside(package, child):
    """The names of the modules in a package of a package."""
    return _public([Path(folder) / child for folder in importlib.import_module(package).__path__])


def _public(folders):
    names = (module.name for module in iter_modules(map(str, folders)))
    return sorted(name for name in names if not name.startswith("_"))
