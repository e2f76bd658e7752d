"""Cards: what a program writes about the weights that it trained."""

import importlib.metadata
import os
import platform
import subprocess
from pathlib import Path

import tfgan_zoo
from tfgan_zoo.utils.files import sha256

_PACKAGES = ("tensorflow", "keras", "numpy", "tensorflow-datasets")


def make(model, config, weights, seconds, scores):
    """The card of trained weights, a JSON-ready dict.

    Args:
        model: the trained system.
        config: its `Config`.
        weights: path of the `.weights.h5` file that the card is for.
        seconds: wall time of the training, over all processes of the run.
        scores: list of score dicts, each with its protocol.
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


def provenance():
    """What code and machine are at work: commit, package versions and processor, for any card."""
    return {
        "commit": _commit(),
        "versions": {
            "tfgan_zoo": tfgan_zoo.__version__,
            "python": platform.python_version(),
            **{name: importlib.metadata.version(name) for name in _PACKAGES},
        },
        "machine": {"processor": _processor(), "cores": os.cpu_count()},
    }


def _commit():
    """The commit of the checkout that this code runs from, or "unknown" for an installed wheel."""
    root = Path(__file__).resolve().parents[2]
    try:
        if not (root / ".git").exists():
            return "unknown"
        commit = _git(root, "rev-parse", "HEAD")
        changed = _git(root, "status", "--porcelain", "--untracked-files=no")
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
