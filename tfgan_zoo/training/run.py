"""A training run in a folder: from a config to weights, pictures, curve and card; resumable.

The folder holds `config.json`, `checkpoints/`, `losses.csv`, `scores.csv`, `tensorboard/`, and at
the end `model.weights.h5`, `samples.png`, `curve.png` and `card.json`.
"""

import contextlib
import functools
import os
import time
from pathlib import Path

import tensorflow as tf

from tfgan_zoo import data, evaluation
from tfgan_zoo.hub import cards, models
from tfgan_zoo.hub.weights import CARD, WEIGHTS, read_weights, without_optimizers, write_weights
from tfgan_zoo.training import callbacks as run_callbacks
from tfgan_zoo.training import monitors, preflight, run_folder
from tfgan_zoo.training.checkpoints import Checkpoints
from tfgan_zoo.training.run_folder import RunError, computing
from tfgan_zoo.utils import distribution, pictures
from tfgan_zoo.utils.files import write_json

__all__ = ["RunError", "RunStopped", "WorkerLost", "computing", "train"]

# How collective operations fail where a process of the cluster is gone.
_LOST = (
    tf.errors.AbortedError,
    tf.errors.CancelledError,
    tf.errors.DeadlineExceededError,
    tf.errors.InternalError,
    tf.errors.UnavailableError,
)

