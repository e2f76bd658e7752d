"""Each paper's own headline claim as a program that trains, measures and judges.

One file a system: `CLAIM` says what the paper claims, `PAPER` gives its figure, and `check(bench,
**settings)` trains what it needs on a `Bench` and returns a list of `Check`s. Its settings stand in
the `claim` section of the config by which the system is judged.
"""

import importlib
import json
import time
from pathlib import Path

from tfgan_zoo.hub import cards
from tfgan_zoo.hub.catalogue import claiming_configs
from tfgan_zoo.hub.config import load_config
from tfgan_zoo.hub.index import pretrained_folder
from tfgan_zoo.reproduce.bench import Bench, Check, Variant, at_least, at_most, reported
from tfgan_zoo.utils.files import write_text
from tfgan_zoo.utils.spelling import nearest

__all__ = [
    "Bench",
    "Check",
    "Variant",
    "at_least",
    "at_most",
    "describe",
    "find",
    "recorded",
    "reported",
    "reproduce",
]

RECORD = "claim.json"


def find(name=None):
    """The ids of the configs with a claim: all, those of a system, or the one of that id.

    Raises:
        KeyError: there is none of that name.
    """
    ids = claiming_configs()
    if name is None:
        return ids
    found = [each for each in ids if name in (each, each.partition("/")[0])]
    if not found:
        systems = [each.partition("/")[0] for each in ids]
        raise KeyError(f"There is no claim of {name!r}.{nearest(name, [*ids, *systems])}")
    return found


def reproduce(config_id, folder, smoke=False, say=print):
    """Runs a config's claim and writes its record to `folder`/claim.json.

    Args:
        config_id: one of `find()`.
        folder: where the runs are kept; an interrupted claim goes on where it stopped.
        smoke: run it at toy size, to see that it runs; its verdict then means nothing.

    Returns:
        The record: `id`, `claim`, `paper`, `ours`, `holds`, the `checks`, and every run with its
        settings, seed and values.
    """
    config = load_config(config_id, smoke=smoke)
    program = importlib.import_module(f"tfgan_zoo.systems.{config.system}.claim")
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    begun = time.monotonic()
    bench = Bench(folder, smoke, say)
    checks = program.check(bench, **config.claim)
    record = {
        "id": config_id,
        "claim": program.CLAIM,
        "paper": program.PAPER,
        "ours": "; ".join(f"{check.what} {check.value:.4g}" for check in checks),
        "holds": all(check.holds for check in checks if check.holds is not None),
        "checks": [check.as_dict() for check in checks],
        "settings": config.claim,
        "runs": [variant.record() for variant in bench.variants],
        # Training time of all runs, even those of an earlier, interrupted call.
        "training_seconds": round(sum(v.card["wall_seconds"] for v in bench.variants), 1),
        "measuring_seconds": round(time.monotonic() - begun - bench.seconds_training, 1),
        **cards.provenance(),
    }
    write_text(folder / RECORD, json.dumps(record, indent=1) + "\n")
    return record


def recorded(config_id):
    """The record that ships for a config's claim.

    Raises:
        FileNotFoundError: none ships.
    """
    path = pretrained_folder(config_id) / RECORD
    if not path.is_file():
        raise FileNotFoundError(
            f"No record of the claim of {config_id} ships; run `tfgan-zoo reproduce {config_id}`."
        )
    return json.loads(path.read_text(encoding="utf-8"))


def describe(record):
    """Lines of text about a record: the claim, the paper's figure, each check and the verdict."""
    lines = [
        f"{record['id']}: {record['claim']}",
        f"  paper: {record['paper']}",
    ]
    for check in record["checks"]:
        verdict = {True: "holds", False: "FAILS", None: "reported"}[check["holds"]]
        target = f" (target {check['target']})" if check["target"] else ""
        lines.append(f"  {verdict:8}  {check['what']}: {check['value']:.4g}{target}")
    lines.append("  The claim holds." if record["holds"] else "  The claim does NOT hold here.")
    return "\n".join(lines)
