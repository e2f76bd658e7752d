"""The systems by the names of their folders and of their classes, read and not imported."""

import ast
import functools
import importlib.util
from pathlib import Path

from tfgan_zoo.utils.registry import children

HOME = "tfgan_zoo.systems"


@functools.cache
def class_names():
    """{"dcgan": "DCGAN"}: of every system the class that its package exports by `__all__`."""
    folder = Path(importlib.util.find_spec(HOME).origin).parent
    exports = {system: _exports(folder / system / "__init__.py") for system in children(HOME)}
    return {system: names[0] for system, names in exports.items() if names}


def _exports(path):
    """The names in a module's `__all__`."""
    for statement in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(statement, ast.Assign) and ast.unparse(statement.targets[0]) == "__all__":
            return ast.literal_eval(statement.value)
    return []
