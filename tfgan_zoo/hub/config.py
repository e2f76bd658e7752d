"""The schema of a config, strict, and how one is read: `extends`, overrides, the smoke overlay."""

import json
import math
import re
from pathlib import Path
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import yaml
from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    Tag,
    ValidationError,
    model_validator,
)

from tfgan_zoo.hub.index import config_path, list_configs
from tfgan_zoo.utils.spelling import nearest

__all__ = ["Config", "ConfigError", "list_configs", "load_config"]


# Where a run folder keeps the settings that it was started with.
RUN_CONFIG = "config.json"


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


class Paper(_Section):
    """What the system reproduces."""

    title: str
    authors: str
    venue: str
    arxiv: str


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
    keys: list[str] | None = None
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
                    "only pause, end or enter another stage after that many steps"
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


class _Loader(yaml.SafeLoader):
    """Safe YAML with 2e-4 as a number, without aliases, and with repeated keys refused."""

    def compose_node(self, parent, index):
        if self.check_event(yaml.AliasEvent):
            mark = self.peek_event().start_mark
            raise ConfigError(f"line {mark.line + 1}: aliases (*name) are not allowed in a config")
        return super().compose_node(parent, index)

    def construct_mapping(self, node, deep=False):
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        repeated = sorted({str(key) for key in keys if keys.count(key) > 1})
        if repeated:
            line = node.start_mark.line + 1
            raise ConfigError(f"line {line}: the key {repeated[0]!r} stands twice")
        return super().construct_mapping(node, deep)


_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:float",
    re.compile(r"^[-+]?(\d+\.?\d*|\.\d+)[eE][-+]?\d+$"),
    list("-+0123456789."),
)


def parse_yaml(text, where):
    """The value of a YAML text; errors name `where` it stood."""
    try:
        return yaml.load(text, _Loader)
    except ConfigError as error:
        raise ConfigError(f"{where}: {error}") from None
    except yaml.YAMLError as error:
        message = " ".join(str(error).split())
        raise ConfigError(f"{where} is not valid YAML: {message}") from None
    except RecursionError:
        raise ConfigError(f"{where} is nested too deeply for a config") from None


def load_config(config_id, overrides=None, smoke=False, run=None):
    """Reads, merges and checks a config.

    Args:
        config_id: `<system>/<data>`, one of `list_configs()`.
        overrides: a dict from dotted keys (`"optimizers.generator.learning_rate"`) to values.
        smoke: lay the config's `smoke` section over it, so that it runs in seconds.
        run: a run folder, whose settings stand in the place of the config's file.

    Returns:
        A `Config`.

    Raises:
        KeyError: no such id.
        ConfigError: a key is unknown, a value has the wrong type, a file cannot be parsed, or the run is of
            another config.
    """
    raw = _read(config_id, seen=()) if run is None else _of_run(Path(run) / RUN_CONFIG, config_id)
    overlay = raw.pop("smoke", {})
    if not isinstance(overlay, dict):
        raise ConfigError(f"Config {config_id}: smoke must be a map of keys; got {overlay!r}.")
    if smoke:
        raw = _merge(raw, overlay)
    raw = _merge(raw, _nest(overrides or {}))
    return resolved({**raw, "id": config_id})


def resolved(raw):
    """The `Config` of a complete dict, as a card keeps it; raises ConfigError as `load_config`."""
    try:
        return Config.model_validate(raw)
    except ValidationError as error:
        lines = [_explain(problem) for problem in error.errors()]
        raise ConfigError(f"Config {raw.get('id')}: " + "; ".join(lines)) from None


def parse_overrides(settings):
    """`["train.steps=100", ...]` as the dict that `load_config` takes.

    A value is the text as it stands where the schema has text, such as the name of a folder, and else YAML. In
    double quotes a text is one of JSON; null takes a key away.
    """
    overrides = {}
    for setting in settings:
        key, equals, value = setting.partition("=")
        if not equals or not re.fullmatch(r"\w+(\.\w+)*", key):
            raise ConfigError(f"--set takes key=value, such as train.steps=100; got {setting!r}.")
        is_text = not _is_json_text(value) and value != "null" and _takes_text(Config, key.split("."))
        overrides[key] = value if is_text else parse_yaml(value, f"--set {key}")
    return overrides


def _is_json_text(value):
    try:
        return value.startswith('"') and isinstance(json.loads(value), str)
    except ValueError:
        return False


def _takes_text(schema, path):
    """Whether the schema has text at a path, a list of keys."""
    kind, inner = get_origin(schema), get_args(schema)
    if kind in (Union, UnionType, Annotated):
        return any(_takes_text(each, path) for each in inner)
    if not path:
        return schema is str or (kind is Literal and all(isinstance(value, str) for value in inner))
    if kind in (dict, list):
        return _takes_text(inner[-1], path[1:])
    if schema is Config and path[0] == "eval":
        # Protocols are not known here.
        return path[-1] in _TEXTS_OF_PROTOCOLS
    if isinstance(schema, type) and issubclass(schema, BaseModel):
        fields = {field.alias or name: field.annotation for name, field in schema.model_fields.items()}
        return path[0] in fields and _takes_text(fields[path[0]], path[1:])
    return False


def run_of(weights):
    """The run folder that weights lie in, be they named by it or by their file; None where it is none."""
    if weights is None or weights == "pretrained":
        return None
    folders = (Path(weights), Path(weights).parent)
    return next((folder for folder in folders if (folder / RUN_CONFIG).is_file()), None)


def _of_run(path, config_id):
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
        found = raw["id"]
    except (ValueError, KeyError, TypeError) as error:
        raise ConfigError(
            f"{path} is damaged ({error!r}); the settings of its run cannot be read."
        ) from error
    if found != config_id:
        raise ConfigError(f"{path.parent} holds a run of {found}, not of {config_id}.")
    return raw


def _read(config_id, seen):
    if config_id in seen:
        raise ConfigError(f"Config {config_id} extends itself: {' -> '.join((*seen, config_id))}.")
    path = config_path(config_id)
    raw = parse_yaml(path.read_text(encoding="utf-8"), path.name)
    if not isinstance(raw, dict):
        raise ConfigError(f"{path} holds no map of keys.")
    base = raw.pop("extends", None)
    return raw if base is None else _merge(_read(base, (*seen, config_id)), raw)


def _merge(base, over):
    """`over` laid on `base`, map by map; null takes a key away.

    A changed builder or class drops the old one's arguments.
    """
    if not (isinstance(base, dict) and isinstance(over, dict)):
        return over
    for name in ("builder", "class"):
        if name in over and over[name] != base.get(name):
            return over
    merged = dict(base)
    for key, value in over.items():
        merged[key] = _merge(base[key], value) if key in base else value
    return {key: value for key, value in merged.items() if value is not None}


def _nest(overrides):
    """Dotted keys as one tree, so that their order does not matter."""
    tree = {}
    for dotted, value in overrides.items():
        *parents, last = dotted.split(".")
        branch = tree
        for parent in parents:
            branch = branch.setdefault(parent, {})
            if not isinstance(branch, dict):
                raise ConfigError(f"The override {dotted} contradicts another one of {parent}.")
        branch[last] = value
    return tree


def _explain(problem):
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
