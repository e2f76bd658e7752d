"""The registry of protocols, the ways in which a model is scored, and what their settings may be."""

from typing import Annotated

from pydantic import Field

from tfgan_zoo.hub.config import ConfigError
from tfgan_zoo.utils.registry import Registry

# {name: function(model, config, picture, **settings) -> list of scores}. Protocols of one paper alone are in
# the module `evaluation` of its system. Settings are held to their annotations before anything is computed.
PROTOCOLS = Registry(
    "protocol", "tfgan_zoo.evaluation", "tfgan_zoo.systems.*.evaluation", error=ConfigError
)

# What settings may be: a number of things, the seed of a draw, and the names of a split of the data, of an
# extractor of features and of a text encoder, which `requirements` looks up before a run begins.
Count = Annotated[int, Field(ge=1, strict=True)]
Seed = Annotated[int, Field(ge=0, lt=2**31, strict=True)]
