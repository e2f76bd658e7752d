"""Cards: what a program writes about the weights that it trained or scored."""

import importlib.metadata
import os
import platform
import re
import subprocess
from pathlib import Path

from tfgan_zoo.utils.files import sha256
from tfgan_zoo.utils.version import __version__

_PACKAGES = ("tensorflow", "keras", "numpy", "tensorflow-datasets")


def make(model, config, weights, seconds, scores):
    """The card of trained weights, a JSON-ready dict.

    Args:
        model: the trained system.
        config: its `Config`.
        weights: path of the `.weights.h5` file that the card is for.
        seconds: wall time of the training, over all processes of the run.
        scores: list of score dicts, each with its protocol, of the weights in that file.
    """
    return {
        "id": config.id,
        "config": config.as_dict(),
        **provenance(),
        "seed": config.train.seed,
        "steps": int(model.step.numpy()),
        "wall_seconds": round(seconds, 1),
        "parameters": {
            player: sum(int(variable.numpy().size) for variable in model.player_variables(player))
            for player in model.players()
        },
        "weights_sha256": sha256(weights),
        "scores": scores,
    }


def rescored(card, scores):
    """The card with new scores, signed by the code and the machine at work.

    Those that trained the weights stay on it under `trained_by`, with the time that training took.

    Raises:
        ValueError: the code is not that of a commit.
    """
    signature = provenance()
    require_commit(signature["commit"])
    trained_by = card.get("trained_by") or _as_trained({key: card[key] for key in signature})
    kept = {key: value for key, value in card.items() if key not in ("scores", "scored_by", "trained_by")}
    return {**kept, **signature, "trained_by": trained_by, "scores": scores}


def require_commit(commit):
    """Raises ValueError where the code at work is not that of a commit: a card could not name it."""
    if not is_commit(commit):
        raise ValueError(
            f"A card names the commit whose code scored the weights, and this code is of none ({commit}). "
            "Commit what has changed in tfgan_zoo and zoo_configs, and run it from that checkout."
        )


def is_commit(text):
    """Whether this is the full name of a commit, of a checkout without changes."""
    return re.fullmatch("[0-9a-f]{40}", text) is not None


def provenance():
    """What code and machine are at work: commit, package versions and processor, for any card."""
    return {
        "commit": _commit(),
        "versions": {
            "tfgan_zoo": __version__,
            "python": platform.python_version(),
            **{name: importlib.metadata.version(name) for name in _PACKAGES},
        },
        "machine": {"processor": _processor(), "cores": os.cpu_count()},
    }


def _commit():
    """The commit of the checkout that this code runs from, or "unknown" for an installed wheel.

    It ends in "-modified" where code or configs are not those of the commit. Shipped weights do not count, of
    which a card has the hash: cards are scored one after another, and each changes.
    """
    root = Path(__file__).resolve().parents[2]
    try:
        if not (root / ".git").exists():
            return "unknown"
        commit = _git(root, "rev-parse", "HEAD")
        changed = _git(root, "status", "--porcelain", "--", "tfgan_zoo", "zoo_configs/*.yaml")
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return f"{commit}-modified" if changed else commit


def _git(root, *command):
    return subprocess.run(
        ["git", "-C", str(root), *command], check=True, capture_output=True, text=True
    ).stdout.strip()


def _processor():
    """The processor's model name."""
    try:
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()


def _as_trained(signature):
    """Who trained, where a tree with changes says so beside its commit."""
    commit, changed, _ = signature["commit"].partition("-modified")
    return {**signature, "commit": commit, **({"modified": True} if changed else {})}
