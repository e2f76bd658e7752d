"""Which systems there are, and what ships of each: its cards and the record of its claim."""

import json

from tfgan_zoo.hub.index import has_weights, list_configs, pretrained_folder


def systems():
    """The ids of all systems that have a config, sorted."""
    return sorted({name.partition("/")[0] for name in list_configs()})


def configs_of(system):
    """The ids of a system's configs, sorted."""
    return [name for name in list_configs() if name.partition("/")[0] == system]


def main_config(system):
    """The config that stands for a system: if it can be with weights, with a claim, and a small one."""

    def rank(name):
        return has_weights(name), claim_of(name) is not None, not name.endswith("_paper")

    return max(configs_of(system), key=rank)


def card_of(config_id):
    """The card of the weights that ship for a config, or None."""
    return _json(pretrained_folder(config_id) / "card.json") if has_weights(config_id) else None


def claim_of(config_id):
    """The record of a config's claim, or None."""
    path = pretrained_folder(config_id) / "claim.json"
    return _json(path) if path.is_file() else None


def record_of(system):
    """The record of a system's claim, or None."""
    return next((record for record in map(claim_of, configs_of(system)) if record), None)


def _json(path):
    return json.loads(path.read_text(encoding="utf-8"))
