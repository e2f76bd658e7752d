"""The run folder: prepared, checked for a run to resume, locked, and the same for all workers of a run."""

import contextlib
import fcntl
import hashlib
import json
import os
import shutil
import tempfile

from tfgan_zoo.hub import models
from tfgan_zoo.hub.config import RUN_CONFIG, resolved
from tfgan_zoo.hub.weights import CARD, WEIGHTS
from tfgan_zoo.utils import distribution
from tfgan_zoo.utils.files import remove, remove_unfinished, write_json

# What a resumed run may change: how long it goes on, what it writes down and how it is scored, not what it
# computes. Data may lie elsewhere, as long as they are the same.
_FREE_ON_RESUME = ("steps", "log_every", "checkpoint_every", "score_every", "keep", "on_collapse")
_FREE = (*(f"train.{name}" for name in _FREE_ON_RESUME), "eval", "held_out")
_PLACE_OF_DATA = ("data.name", "data.data_dir")
_TEXT = ("paper", "note", "claim")

# What a run has written before its first step was saved.
_OF_A_START = ("checkpoints", "tensorboard", "losses.csv", "scores.csv", "samples.png", RUN_CONFIG)


class RunError(RuntimeError):
    """A run that cannot start; the message says what to do."""


def inspect(folder, config, resume, room=0):
    """Raises RunError where a run of a config cannot begin, or be resumed, in a folder; nothing is written.

    Args:
        room: how many bytes the run will write.
    """
    record = folder / RUN_CONFIG
    if _has_begun(folder):
        _check_resumable(record, config, resume)
    elif (
        folder.is_dir() and not record.exists() and any(path.name != "run.lock" for path in folder.iterdir())
    ):
        raise RunError(f"{folder} holds other files and no run; choose a folder of its own.")
    place = _place(folder)
    if not place.is_dir() or not os.access(place, os.W_OK | os.X_OK):
        why = "is read-only, or another user's" if place.is_dir() else "is a file"
        raise RunError(f"The run folder {folder} cannot be written: {place} {why}.")
    if free(folder) < room:
        raise RunError(
            f"The run folder {folder} cannot be written: only {free(folder) >> 20} MiB are free there and a "
            f"run needs {room >> 20}."
        )


def free(folder):
    """The bytes that are free where a run folder is, or will be."""
    return shutil.disk_usage(_place(folder)).free


def _place(folder):
    """What there is of the path of a run folder."""
    return next(path for path in (folder, *folder.absolute().parents) if path.exists())


@contextlib.contextmanager
def opened(folder, config, resume, strategy, data, room):
    """Prepares and locks the run folder on the chief; where that fails, every worker stops.

    Args:
        data: what the manifests of the run's checkpoints say of its data; `contents` must be that of a run
            that is resumed.
        room: as `inspect` takes it.

    Raises:
        RunError: the folder cannot be used, or this worker's settings are not the chief's.
    """
    mine = _fingerprint(config)
    if distribution.agreed(strategy, mine) != mine:
        raise RunError("This worker was started with other settings than the chief; start all of them alike.")
    with contextlib.ExitStack() as stack:
        problem = None
        if distribution.is_chief(strategy):
            try:
                inspect(folder, config, resume, room)
                stack.enter_context(_locked(folder))
                _prepare(folder, config, resume, data)
            except RunError as error:
                problem = error
        if distribution.agreed(strategy, int(problem is not None)):
            raise problem or RunError("The chief cannot use the run folder; its own message says why.")
        yield


def _fingerprint(config):
    """An int that differs where settings do."""
    text = json.dumps(config.as_dict(), sort_keys=True)
    return int(hashlib.sha256(text.encode()).hexdigest()[:15], 16)


def _prepare(folder, config, resume, data):
    """Makes the run folder ready, for a resumed run as it is, or for a new one in place of a start that failed."""
    try:
        with tempfile.TemporaryFile(dir=folder):
            pass
        if _has_begun(folder):
            _check_resumable(folder / RUN_CONFIG, config, resume)
            _check_data(folder, data)
        elif (folder / RUN_CONFIG).exists():
            for name in _OF_A_START:
                remove(folder / name)
        remove_unfinished(folder)
        write_json(folder / RUN_CONFIG, config.as_dict())
    except OSError as error:
        raise RunError(f"The run folder {folder} cannot be written: {error.strerror or error}.") from error


def _has_begun(folder):
    """Whether there is more in a run folder than what a run writes before its first step is saved."""
    saved = [path.name for path in folder.glob("checkpoints/step_*")]
    left = any((folder / name).exists() for name in (CARD, WEIGHTS))
    return left or any(int(name.removeprefix("step_")) > 0 for name in saved)


def _check_resumable(record, config, resume):
    if not resume:
        raise RunError(
            f"{record.parent} already holds a run; use --resume to go on with it, or choose another folder."
        )
    try:
        before = models.settled(resolved(json.loads(record.read_text(encoding="utf-8")))).as_dict()
    except (OSError, ValueError) as error:
        raise RunError(f"{record} is damaged ({error}); choose another folder.") from error
    open_to_change = _FREE + (_PLACE_OF_DATA if _data_of(record.parent) else ())
    changed = set(_flatten(computing(before))) ^ set(_flatten(computing(config.as_dict())))
    keys = sorted({key for key, _ in changed if not any(_is_in(key, each) for each in open_to_change)})
    if keys:
        raise RunError(
            f"The run in {record.parent} was started with another value of {', '.join(keys)}; "
            "resume it with the same settings, or start a new run elsewhere."
        )


def _is_in(key, section):
    return key == section or key.startswith(f"{section}.")


def _check_data(folder, data):
    """Raises RunError where the data are not those that a run began with, as far as it says."""
    before = _data_of(folder)
    if before and before["contents"] != data["contents"]:
        raise RunError(
            f"The run in {folder} began with other data: {_counted(before)} then, {_counted(data)} now, and not the "
            "same ones. Resume it with the data as they were, or start a new run elsewhere."
        )


def _data_of(folder):
    """What the newest checkpoint's manifest says of the run's data; None where it says nothing or is damaged."""
    manifest = max(folder.glob("checkpoints/step_*/manifest.json"), default=None)
    try:
        found = json.loads(manifest.read_text(encoding="utf-8"))["data"]
        return found if found["contents"] else None
    except (AttributeError, OSError, ValueError, KeyError, TypeError):
        return None


def _counted(data):
    return f"{data.get('examples')} examples of {data.get('name')}:{data.get('split')}"


def computing(settings):
    """The sections of a resolved config, as a dict, on which a run depends."""
    return {key: value for key, value in settings.items() if key not in _TEXT}


def computed_by(raw):
    """`computing` of a dict that was written before now, with the defaults and names of now."""
    return computing(models.settled(resolved(raw)).as_dict())


def _flatten(value, path=""):
    if isinstance(value, dict):
        for key, child in value.items():
            yield from _flatten(child, f"{path}.{key}" if path else str(key))
    else:
        yield path, json.dumps(value)


@contextlib.contextmanager
def _locked(folder):
    """Keeps a second process out of the folder; the system lets go when this one ends or dies."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = open(folder / "run.lock", "w")
    except OSError as error:
        raise RunError(f"The run folder {folder} cannot be written: {error.strerror or error}.") from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise RunError(f"Another process is training in {folder}.") from error
        yield
