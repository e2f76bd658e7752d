"""What there is in the zoo, as rows, as text, and as pages.

    python -m tfgan_zoo.hub.catalogue      writes all that is generated from the configs, cards and claims
"""

import json

import yaml

from tfgan_zoo.hub import pages, readme, shipped, sources, wording
from tfgan_zoo.hub.index import config_path, config_root, has_weights, list_configs, pretrained_folder
from tfgan_zoo.utils.files import write_text


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


def written():
    """Every text that is generated, at least in part, by its path: pages, the README, heads of configs."""
    root = config_root()
    texts = {root / "README.md": pages.index()}
    for system in shipped.systems():
        texts[root / system / "README.md"] = pages.system_page(system)
    for name in list_configs():
        card = shipped.card_of(name)
        text = config_path(name).read_text(encoding="utf-8")
        texts[config_path(name)] = sources.expecting(text, wording.expected(card) if card else "")
    path = root.parent / "README.md"
    if path.is_file():
        texts[path] = readme.updated(path.read_text(encoding="utf-8"))
    return texts


def main():
    """Writes what is not as it should be."""
    for path, text in written().items():
        if not path.is_file() or path.read_text(encoding="utf-8") != text:
            write_text(path, text)
            print(f"Wrote {path}.")


if __name__ == "__main__":
    main()
