"""A training run in a folder: from a config to weights, pictures, curve and card; resumable.

The folder holds `config.json`, `checkpoints/`, `losses.csv`, `scores.csv`, `tensorboard/`, and at
the end `model.weights.h5`, `samples.png`, `curve.png` and `card.json`.
"""

import contextlib
import errno
import fcntl
import hashlib
import json
import shutil
import tempfile
import time
from pathlib import Path

import tensorflow as tf

from tfgan_zoo import cards, data, evaluation, pictures, zoo
from tfgan_zoo.training import callbacks as run_callbacks
from tfgan_zoo.training import strategies
from tfgan_zoo.training.checkpoints import Checkpoints
from tfgan_zoo.files import remove_unfinished, write_text
from tfgan_zoo.training.weights import write_weights

# What a resumed run may change: how long it goes on and what it writes down, not what it computes.
_FREE_ON_RESUME = {"steps", "log_every", "checkpoint_every", "score_every", "keep"}
_TEXT = ("paper", "note", "claim")

# How collective operations fail where a process of the cluster is gone.
_LOST = (
    tf.errors.AbortedError,
    tf.errors.CancelledError,
    tf.errors.DeadlineExceededError,
    tf.errors.InternalError,
    tf.errors.UnavailableError,
)

# How many held-out examples a run's pictures show the translations of.
_SHOWN = 10


class RunError(RuntimeError):
    """A run that cannot start; the message says what to do."""


class WorkerLost(RuntimeError):
    """Another worker of the run stopped answering; the message says how to go on."""


class RunStopped(Exception):
    """A signal ended the run after its state was saved; `signal` is the signal's number."""

    def __init__(self, message, signal):
        super().__init__(message)
        self.signal = signal


def train(config, folder, resume=False, strategy=None, say=print):
    """Trains a config in a run folder and leaves weights, samples, curve and card there.

    Args:
        config: a `Config`.
        folder: the run folder; made if it is not there.
        resume: go on from the newest checkpoint in it. The run then ends with the weights that it
            would have had undisturbed (same machine, same number of threads).
        strategy: a `tf.distribute.Strategy`, or None.
        say: takes lines that tell the user what happens.

    Returns:
        The card, a dict; None on workers other than the chief, which leave all writing to it.

    Raises:
        RunError: the folder cannot be used, or its run is of another config.
        RunStopped: SIGTERM or SIGINT came; the state is saved.
        TrainingDiverged: a loss or weight stopped being finite; the last good state is kept.
        WorkerLost: another process of a strategy that spans several is gone.
    """
    if config.train.jit_compile and config.train.deterministic:
        raise RunError(
            "Keras does not compile with XLA while operations are deterministic; set "
            "train.deterministic=false beside train.jit_compile=true."
        )
    folder = Path(folder)
    _require_same_settings(config, strategy)
    with _opened(folder, config, resume, strategy):
        if config.train.deterministic:
            tf.config.experimental.enable_op_determinism()
            # Op determinism asks for a global seed, though every draw here has its own.
            tf.random.set_seed(config.train.seed)
        with strategies.scope(strategy):
            model = zoo.build(config)
        if model.steps_per_execution < config.train.steps_per_execution:
            say(
                "Steps run one by one, which is slower: over several CPU devices TensorFlow cannot "
                f"loop over train.steps_per_execution={config.train.steps_per_execution} of them."
            )
        run = _Run(model, config, folder, strategy, say)
        try:
            run.start(resume)
            run.fit()
            return run.finish()
        except _LOST as error:
            if not strategies.spans_workers(strategy):
                raise
            raise WorkerLost(
                f"Another worker stopped answering after step {run.step} ({type(error).__name__}). Start all "
                f"workers again with --resume: they go on from the last checkpoint in {folder}."
            ) from error


