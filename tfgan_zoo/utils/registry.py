"""Things that configs and commands name, each found in the module that defines it."""

import importlib
import importlib.util
import pkgutil

from tfgan_zoo.utils.spelling import nearest


class Registry:
    """Named things of one kind; the modules that hold them are imported at the first question.

    Args:
        kind: what they are, for messages: "protocol".
        *homes: the packages whose modules register such things. `tfgan_zoo.systems.*.evaluation` stands for
            the module `evaluation` of every package in `tfgan_zoo.systems` that has one.
        error: the exception that an unknown name raises.
    """

    def __init__(self, kind, *homes, error=ValueError):
        self.kind = kind
        self.homes = homes
        self.error = error
        self._things = {}
        self._complete = False

    def register(self, name):
        """A decorator that registers a function or class under `name`.

        Raises:
            ValueError: two things have that name.
        """

        def keep(thing):
            if self._things.setdefault(name, thing) is not thing:
                raise ValueError(f"Two things of the kind {self.kind} are called {name!r}.")
            return thing

        return keep

    def names(self):
        """All names, sorted."""
        self._complete_it()
        return sorted(self._things)

    def __contains__(self, name):
        self._complete_it()
        return name in self._things

    def __getitem__(self, name):
        """The thing of that name; an unknown name raises `error` with the nearest known ones."""
        self._complete_it()
        if name not in self._things:
            raise self.error(f"There is no {self.kind} {name!r}.{nearest(name, self._things)}")
        return self._things[name]

    def _complete_it(self):
        if not self._complete:
            for home in self.homes:
                for module in modules(home):
                    importlib.import_module(module)
            self._complete = True


def modules(home):
    """The dotted names of a home's modules: those in a package, or of a pattern with one `*`."""
    package, star, name = home.partition(".*.")
    if not star:
        return [f"{home}.{child}" for child in children(home)]
    places = (f"{package}.{child}.{name}" for child in children(package))
    return [place for place in places if importlib.util.find_spec(place)]


def children(package):
    """The names of the modules and packages in a package, sorted, less those that are private."""
    path = importlib.import_module(package).__path__
    return sorted(module.name for module in pkgutil.iter_modules(path) if not module.name.startswith("_"))
