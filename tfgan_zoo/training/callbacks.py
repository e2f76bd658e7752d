"""Keras callbacks of a training run: losses that are not finite, checkpoints, signals, logs, scores, progress.

An epoch of a run is `train.log_every` steps long.
"""

import csv
import signal
import sys
import threading
import time

import keras
import tensorflow as tf

from tfgan_zoo.core.callbacks import not_finite
from tfgan_zoo.utils.files import replacing


class TrainingDiverged(ArithmeticError):
    """A loss or a weight stopped being finite."""


class StepCallback(keras.callbacks.Callback):
    """Calls `on_step(step, logs)` after each epoch, with the model's own count of steps and mean losses."""

    def on_epoch_end(self, epoch, logs=None):
        self.on_step(int(self.model.step.numpy()), logs or {})

    def on_step(self, step, logs):
        raise NotImplementedError


class StopOnNonFinite(keras.callbacks.Callback):
    """Stops after the execution in which a loss was not finite, and names it with its steps."""

    def on_train_batch_end(self, batch, logs=None):
        # A mean of which one part is not finite is not finite either.
        bad = not_finite(logs)
        if bad:
            last, steps = int(self.model.step.numpy()), self.model.steps_per_execution
            when = f"at step {last}" if steps == 1 else f"between steps {last - steps + 1} and {last}"
            raise TrainingDiverged(f"The {bad[0]} was not finite {when}.")


class SaveCheckpoints(StepCallback):
    """Saves every `every` steps, and at the end of the epoch in which `stop` was asked for.

    Args:
        checkpoints: where to.
        every: a multiple of the steps of an epoch.
        clock: a function that gives the run's seconds so far.
        stop: a `StopOnSignal`; when it was asked to stop, the state is saved first.
    """

    def __init__(self, checkpoints, every, clock, stop):
        super().__init__()
        self.checkpoints = checkpoints
        self.every = every
        self.clock = clock
        self.stop = stop

    def on_step(self, step, logs):
        if step % self.every == 0 or self.stop.asked:
            try:
                self.checkpoints.save(self.model, self.clock())
            except FloatingPointError as error:
                raise TrainingDiverged(str(error)) from error


class StopOnSignal(StepCallback):
    """On SIGTERM or SIGINT, ends training after the running epoch; a context manager.

    `asked` holds the signal's number once one came. Only a program's main thread is given signals; in another
    one nothing is caught.
    """

    def __init__(self):
        super().__init__()
        self.asked = None
        self._before = {}

    def __enter__(self):
        is_main = threading.current_thread() is threading.main_thread()
        for number in (signal.SIGTERM, signal.SIGINT) if is_main else ():
            self._before[number] = signal.signal(number, self._ask)
        return self

    def __exit__(self, *_):
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _ask(self, number, _):
        self.asked = number

    def on_step(self, step, logs):
        if self.asked:
            self.model.stop_training = True


class Table:
    """A CSV file of numbers by step that can be cut back to an earlier step.

    Args:
        path: the file; read if it is there.
        upto: rows of later steps are dropped, as they will be computed again.
    """

    def __init__(self, path, upto=0):
        self.path = path
        self.rows = [row for row in read_table(path) if row["step"] <= upto]
        self._rewrite()

    def add(self, row):
        """Adds a row at the end; where it has other columns than the rows before, all get the columns of all."""
        self.rows.append(row)
        if len(self.rows) == 1 or list(row) != self._columns():
            self._rewrite()
            return
        try:
            with open(self.path, "a", newline="", encoding="utf-8") as file:
                csv.writer(file).writerow(row.values())
        except OSError as error:
            raise OSError(error.errno, f"Could not write {self.path}: {error.strerror or error}") from error

    def _columns(self):
        return list(dict.fromkeys(name for row in self.rows for name in row))

    def _rewrite(self):
        with replacing(self.path) as temporary:
            with open(temporary, "w", newline="", encoding="utf-8") as file:
                if self.rows:
                    writer = csv.DictWriter(file, self._columns())
                    writer.writeheader()
                    writer.writerows(self.rows)


def read_table(path):
    """The complete rows of a `Table`'s file, dicts of numbers less those that it lacks; none where there is no file."""
    if not path.exists():
        return []
    with open(path, newline="", encoding="utf-8") as file:
        # The last line of a killed process may be cut short.
        whole = [line for line in file if line.endswith("\n")]
    rows = [{key: float(value) for key, value in row.items() if value} for row in csv.DictReader(whole)]
    return [{**row, "step": int(row["step"])} for row in rows]


class Log(StepCallback):
    """Writes the mean losses of each epoch to a table and to TensorBoard."""

    def __init__(self, table, writer):
        super().__init__()
        self.table = table
        self.writer = writer

    def on_step(self, step, logs):
        log(self.table, self.writer, step, logs)


class Scores(StepCallback):
    """Every `every` steps: samples as a picture, and the scores in a table and on TensorBoard.

    Args:
        score: a function of a step that writes the picture and returns {name: value}.
    """

    def __init__(self, table, writer, every, score):
        super().__init__()
        self.table = table
        self.writer = writer
        self.every = every
        self.score = score

    def on_step(self, step, logs):
        if step % self.every == 0:
            values = self.score(step)
            if values:
                log(self.table, self.writer, step, values)


def log(table, writer, step, values):
    """One row of numbers in a `Table` and the same in TensorBoard."""
    table.add({"step": step, **values})
    with writer.as_default():
        for name, value in values.items():
            tf.summary.scalar(name, value, step=step)


class Progress(StepCallback):
    """A bar on a terminal; elsewhere a line now and then."""

    def __init__(self, start, steps, images_per_step, seconds_between_lines=15):
        super().__init__()
        self.start = start
        self.steps = steps
        self.images_per_step = images_per_step
        self.pause = seconds_between_lines
        self.bar = None

    def on_train_begin(self, logs=None):
        self.begin = self.spoke = time.monotonic()
        if sys.stderr.isatty():
            self.bar = _bar()
            self.task = self.bar.add_task("", total=self.steps, completed=self.start)
            self.bar.start()

    def on_step(self, step, logs):
        rate = (step - self.start) * self.images_per_step / (time.monotonic() - self.begin)
        losses = "  ".join(f"{name} {value:.3f}" for name, value in logs.items())
        text = f"{losses}  {rate:,.0f} images/s"
        if self.bar:
            self.bar.update(self.task, completed=step, description=text)
        elif time.monotonic() - self.spoke > self.pause or step >= self.steps:
            self.spoke = time.monotonic()
            print(f"step {step}/{self.steps}  {text}", file=sys.stderr, flush=True)

    def on_train_end(self, logs=None):
        self.close()

    def close(self):
        if self.bar:
            self.bar.stop()
            self.bar = None


def _bar():
    from rich import progress
    from rich.console import Console

    return progress.Progress(
        progress.MofNCompleteColumn(),
        progress.BarColumn(),
        progress.TextColumn("{task.description}"),
        progress.TimeElapsedColumn(),
        progress.TimeRemainingColumn(),
        console=Console(stderr=True),
    )
