"""Each paper's own headline claim as a program that trains, measures and judges.

The module `claim` of a system has `CLAIM`, what the paper claims; `PAPER`, its figure; `CHECKS`, a list of
`Check`s; and `measure(bench, **settings)`, which trains what it needs on a `Bench` and returns a figure for
the key of each check, or a pair of a figure and its standard error over seeds. Its settings, and the targets
that judge the figures, stand in the `claim` section of the config by which the system is judged.
"""

import importlib
import inspect
import json
import time
from pathlib import Path

from tfgan_zoo.hub import cards
from tfgan_zoo.hub.catalogue import claiming_configs
from tfgan_zoo.hub.config import ConfigError, load_config
from tfgan_zoo.hub.index import pretrained_folder
from tfgan_zoo.reproduce import records
from tfgan_zoo.reproduce.bench import Bench, Variant
from tfgan_zoo.reproduce.checks import Check, require_fitting
from tfgan_zoo.reproduce.records import describe, recorded
from tfgan_zoo.utils.spelling import nearest

__all__ = [
    "Bench",
    "Check",
    "Variant",
    "describe",
    "find",
    "judge_again",
    "program_of",
    "recorded",
    "reproduce",
]


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


def program_of(config):
    """The module that measures a config's claim, once its settings and targets fit it.

    Raises:
        ConfigError: they do not.
    """
    program = importlib.import_module(f"tfgan_zoo.systems.{config.system}.claim")
    require_fitting(program.CHECKS, config.claim.get("targets", {}), config.id)
    try:
        inspect.signature(program.measure).bind("bench", **_arguments(config))
    except TypeError as error:
        raise ConfigError(f"Config {config.id}: claim: {error}") from None
    return program


def _arguments(config):
    return {name: value for name, value in config.claim.items() if name != "targets"}


def reproduce(config_id, folder, smoke=False, seed=None, say=print):
    """Measures a config's claim once, and adds that to its record in `folder`/claim.json.

    The record goes on from the one in the folder, else from the one that ships.

    Args:
        config_id: one of `find()`.
        folder: where the runs are kept; an interrupted claim goes on where it stopped.
        smoke: run it at toy size, to see that it runs; its verdict then means nothing.
        seed: measure it from this seed; where the claim takes several, from this one and those that follow.

    Returns:
        The record: `id`, `claim`, `paper`, `ours`, `holds`, the `checks`, every measurement with its seeds,
        machine and figures, every run with its settings, seed and values, and the `history` of verdicts.

    Raises:
        ConfigError: the claim's settings or targets do not fit its program, or it takes no seed.
    """
    config = _from_seed(load_config(config_id, smoke=smoke), seed)
    program = program_of(config)
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    before = None if smoke else _so_far(config_id, folder)
    begun = time.monotonic()
    bench = Bench(folder, smoke, say)
    values = _measured(program, bench, config)
    measurement = {
        "seeds": config.claim.get("seeds", [config.claim.get("seed", 0)]),
        **values,
        "config": {key: value for key, value in config.as_dict().items() if key not in ("claim", "smoke")},
        "measuring_seconds": round(time.monotonic() - begun - bench.seconds_training, 1),
        **cards.provenance(),
    }
    runs = [variant.record() for variant in bench.variants]
    record = records.extended(before, config, program, measurement, runs)
    records.write(record, folder)
    return record


def judge_again(config_id):
    """The record that ships for a config's claim, judged by the targets that the config has now, and written.

    Raises:
        FileNotFoundError: none ships.
    """
    config = load_config(config_id)
    record = records.judged_anew(recorded(config_id), config, program_of(config))
    records.write(record, pretrained_folder(config_id))
    return record


def _from_seed(config, seed):
    if seed is None:
        return config
    claim = dict(config.claim)
    if "seeds" in claim:
        claim["seeds"] = _moved(claim["seeds"], seed)
    else:
        claim["seed"] = seed
    return config.model_copy(update={"claim": claim})


def _moved(seeds, first):
    """As many seeds from `first` on, in a list or in each list of a dict."""
    if isinstance(seeds, dict):
        return {name: _moved(each, first) for name, each in seeds.items()}
    return list(range(first, first + len(seeds)))


def _so_far(config_id, folder):
    if (folder / records.RECORD).is_file():
        return json.loads((folder / records.RECORD).read_text(encoding="utf-8"))
    try:
        return recorded(config_id)
    except FileNotFoundError:
        return None


def _measured(program, bench, config):
    """The figures by key; only in smoke, whose data lack some of the claim's, may some be missing."""
    values = program.measure(bench, **_arguments(config))
    expected = {check.key for check in program.CHECKS}
    if set(values) - expected or (expected - set(values) and not bench.smoke):
        raise ValueError(
            f"The claim of {config.id} measured {sorted(values)}, where its checks are {sorted(expected)}."
        )
    return records.as_numbers(values)
