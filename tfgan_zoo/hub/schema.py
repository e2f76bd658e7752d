"""The schema of a config, strict: its sections, what each of their keys may be, and what is said where one is not."""

import math
import re
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel, BeforeValidator, ConfigDict, Discriminator, Field, Tag, model_validator

from tfgan_zoo.utils.spelling import nearest


class ConfigError(ValueError):
    """A config that cannot be used; the message says where it is wrong and what is allowed."""


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


def _no_truth_value(value):
    if isinstance(value, bool):
        raise ValueError(f"must be a whole number; got {str(value).lower()}")
    return value


# Pydantic would read true as 1.
Whole = Annotated[int, BeforeValidator(_no_truth_value)]


# What a paper is known for, in the order in which the gallery shows them.
Family = Literal[
    "adversarial losses",
    "training stability",
    "architectures",
    "conditional generation",
    "representation learning",
    "semi-supervised learning",
    "anomaly detection",
    "image-to-image translation",
    "text-to-image synthesis",
    "image restoration",
    "image editing",
    "music, video and shapes",
]
FAMILIES = get_args(Family)


class Paper(_Section):
    """What the system reproduces; runs that began before there were families name none."""

    title: str
    authors: str
    venue: str
    arxiv: str
    family: Family | None = None

    @property
    def year(self):
        """The year in which it appeared, as its venue says, an int; None where it says none."""
        found = re.search(r"\b(19|20)\d\d\b", self.venue)
        return int(found[0]) if found else None


class Built(BaseModel):
    """A thing named by `builder` or `class` with its arguments beside the name."""

    model_config = ConfigDict(extra="allow", frozen=True)

    @property
    def arguments(self):
        return dict(self.model_extra)


class Network(Built):
    builder: str = Field(pattern=r"^[a-z0-9_]+\.[a-z0-9_]+$")


# The settings of protocols that name something.
_TEXTS_OF_PROTOCOLS = ("split", "validation", "extractor", "encoder")

# A system's argument is one network, or several in order; the tags keep messages about it short.
_ONE, _SEVERAL = "one network", "several networks"
Networks = Annotated[
    Annotated[Network, Tag(_ONE)] | Annotated[list[Network], Tag(_SEVERAL)],
    Discriminator(lambda value: _SEVERAL if isinstance(value, list) else _ONE),
]


class Optimizer(Built):
    class_name: str = Field(alias="class", pattern=r"^[A-Za-z0-9]+$")


class Data(_Section):
    """The arguments of `tfgan_zoo.data.load`, less batch size and seed."""

    name: str
    split: str = "train"
    image_size: Whole | None = Field(None, ge=1)
    fit: Literal["crop", "pad", "stretch"] = "crop"
    channels: Annotated[Literal[1, 3], BeforeValidator(_no_truth_value)] | None = None
    take: Whole | None = Field(None, ge=1)
    classes: list[Whole] | None = None
    keys: list[str] | None = None
    labelled: Whole | None = Field(None, ge=1)
    labelled_seed: Whole = Field(0, ge=0)
    data_dir: str | None = None


class Stage(_Section):
    """A part of training: its name, how long it is, and the optimisers of players that do not keep theirs."""

    name: str = Field(pattern=r"^[a-z0-9_]+$")
    steps: Whole = Field(ge=1)
    optimizers: dict[str, Optimizer] = {}