class _Run:
    def __init__(self, model, config, folder, strategy, say):
        self.model = model
        self.config = config
        self.folder = folder
        self.strategy = strategy
        self.writes = strategies.is_chief(strategy)
        self.say = say
        self.checkpoints = Checkpoints(
            folder / "checkpoints", config.train.keep, reads_only=not self.writes
        )
        self.elapsed_before = 0.0
        self.begun = time.monotonic()

    def elapsed(self):
        return self.elapsed_before + time.monotonic() - self.begun

    @property
    def step(self):
        return int(self.model.step.numpy())

    def start(self, resume):
        """Restores the newest checkpoint, or saves the first: a disk that refuses, refuses now."""
        steps = self.checkpoints.steps() if resume and self.writes else []
        newest = strategies.agreed(self.strategy, steps[-1] if steps else -1)
        if newest >= 0:
            self._restore(newest)
        elif resume:
            self.say("There is no checkpoint to resume from yet; starting at step 0.")
        if not self.writes:
            return
        if newest < 0:
            self.checkpoints.save(self.model, 0.0)
        self.losses = run_callbacks.Table(self.folder / "losses.csv", upto=self.step)
        self.scores = run_callbacks.Table(self.folder / "scores.csv", upto=self.step)

    def _restore(self, step):
        if not self.checkpoints.path(step).exists():
            raise RunError(
                f"This worker does not see the chief's checkpoint {self.checkpoints.path(step)}; all workers "
                "of a run need one folder that all of them see."
            )
        manifest = self.checkpoints.restore(self.model, step)
        self.elapsed_before = manifest["elapsed_seconds"]
        self.say(f"Resuming {self.config.id} at step {self.step}.")

    def fit(self):
        settings = self.config.train
        if self.step >= settings.steps:
            return
        images = settings.batch_size * self.model.batches_per_step
        progress = run_callbacks.Progress(self.step, settings.steps, images)
        with run_callbacks.StopOnSignal() as stop, self._writing(stop) as writing:
            try:
                self.model.fit(
                    self._batches(),
                    steps_per_epoch=settings.steps - self.step,
                    verbose=0,
                    shuffle=False,
                    callbacks=[run_callbacks.StopOnFault(), progress, *writing, stop],
                )
            except run_callbacks.TrainingDiverged as error:
                raise run_callbacks.TrainingDiverged(self._diverged(error)) from error
            finally:
                progress.close()
        if stop.asked and self.step < settings.steps:
            raise RunStopped(
                f"Stopped at step {self.step} with the state saved; go on with --resume.",
                stop.asked,
            )

    @contextlib.contextmanager
    def _writing(self, stop):
        """The callbacks of the process that writes the folder; none elsewhere."""
        if not self.writes:
            yield []
            return
        settings = self.config.train
        writer = tf.summary.create_file_writer(str(self.folder / "tensorboard"))
        try:
            yield [
                run_callbacks.Log(self.losses, writer, settings.log_every),
                run_callbacks.Scores(self.scores, writer, settings.score_every, self._score),
                run_callbacks.SaveCheckpoints(
                    self.checkpoints, settings.checkpoint_every, self.elapsed, stop
                ),
            ]
        finally:
            writer.close()

    def finish(self):
        """The card, once the chief has left everything in the folder; None on other workers."""
        card = self._leave() if self.writes else None
        # A worker that left now would be missed.
        strategies.agreed(self.strategy, self.step)
        return card

    def _leave(self):
        """Weights, last scores, pictures and the card, in that order: a card means all is there."""
        self.checkpoints.save(self.model, self.elapsed())
        weights = self.folder / "model.weights.h5"
        write_weights(self.model, weights)
        self.model.picture(self.folder / "samples.png", self._shown())
        scores = evaluation.evaluate(self.model, self.config, self.folder / "densities.png")
        pictures.save_curve(self.losses.rows, self.scores.rows, self.folder / "curve.png")
        card = cards.make(self.model, self.config, weights, self.elapsed(), scores)
        write_text(self.folder / "card.json", json.dumps(card, indent=1) + "\n")
        self.say(f"Trained {self.config.id}: {self.step} steps. All is in {self.folder}.")
        return card

    def _batches(self):
        settings = self.config.train
        batches = data.load(
            **self.config.data.model_dump(),
            batch_size=settings.batch_size * self.model.batches_per_step,
            seed=settings.seed,
            start_step=self.step,
        )
        return strategies.shared(batches, self.strategy)

    def _score(self, step):
        self.model.picture(self.folder / "samples.png", self._shown())
        scores = evaluation.evaluate(self.model, self.config)
        return {score["metric"]: score["value"] for score in scores}

    def _shown(self):
        return evaluation.held_out_batch(self.config, _SHOWN)

    def _diverged(self, error):
        last = self.checkpoints.steps()[-1]
        return (
            f"{error} Training stopped; the last good state, of step {last}, is "
            f"{self.checkpoints.path(last)}. A lower learning rate or another seed may help: "
            "change it with --set and start a new run."
        )


def _require_same_settings(config, strategy):
    text = json.dumps(config.as_dict(), sort_keys=True)
    mine = int(hashlib.sha256(text.encode()).hexdigest()[:15], 16)
    if strategies.agreed(strategy, mine) != mine:
        raise RunError("This worker was started with other settings than the chief; start all of them alike.")


@contextlib.contextmanager
def _opened(folder, config, resume, strategy):
    """Prepares and locks the run folder on the chief; where that fails, every worker stops."""
    with contextlib.ExitStack() as stack:
        problem = None
        if strategies.is_chief(strategy):
            try:
                _prepare(folder, config, resume)
                stack.enter_context(_locked(folder))
            except RunError as error:
                problem = error
        if strategies.agreed(strategy, int(problem is not None)):
            raise problem or RunError("The chief cannot use the run folder; its own message says why.")
        yield


def _prepare(folder, config, resume):
    """Makes the run folder or checks that it can be resumed."""
    record = folder / "config.json"
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
        before = json.loads(record.read_text(encoding="utf-8"))
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
