"""The record of a claim: every measurement of it, what they say together, and how it was judged before."""

import json
import math

from tfgan_zoo.hub.index import pretrained_folder
from tfgan_zoo.hub.wording import within_noise
from tfgan_zoo.reproduce.checks import as_text, judged
from tfgan_zoo.training.run_folder import computed_by
from tfgan_zoo.utils.files import write_json

RECORD = "claim.json"

# Stands in every record.
RULE = (
    "The value of a check is the median of what the measurements found; a spread is the standard deviation "
    "between them, or of a single one its standard error over seeds."
)

# Settings in which measurements of one claim may differ, and what only judges them.
_APART = ("targets", "seed", "seeds")


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


def write(record, folder):
    """Writes a record to `folder`/claim.json."""
    write_json(folder / RECORD, record)


def as_numbers(values):
    """Measured figures as JSON has them.

    Args:
        values: {key: figure, or a pair of a figure and its standard error}.

    Returns:
        {"values": {key: float, or None for what is no finite number}, "errors": {key: float}}.
    """
    pairs = {key: value if isinstance(value, tuple) else (value, None) for key, value in values.items()}
    return {
        "values": {key: float(value) if math.isfinite(value) else None for key, (value, _) in pairs.items()},
        "errors": {key: float(error) for key, (_, error) in pairs.items() if error is not None},
    }


def extended(before, config, program, measurement, runs):
    """A record with one more measurement.

    A measurement of the same trained weights from the same seeds is replaced. Verdicts against other targets,
    and measurements with other settings of the claim or of what is trained, become lines of the history.

    Args:
        before: the record so far, or None.
        config: the `Config` with the claim.
        program: the module of the claim.
        measurement: a dict with `seeds`, `values`, `errors`, the `config` that was trained, and by what code and
            machine they were measured.
        runs: the records of the trained models that were measured.
    """
    pairs, history = [], []
    if before and before["settings"] == _settings(config) and _trained_alike(before, measurement):
        history = [*before["history"], *_lines(before, _with_another_target(before, config))]
        pairs = [pair for pair in _pairs(before) if _identity(*pair) != _identity(measurement, runs)]
    elif before:
        history = [*before["history"], *_lines(before, before["checks"], ", with other settings,")]
    return complete(config, program, [*pairs, (measurement, runs)], history)


def judged_anew(record, config, program):
    """A record with the labels and targets of now, as far as it was measured."""
    history = [*record["history"], *_lines(record, _with_another_target(record, config))]
    return {**complete(config, program, _pairs(record), history), "settings": record["settings"]}


def complete(config, program, pairs, history):
    """The record of pairs (measurement, its runs), oldest first."""
    measurements = [measurement for measurement, _ in pairs]
    targets = config.claim["targets"]
    checks = [
        judged(
            check,
            targets.get(check.key),
            [each["values"][check.key] for each in measurements if check.key in each["values"]],
            next((each["errors"][check.key] for each in measurements if check.key in each["errors"]), None),
        )
        for check in program.CHECKS
    ]
    seconds = {run["weights_sha256"]: run["wall_seconds"] for _, runs in pairs for run in runs}
    # A measurement that is only quoted has no runs.
    last = next((measurement for measurement, runs in reversed(pairs) if runs), measurements[-1])
    return {
        "id": config.id,
        "claim": program.CLAIM,
        "paper": program.PAPER,
        "ours": "; ".join(f"{check['label']}: {_number(check)}" for check in checks if check["target"]),
        "holds": _verdict(checks),
        "rule": RULE,
        "checks": checks,
        "settings": _settings(config),
        "measurements": measurements,
        "runs": [{**run, "measurement": n} for n, (_, runs) in enumerate(pairs) for run in runs],
        "history": history,
        "training_seconds": round(sum(seconds.values()), 1),
        "measuring_seconds": round(sum(each["measuring_seconds"] for each in measurements), 1),
        **{name: last[name] for name in ("commit", "versions", "machine")},
    }


def _settings(config):
    return {name: value for name, value in config.claim.items() if name not in _APART}


def _pairs(record):
    """Each measurement of a record with its runs."""
    return [
        (
            measurement,
            [
                {name: value for name, value in run.items() if name != "measurement"}
                for run in record["runs"]
                if run["measurement"] == n
            ],
        )
        for n, measurement in enumerate(record["measurements"])
    ]


def _trained_alike(record, measurement):
    """Whether the measurements of a record were of models of the same config; older ones do not say."""
    last = record["measurements"][-1].get("config")
    return last is None or _trained_by(last) == _trained_by(measurement["config"])


def _trained_by(config):
    return {key: value for key, value in computed_by(config).items() if key != "eval"}


def _identity(measurement, runs):
    """What two measurements of the same weights share, by which the later one replaces the earlier."""
    return json.dumps(measurement["seeds"]), sorted(run["weights_sha256"] for run in runs)


def _with_another_target(record, config):
    """The checks of a record that the config has another target for now, or none."""
    targets = config.claim["targets"]
    return [check for check in record["checks"] if check["target"] != targets.get(check["key"])]


def _lines(record, checks, how=""):
    """A line of history for each verdict among some checks of a record."""
    return [
        f"Judged at commit {record['commit'][:9]}{how} against {as_text(check['target'])}: "
        f"{check['label']}: {_number(check)}, which {'held' if check['holds'] else 'did not hold'}."
        for check in checks
        if check["holds"] is not None
    ]


def _verdict(checks):
    """Whether all checks with a target hold; None where one of them was not measured."""
    verdicts = [check["holds"] for check in checks if check["target"]]
    if False in verdicts:
        return False
    return None if None in verdicts else True


def _number(check):
    return "not a number" if check["value"] is None else f"{check['value']:.4g}"


def describe(record):
    """Lines of text about a record: the claim, the paper's figure, each check and the verdict."""
    lines = [f"{record['id']}: {record['claim']}", f"  paper: {record['paper']}"]
    for check in record["checks"]:
        verdict = {True: "holds", False: "FAILS", None: "reported"}[check["holds"]]
        target = f" (target {as_text(check['target'])})" if check["target"] else ""
        lines.append(f"  {verdict:8}  {check['label']}: {_number(check)}{target}{_decided_by(check)}")
    count = len(record["measurements"])
    lines.append(f"  {count} measurement{'s' if count > 1 else ''}. {record['rule']}")
    lines += [f"  {line}" for line in record["history"]]
    found = {True: "The claim holds.", False: "The claim does NOT hold here.", None: "Not all is measured."}
    return "\n".join([*lines, f"  {found[record['holds']]}"])


def _decided_by(check):
    if check["spreads"] is None:
        return ""
    noise = ", within the noise" if within_noise(check) else ""
    return f"; decided by {check['spreads']:.1f} spreads{noise}"
