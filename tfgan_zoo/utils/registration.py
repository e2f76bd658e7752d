"""Classes of the zoo that Keras finds by their registered names before their modules are imported."""

import importlib
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]

_DECORATED = re.compile(r'^@keras\.saving\.register_keras_serializable\("(\w+)"\)\nclass (\w+)', re.MULTILINE)


def register(keras):
    """Tells Keras of every class that modules of the zoo register, so that `load_model` imports its module."""
    known = keras.saving.get_custom_objects()
    for name, module in registered().items():
        known.setdefault(name, _Deferred(name, module))


def registered():
    """{"tfgan_zoo>DCGAN": the dotted name of the module that registers it}, read from the sources."""
    found = {}
    for path in sorted(ROOT.rglob("*.py")):
        module = ".".join([ROOT.name, *path.relative_to(ROOT).with_suffix("").parts])
        for package, name in _DECORATED.findall(path.read_text(encoding="utf-8")):
            found[f"{package}>{name}"] = module
    return found


class _Deferred:
    """Stands for a class in Keras' table until its module is imported, whose decorator takes the place."""

    def __init__(self, name, module):
        self._name = name.partition(">")[2]
        self._module = module

    def __getattr__(self, attribute):
        if attribute.startswith("__"):
            raise AttributeError(attribute)
        return getattr(getattr(importlib.import_module(self._module), self._name), attribute)