class Train(_Section):
    """How long and how to train; every interval counts training steps.

    Losses are logged as means over `log_every` steps, which is an epoch of the run: it can pause or end only
    between two of them.

    `precision` is the dtype policy of all layers; None leaves it to `keras.config.set_dtype_policy`.

    `stages` are trained in order, each with a graph of its own; their steps add up to `steps`.

    `on_collapse` is what follows when a monitor sees a saturated discriminator or samples that are alike: a
    warning, a stop, or a return to the last checkpoint with other data; "roll_back" holds for losses and
    weights that are not finite too, which stop a run otherwise.
    """

    steps: Whole = Field(ge=1)
    batch_size: Whole = Field(ge=1)
    seed: Whole = Field(0, ge=0, lt=2**31)
    steps_per_execution: Whole = Field(20, ge=1)
    log_every: Whole = Field(20, ge=1)
    checkpoint_every: Whole = Field(500, ge=1)
    keep: Whole = Field(2, ge=1)
    score_every: Whole = Field(1000, ge=1)
    precision: Literal["float32", "mixed_bfloat16", "mixed_float16"] | None = None
    jit_compile: bool = False
    deterministic: bool = True
    on_collapse: Literal["ignore", "warn", "stop", "roll_back"] = "warn"
    stages: list[Stage] = []

    @model_validator(mode="after")
    def _intervals_fit_together(self):
        if self.log_every % self.steps_per_execution:
            raise ValueError(
                f"train.log_every={self.log_every} is no multiple of "
                f"train.steps_per_execution={self.steps_per_execution}, the steps that run as one"
            )
        intervals = {name: getattr(self, name) for name in ("steps", "checkpoint_every", "score_every")}
        intervals |= {f"stages.{stage.name}.steps": stage.steps for stage in self.stages}
        for name, steps in intervals.items():
            if steps % self.log_every:
                raise ValueError(
                    f"train.{name}={steps} is no multiple of train.log_every={self.log_every}; training can "
                    "only pause, end or enter another stage after that many steps. "
                    f"Set train.{name}={-(-steps // self.log_every) * self.log_every}."
                )
        total = sum(stage.steps for stage in self.stages)
        if self.stages and total != self.steps:
            raise ValueError(f"train.steps={self.steps}, but the steps of its stages add up to {total}")
        return self


class Config(_Section):
    """One config, resolved.

    `held_out` is a split that training never sees, for pictures of what a translation makes of it.
    """

    id: str
    paper: Paper
    note: str = ""
    system: str = Field(pattern=r"^[a-z0-9_]+$")
    system_args: dict[str, Any] = {}
    networks: dict[str, Networks]
    optimizers: dict[str, Optimizer]
    data: Data
    held_out: str | None = None
    train: Train
    eval: dict[str, dict[str, Any]] = {}
    claim: dict[str, Any] = {}

    @model_validator(mode="before")
    @classmethod
    def _finite(cls, raw):
        for number in _leaves(raw):
            if isinstance(number, float) and not math.isfinite(number):
                raise ValueError(f"numbers must be finite; one is {number}")
        return raw

    def as_dict(self):
        """Plain JSON-ready values, as a card and a run folder keep them."""
        return self.model_dump(mode="json", by_alias=True)


def _leaves(value):
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        for child in value:
            yield from _leaves(child)
    else:
        yield value


def takes_text(path, schema=Config):
    """Whether a schema has text at a path, a list of keys."""
    kind, inner = get_origin(schema), get_args(schema)
    if kind in (Union, UnionType, Annotated):
        return any(takes_text(path, each) for each in inner)
    if not path:
        return schema is str or (kind is Literal and all(isinstance(value, str) for value in inner))
    if kind in (dict, list):
        return takes_text(path[1:], inner[-1])
    if schema is Config and path[0] == "eval":
        # Protocols are not known here.
        return path[-1] in _TEXTS_OF_PROTOCOLS
    if isinstance(schema, type) and issubclass(schema, BaseModel):
        fields = {field.alias or name: field.annotation for name, field in schema.model_fields.items()}
        return path[0] in fields and takes_text(path[1:], fields[path[0]])
    return False


def explain(problem):
    """One pydantic problem as a sentence that names the key and, if misspelt, its neighbours."""
    where = [str(part) for part in problem["loc"] if part not in (_ONE, _SEVERAL)]
    if problem["type"] != "extra_forbidden":
        return f"{'.'.join(where) or 'config'}: {problem['msg'].removeprefix('Value error, ')}"
    model = Config
    for part in where[:-1]:
        field = model.model_fields.get(part)
        model = field.annotation if field else model
    known = [field.alias or name for name, field in model.model_fields.items() if name != "id"]
    known += ["extends", "smoke"] if model is Config else []
    return f"unknown key {'.'.join(where)!r}.{nearest(where[-1], known)}"
