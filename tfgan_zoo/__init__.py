"""A TensorFlow / Keras 3 model zoo of generative adversarial networks.

Names are resolved on first use, so that `import tfgan_zoo` and the index of configs do not wait
for TensorFlow.
"""

import importlib

__version__ = "0.1.0"

_MODULES = {
    **{name: f"tfgan_zoo.{name}" for name in ("data", "metrics", "systems", "networks", "layers", "losses", "training")},
    "latents": "tfgan_zoo.random.latents",
}
_FUNCTIONS = {
    "list_configs": "tfgan_zoo.hub.config",
    "load_config": "tfgan_zoo.hub.config",
    "load": "tfgan_zoo.hub.models",
    "export": "tfgan_zoo.hub.export",
}

__all__ = ["__version__", *_MODULES, *_FUNCTIONS]


def __getattr__(name):
    if name in _MODULES:
        return importlib.import_module(_MODULES[name])
    if name in _FUNCTIONS:
        return getattr(importlib.import_module(_FUNCTIONS[name]), name)
    raise AttributeError(f"module 'tfgan_zoo' has no attribute {name!r}")


def __dir__():
    return sorted(__all__)