# How often a run returns to its last checkpoint before it gives up.
_ROLL_BACKS = 3


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

    All that the run will need is looked for before the folder is made. A score that fails later is told of, and
    training goes on.

    Raises:
        RunError: something that the run will need is missing or does not fit, the folder cannot be used, or its
            run is of another config or other data.
        RunStopped: SIGTERM or SIGINT came; the state is saved.
        TrainingDiverged: a loss or weight stopped being finite, or (`Collapsed`) a monitor saw a collapse and
            `train.on_collapse` is not to go on; the last good state is kept.
        WorkerLost: another process of a strategy that spans several is gone.
    """
    preflight.check_settings(config)
    folder, config = Path(folder), models.settled(config)
    if not distribution.spans_workers(strategy):
        # At once, and not after the data were read.
        run_folder.inspect(folder, config, resume)
    with contextlib.ExitStack() as stack:
        stack.enter_context(_noticing_lost_workers(folder, strategy))
        model = built(config, strategy)
        found = preflight.examine(config, model)
        for note in found.notes:
            say(note)
        stack.enter_context(preflight.said_in_notes())
        room = preflight.room(config, model)
        of_data = found.record(config)
        stack.enter_context(run_folder.opened(folder, config, resume, strategy, of_data, room))
        if model.steps_per_execution < config.train.steps_per_execution:
            say(
                "Steps run one by one, which is slower: over several CPU devices TensorFlow cannot "
                f"loop over train.steps_per_execution={config.train.steps_per_execution} of them."
            )
        run = _Run(model, config, folder, strategy, say, of_data)
        run.start(resume)
        run.fit()
        return run.finish()


def built(config, strategy=None):
    """The compiled model that the run of a config trains."""
    if config.train.deterministic:
        tf.config.experimental.enable_op_determinism()
        # Op determinism asks for a global seed, though every draw here has its own.
        tf.random.set_seed(config.train.seed)
    with distribution.scope(strategy):
        return models.build(config)


@contextlib.contextmanager
def _noticing_lost_workers(folder, strategy):
    try:
        yield
    except _LOST as error:
        if not distribution.spans_workers(strategy):
            raise
        raise WorkerLost(
            f"Another worker stopped answering ({type(error).__name__}). See what it said last, then start all "
            f"workers again with --resume: they go on from the last checkpoint in {folder}."
        ) from error


class _Run:
    def __init__(self, model, config, folder, strategy, say, of_data):
        self.model = model
        self.config = config
        self.folder = folder
        self.strategy = strategy
        self.writes = distribution.is_chief(strategy)
        self.say = say
        self.checkpoints = Checkpoints(
            folder / "checkpoints", config.train.keep, not self.writes, {"data": of_data}
        )
        self.rolled_back = 0
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
        newest = distribution.agreed(self.strategy, steps[-1] if steps else -1)
        if newest >= 0:
            self._restore(newest)
        elif resume:
            self.say("There is no checkpoint to resume from yet; starting at step 0.")
        if not self.writes:
            return
        if newest < 0:
            self.checkpoints.save(self.model, 0.0)
        self._open_tables()

    def _open_tables(self):
        """The tables of the run's numbers up to the present step."""
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
        """Trains to the last step; where that goes wrong, as `train.on_collapse` says."""
        while self.step < self.config.train.steps:
            try:
                self._fit()
            except run_callbacks.TrainingDiverged as error:
                if self.config.train.on_collapse != "roll_back" or self.rolled_back == _ROLL_BACKS:
                    raise type(error)(self._diverged(error)) from error
                self._roll_back(error)

    def _fit(self):
        settings = self.config.train
        images = settings.batch_size * self.model.batches_per_step
        progress = run_callbacks.Progress(self.step, settings.steps, images)
        with run_callbacks.StopOnSignal() as stop, self._writing(stop) as writing:
            try:
                self.model.fit(
                    self._batches(),
                    epochs=(settings.steps - self.step) // settings.log_every,
                    steps_per_epoch=settings.log_every,
                    verbose=0,
                    shuffle=False,
                    callbacks=[run_callbacks.StopOnNonFinite(), progress, *self._monitors(), *writing, stop],
                )
            finally:
                progress.close()
        if stop.asked and self.step < settings.steps:
            state = "with the state saved" if self.writes else "on a worker that saves nothing"
            raise RunStopped(f"Stopped at step {self.step} {state}; go on with --resume.", stop.asked)

    def _monitors(self):
        """They look before a checkpoint is saved, so that the last one is from before what they see."""
        settings = self.config.train
        if settings.on_collapse == "ignore":
            return []
        real = monitors.real_examples(self.config)
        return [
            monitors.Saturation(self._alarm),
            monitors.Diversity(self._alarm, real, settings.checkpoint_every),
        ]

    def _alarm(self, finding):
        if self.config.train.on_collapse != "warn":
            raise monitors.Collapsed(finding)
        self.say(f"Warning: {finding}")

    def _roll_back(self, error):
        """Back to the last checkpoint; the noise repeats, the data come in another order."""
        self.rolled_back += 1
        last = self.checkpoints.steps()[-1] if self.writes else 0
        self.checkpoints.restore(self.model, distribution.agreed(self.strategy, last))
        if self.writes:
            self._open_tables()
        self.say(f"{error} Going on from step {self.step} with the data in another order.")

    @contextlib.contextmanager
    def _writing(self, stop):
        """The callbacks of the process that writes the folder; none elsewhere."""
        if not self.writes:
            yield []
            return
        settings = self.config.train
        # As bytes, which a folder's name may be that are no text.
        writer = tf.summary.create_file_writer(os.fsencode(self.folder / "tensorboard"))
        try:
            yield [
                run_callbacks.Log(self.losses, writer),
                run_callbacks.Scores(self.scores, writer, settings.score_every, self._score),
                run_callbacks.SaveCheckpoints(
                    self.checkpoints, settings.checkpoint_every, self.elapsed, stop
                ),
            ]
        finally:
            # What stopped the run, such as a full disk, is told by its own error.
            with contextlib.suppress(tf.errors.OpError):
                writer.close()

    def finish(self):
        """The card, once the chief has left everything in the folder; None on other workers."""
        card = self._leave() if self.writes else None
        # A worker that left now would be missed.
        distribution.agreed(self.strategy, self.step)
        return card

    def _leave(self):
        """Weights, what they make and score, and the card, in that order: a card means all is there."""
        self.checkpoints.save(self.model, self.elapsed())
        weights, samples = self.folder / WEIGHTS, self.folder / "samples.png"
        write_weights(self.model, weights)
        # What is shown and scored are the weights as stored, averaged and rounded, not those of the training.
        read_weights(self.model, weights)
        with without_optimizers(self.model):
            with self._warning("the picture of samples"):
                self.model.picture(samples, self._shown)
                pictures.limit_size(samples)
            scores = evaluation.evaluate(
                self.model, self.config, self.folder / "densities.png", self._unscored
            )
        pictures.save_curve(self.losses.rows, self.scores.rows, self.folder / "curve.png")
        card = cards.make(self.model, self.config, weights, self.elapsed(), scores)
        write_json(self.folder / CARD, card)
        self.say(f"Trained {self.config.id}: {self.step} steps. All is in {self.folder}.")
        return card

    def _batches(self):
        settings = self.config.train
        batches = data.load(
            **self.config.data.model_dump(),
            batch_size=settings.batch_size * self.model.batches_per_step,
            seed=settings.seed + self.rolled_back,
            start_step=self.step,
        )
        return distribution.shared(batches, self.strategy)

    def _score(self, step):
        with self._warning("the picture of samples"):
            self.model.picture(self.folder / "samples.png", self._shown)
        scores = evaluation.evaluate(self.model, self.config, failed=self._unscored)
        return {score["metric"]: score["value"] for score in scores}

    def _unscored(self, protocol, error):
        """Tells of a score that failed."""
        self._tell(f"the score {protocol}", error, f"; --resume --set eval.{protocol}=null does without it")

    @contextlib.contextmanager
    def _warning(self, what):
        """Within it, what fails is told of, and training goes on: it is of no account for the weights."""
        try:
            yield
        except Exception as error:
            self._tell(what, error)

    def _tell(self, what, error, remedy=""):
        first = (str(error).strip() or type(error).__name__).splitlines()[0]
        self.say(f"Warning: {what} failed at step {self.step} ({first}). The run goes on without it{remedy}.")

    @functools.cached_property
    def _shown(self):
        """Read once: every new stream leaves a little behind in TensorFlow."""
        return evaluation.held_out_batch(self.config)

    def _diverged(self, error):
        last = self.checkpoints.steps()[-1]
        return (
            f"{error} Training stopped; the last good state, of step {last}, is "
            f"{self.checkpoints.path(last)}. A lower learning rate or another seed may help: "
            "change it with --set and start a new run."
        )
