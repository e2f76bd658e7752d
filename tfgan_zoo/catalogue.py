"""What there is in the zoo, as rows and as text."""

import json

import yaml

from tfgan_zoo.index import config_path, has_weights, list_configs, pretrained_folder


def rows():
    """One dict a config: `id`, `paper`, `arxiv`, `system`, `data`, `steps`, `weights`.

    Reads the files as they are, without the schema, so that a listing is instant.
    """
    raw = {name: _raw(name) for name in list_configs()}
    return [_row(name, raw) for name in raw]


def claiming_configs():
    """The ids of the configs whose own file has a `claim` section; children do not inherit it here."""
    return [name for name in list_configs() if _raw(name).get("claim")]


def _raw(name):
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return yaml.load(config_path(name).read_text(encoding="utf-8"), loader)


def _row(name, raw):
    def find(*keys):
        at = name
        while at:
            value = raw[at]
            for key in keys:
                value = value.get(key) if isinstance(value, dict) else None
            if value is not None:
                return value
            at = raw[at].get("extends")
        return None

    return {
        "id": name,
        "paper": find("paper", "title"),
        "arxiv": find("paper", "arxiv"),
        "system": find("system"),
        "data": find("data", "name"),
        "steps": find("train", "steps"),
        "weights": has_weights(name),
    }


def describe(config, model):
    """A text about a config: paper, settings, each network's size, and the card's scores."""
    paper = config.paper
    lines = [
        f"{config.id}: {paper.title}",
        f"{paper.authors}, {paper.venue}, arXiv:{paper.arxiv}",
        *([config.note.strip()] if config.note else []),
        "",
        "parameters",
    ]
    for player, networks in model.players().items():
        for network in networks:
            lines.append(f"  {player}: {network.name}, {network.count_params():,}")
    lines += ["", "config", yaml.safe_dump(config.as_dict(), sort_keys=False).rstrip()]
    card = pretrained_folder(config.id) / "card.json"
    if has_weights(config.id):
        card = json.loads(card.read_text(encoding="utf-8"))
        lines += ["", f"weights ship: {card['steps']} steps, {card['wall_seconds']:.0f} s"]
        lines += [f"  {score['metric']}: {score['value']:.6g}" for score in card["scores"]]
    else:
        lines += ["", "no weights ship"]
    return "\n".join(lines)
