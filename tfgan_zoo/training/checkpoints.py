"""Checkpoints of a run: whole or absent, verified when read, the last few kept.

A checkpoint is a folder `step_00001000` with `state.weights.h5` (networks, optimisers, counters,
random state) and `manifest.json` (step, SHA-256, elapsed time, data). It is written under a temporary
name, forced to disk, and renamed; a process killed at any moment leaves the older ones untouched.
"""

import json
import os
import re
import shutil
from pathlib import Path

import numpy as np

from tfgan_zoo.hub.weights import loading, save_state
from tfgan_zoo.utils.files import remove_unfinished, sha256, sync

_NAME = re.compile(r"^step_(\d{8,})$")


class Checkpoints:
    """The checkpoints of one run folder.

    Args:
        folder: made if it is not there.
        keep: how many of the newest to keep.
        reads_only: leave the folder to another process, which writes it.
        facts: a JSON-ready dict that stands in every manifest.
    """

    def __init__(self, folder, keep=2, reads_only=False, facts=None):
        self.folder = Path(folder)
        self.keep = keep
        self.facts = facts or {}
        if not reads_only:
            self.folder.mkdir(parents=True, exist_ok=True)
            remove_unfinished(self.folder)

    def steps(self):
        """The steps for which there is a checkpoint, ascending."""
        names = (_NAME.match(path.name) for path in self.folder.iterdir())
        return sorted(int(name[1]) for name in names if name)

    def path(self, step):
        return self.folder / f"step_{step:08d}"

    def save(self, model, elapsed):
        """Writes the whole state of `model` at its present step, then drops the oldest.

        Args:
            model: a compiled system.
            elapsed: seconds of training so far, over all the run's processes.

        Raises:
            FloatingPointError: a weight is not finite; the older checkpoints stay.
            OSError: the disk refused; the older checkpoints stay.
        """
        _require_finite(model)
        step = int(model.step.numpy())
        final = self.path(step)
        if final.exists():
            return final
        temporary = self.folder / f".writing-{os.getpid()}-{final.name}"
        try:
            temporary.mkdir()
            _write(model, temporary, {"step": step, "elapsed_seconds": round(elapsed, 1), **self.facts})
            os.rename(temporary, final)
            sync(self.folder)
        except OSError as error:
            raise OSError(
                error.errno,
                f"Could not write the checkpoint {final}: {error.strerror or error}. The earlier "
                "checkpoints are whole; make room or choose another folder, then use --resume.",
            ) from error
        finally:
            shutil.rmtree(temporary, ignore_errors=True)
        for old in self.steps()[: -self.keep]:
            self._remove(self.path(old))
        return final

    def restore(self, model, step):
        """Reads the checkpoint of `step` into `model`; returns the manifest.

        Raises:
            ValueError: the checkpoint is damaged or belongs to another model; it says which file.
        """
        folder = self.path(step)
        state = folder / "state.weights.h5"
        advice = (
            f"Delete {folder} to go on from the checkpoint before it, if there is one, or choose "
            "another run folder."
        )
        try:
            manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
            expected = manifest["sha256"]
            found = sha256(state)
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise ValueError(f"The checkpoint {folder} is damaged ({error!r}). {advice}") from error
        if found != expected or manifest.get("step") != step:
            raise ValueError(
                f"The checkpoint {state} is damaged: its bytes are not those that were written. "
                f"{advice}"
            )
        with loading(state):
            model.load_weights(state)
        if int(model.step.numpy()) != step:
            raise ValueError(f"The checkpoint {folder} holds another step than it says. {advice}")
        return manifest

    def _remove(self, folder):
        """Renames first, so that a half-deleted checkpoint is never taken for a whole one."""
        doomed = folder.with_name(f".writing-{folder.name}-old")
        os.rename(folder, doomed)
        shutil.rmtree(doomed)


def _write(model, folder, manifest):
    state = folder / "state.weights.h5"
    save_state(model, state)
    sync(state)
    record = folder / "manifest.json"
    record.write_text(json.dumps({**manifest, "sha256": sha256(state)}), encoding="utf-8")
    sync(record)
    sync(folder)


def _require_finite(model):
    for variable in model.variables:
        if not np.all(np.isfinite(variable.numpy())):
            raise FloatingPointError(
                f"The weight {variable.path} is not finite at step {int(model.step.numpy())}."
            )
