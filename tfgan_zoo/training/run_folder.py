"""The run folder: prepared, checked for a run to resume, locked, and the same for all workers of a run."""

import contextlib
import errno
import fcntl
import hashlib
import json
import shutil
import tempfile

from tfgan_zoo.hub import models
from tfgan_zoo.hub.config import RUN_CONFIG, resolved
from tfgan_zoo.utils import distribution
from tfgan_zoo.utils.files import remove_unfinished, write_text

# What a resumed run may change: how long it goes on and what it writes down, not what it computes.
_FREE_ON_RESUME = {"steps", "log_every", "checkpoint_every", "score_every", "keep", "on_collapse"}
_TEXT = ("paper", "note", "claim")


class RunError(RuntimeError):
    """A run that cannot start; the message says what to do."""


@contextlib.contextmanager
def opened(folder, config, resume, strategy):
    """Prepares and locks the run folder on the chief; where that fails, every worker stops.

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
                _prepare(folder, config, resume)
                stack.enter_context(_locked(folder))
            except RunError as error:
                problem = error
        if distribution.agreed(strategy, int(problem is not None)):
            raise problem or RunError("The chief cannot use the run folder; its own message says why.")
        yield


def _fingerprint(config):
    """An int that differs where settings do."""
    text = json.dumps(config.as_dict(), sort_keys=True)
    return int(hashlib.sha256(text.encode()).hexdigest()[:15], 16)


def _prepare(folder, config, resume):
    """Makes the run folder or checks that it can be resumed."""
    record = folder / RUN_CONFIG
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
        _require_space(folder)
        if record.exists():
            _check_resumable(record, config, resume)
        elif any(path.name != "run.lock" for path in folder.iterdir()):
            raise RunError(f"{folder} holds other files and no run; choose a folder of its own.")
        remove_unfinished(folder)
        write_text(record, json.dumps(config.as_dict(), indent=1) + "\n")
    except OSError as error:
        raise RunError(
            f"The run folder {folder} cannot be written: {error.strerror or error}."
        ) from error


def _require_space(folder, needed=200 << 20):
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise OSError(
            errno.ENOSPC, f"only {free >> 20} MiB are free there and a run needs {needed >> 20}"
        )


def _check_resumable(record, config, resume):
    if not resume:
        raise RunError(
            f"{record.parent} already holds a run; use --resume to go on with it, or choose "
            "another folder."
        )
    try:
        before = models.settled(resolved(json.loads(record.read_text(encoding="utf-8")))).as_dict()
    except ValueError as error:
        raise RunError(f"{record} is damaged ({error}); choose another folder.") from error
    changed = set(_flatten(computing(before))) ^ set(_flatten(computing(config.as_dict())))
    keys = sorted({key for key, _ in changed if key.removeprefix("train.") not in _FREE_ON_RESUME})
    if keys:
        raise RunError(
            f"The run in {record.parent} was started with another value of {', '.join(keys)}; "
            "resume it with the same settings, or start a new run elsewhere."
        )


def computing(settings):
    """The sections of a resolved config, as a dict, on which a run depends."""
    return {key: value for key, value in settings.items() if key not in _TEXT}


def _flatten(value, path=""):
    if isinstance(value, dict):
        for key, child in value.items():
            yield from _flatten(child, f"{path}.{key}" if path else str(key))
    else:
        yield path, json.dumps(value)


@contextlib.contextmanager
def _locked(folder):
    """Keeps a second process out of the folder; the system lets go when this one ends or dies."""
    with open(folder / "run.lock", "w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise RunError(f"Another process is training in {folder}.") from error
        yield
