"""The registry of protocols, the ways in which a model is scored."""

from tfgan_zoo.hub.config import ConfigError
from tfgan_zoo.utils.registry import Registry

# {name: function(model, config, picture, **settings) -> list of scores}. Protocols of one paper alone are in
# the module `evaluation` of its system.
PROTOCOLS = Registry(
    "protocol", "tfgan_zoo.evaluation", "tfgan_zoo.systems.*.evaluation", error=ConfigError
)
