"""What a run is going to do, told without starting it."""

import time
from pathlib import Path

import keras
import tensorflow as tf

from tfgan_zoo import data
from tfgan_zoo.hub import models
from tfgan_zoo.training import preflight, run_folder
from tfgan_zoo.training.run import built
from tfgan_zoo.utils import distribution

# Steps that are timed, in executions of so many, after one that traces.
_TIMED, _AT_ONCE = 10, 5


def plan(config, folder=None, resume=False, strategy=None):
    """Looks for all that the run of a config needs, and tries ten steps.

    Args:
        config: a `Config`.
        folder: the run folder, if it is to be looked at; it is not made.
        resume: whether the run in it is to go on.
        strategy: a `tf.distribute.Strategy`, or None.

    Returns:
        Lines that say what the run will do.

    Raises:
        RunError, ConfigError: the run could not start; the message says what to set.
    """
    preflight.check_settings(config)
    config = models.settled(config)
    if folder is not None:
        run_folder.inspect(Path(folder), config, resume)
    model = built(config, strategy)
    found = preflight.examine(config, model)
    room = preflight.room(config, model)
    if folder is not None:
        run_folder.inspect(Path(folder), config, resume, room)
    lines = [*_of_data(config, found), *_of_networks(model), _of_scores(config), _of_disk(folder, room)]
    return [
        *lines,
        _of_training(config, model, _seconds_a_step(config, model, strategy)),
        "The run can start.",
    ]


def _of_data(config, found):
    info, settings = found.info, config.data
    yield f"Data: {settings.name}, split {settings.split}: {info.num_examples:,} examples"
    for note in found.notes:
        yield f"  {note}"
    fit = f", brought to {settings.image_size} pixels by fit={settings.fit}" if settings.image_size else ""
    for key, (shape, dtype) in info.elements.items():
        is_image = key.startswith("image") and len(shape) == 3
        yield f"  {key}: {' x '.join(map(str, shape)) or 'a number'}, {dtype}{fit if is_image else ''}"
    if info.num_labelled:
        yield f"  {info.num_labelled:,} of them have a label, of {len(info.label_counts)} classes"
    if info.class_names and info.label_counts and not info.folders:
        counts = [
            f"{name} {info.label_counts.get(label, 0):,}" for label, name in enumerate(info.class_names)
        ]
        yield f"  {len(counts)} classes: {', '.join(counts)}"


def _of_networks(model):
    for player, networks in model.players().items():
        count = sum(int(tf.size(variable)) for variable in model.player_variables(player))
        names = " and ".join(getattr(network, "name", player) for network in networks)
        yield f"Networks: {player} trains {names}: {count:,} parameters"


def _of_scores(config):
    when = f"every {config.train.score_every:,} steps and at the end"
    scores = [f"{name}{_said(settings)}" for name, settings in config.eval.items()]
    return f"Scores, {when}: {'; '.join(scores) or 'none'}"


def _said(settings):
    return f" ({', '.join(f'{key}={value}' for key, value in settings.items())})" if settings else ""


def _of_disk(folder, room):
    where = (
        "" if folder is None else f" in {folder}, where {run_folder.free(Path(folder)) >> 20:,} MiB are free"
    )
    return f"Disk: {room >> 20:,} MiB{where}"


def _of_training(config, model, seconds):
    settings = config.train
    batch = settings.batch_size * model.batches_per_step
    whole = _duration(seconds * settings.steps)
    return (
        f"Training: {settings.steps:,} steps of {batch:,} examples, in {settings.precision}; about {whole} without "
        f"scores ({1e3 * seconds:.3g} ms a step, measured over {_TIMED})"
    )


def _seconds_a_step(config, model, strategy):
    """The seconds of a training step here, of a few; the model is another one after it."""
    together = model.steps_per_execution >= _AT_ONCE and not model.stages
    model.steps_per_execution = _AT_ONCE if together else 1
    batches = data.load(
        **config.data.model_dump(),
        batch_size=config.train.batch_size * model.batches_per_step,
        seed=config.train.seed,
        start_step=0,
    )
    shared = distribution.shared(batches, strategy)
    moments = []
    clock = keras.callbacks.LambdaCallback(
        on_train_begin=lambda logs: moments.append(time.perf_counter()),
        on_train_end=lambda logs: moments.append(time.perf_counter()),
    )
    model.fit(shared, steps_per_epoch=model.steps_per_execution, verbose=0, shuffle=False)
    model.fit(shared, steps_per_epoch=_TIMED, verbose=0, shuffle=False, callbacks=[clock])
    begun, ended = moments
    return (ended - begun) / _TIMED


def _duration(seconds):
    """Seconds in words, to two digits or so."""
    if seconds < 100:
        return f"{max(1, round(seconds))} s"
    return f"{seconds / 60:.0f} min" if seconds < 6000 else f"{seconds / 3600:.1f} h"
