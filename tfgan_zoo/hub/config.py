"""How a config is read: `extends`, overrides, the smoke overlay, the settings of a run."""

import json
import re
from pathlib import Path

import yaml
from pydantic import ValidationError

from tfgan_zoo.hub.index import config_path, list_configs
from tfgan_zoo.hub.schema import Config, ConfigError, explain, takes_text

__all__ = ["Config", "ConfigError", "list_configs", "load_config"]


# Where a run folder keeps the settings that it was started with.
RUN_CONFIG = "config.json"


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
        lines = [explain(problem) for problem in error.errors()]
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
        is_text = not _is_json_text(value) and value != "null" and takes_text(key.split("."))
        overrides[key] = value if is_text else parse_yaml(value, f"--set {key}")
    return overrides


def _is_json_text(value):
    try:
        return value.startswith('"') and isinstance(json.loads(value), str)
    except ValueError:
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


def _merge(base, over, keep_null=False):
    """`over` laid on `base`, map by map; null takes a key away.

    A changed builder or class drops the old one's arguments. Within `smoke`, which is laid over the rest later, nulls
    stay.
    """
    if not isinstance(over, dict):
        return over
    is_other = any(name in over and over[name] != base.get(name) for name in ("builder", "class"))
    merged = {} if is_other else dict(base)
    for key, value in over.items():
        below = merged.get(key) if isinstance(merged.get(key), dict) else {}
        merged[key] = _merge(below, value, keep_null or key == "smoke")
    return merged if keep_null else {key: value for key, value in merged.items() if value is not None}


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
