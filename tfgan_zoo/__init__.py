"""A TensorFlow / Keras 3 model zoo of generative adversarial networks.

Names are resolved on first use, so that `import tfgan_zoo` and the index of configs do not wait
for TensorFlow.
"""

import importlib

import wrapt

from tfgan_zoo.utils.registry import exports
from tfgan_zoo.utils.version import __version__

_MODULES = {
    **{name: f"tfgan_zoo.{name}" for name in ("data", "metrics", "systems", "networks", "layers", "losses", "training")},
    "callbacks": "tfgan_zoo.core.callbacks",
    "latents": "tfgan_zoo.random.latents",
}
_MEMBERS = {
    "AdversarialModel": "tfgan_zoo.core.model",
    "export": "tfgan_zoo.core.export",
    "list_configs": "tfgan_zoo.hub.config",
    "load": "tfgan_zoo.hub.models",
    "load_config": "tfgan_zoo.hub.config",
    **{name: f"tfgan_zoo.systems.{system}" for system, name in exports("tfgan_zoo.systems").items()},
}

__all__ = ["__version__", *_MODULES, *_MEMBERS]

# Now where Keras is imported already, or else as soon as it is.
wrapt.register_post_import_hook("tfgan_zoo.utils.registration:register", "keras")


def __getattr__(name):
    if name in _MODULES:
        return importlib.import_module(_MODULES[name])
    if name in _MEMBERS:
        return getattr(importlib.import_module(_MEMBERS[name]), name)
    raise AttributeError(f"module 'tfgan_zoo' has no attribute {name!r}")


def __dir__():
    return sorted(__all__)
