"""All that a run will need, looked for before its first step and before its folder is made."""

import contextlib
import warnings
from dataclasses import dataclass

from tfgan_zoo import data, evaluation
from tfgan_zoo.data import LeftOut
from tfgan_zoo.hub.config import Config
from tfgan_zoo.training.misfits import misfits
from tfgan_zoo.training.run_folder import RunError

# Weights, pictures, tables and TensorBoard's events, in bytes.
_ALL_ELSE = 50 << 20


@dataclass(frozen=True)
class Found:
    """What a run will train on.

    Attributes:
        info: the `data.Info` of the config's data.
        notes: lines for the user: what was taken of folders, and what cannot be learnt from it.
    """

    info: data.Info
    notes: list[str]

    def record(self, config):
        """What a run folder keeps of its data, JSON-ready."""
        return {
            "name": config.data.name,
            "split": config.data.split,
            "examples": self.info.num_examples,
            "contents": self.info.contents,
        }


def check_settings(config: Config):
    """Raises RunError or ConfigError for settings that cannot go together; nothing is read or built for it."""
    evaluation.check(config)
    if config.train.jit_compile and config.train.deterministic:
        raise RunError(
            "Keras does not compile with XLA while operations are deterministic; set "
            "train.deterministic=false beside train.jit_compile=true."
        )


@contextlib.contextmanager
def said_in_notes():
    """A context without the warnings about files that folders leave out: the notes of `examine` list them."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", LeftOut)
        yield


def examine(config: Config, model):
    """What the run of a config will train on, once all that it needs was found.

    Args:
        config: with settings that were checked.
        model: its compiled model, with any weights.

    Raises:
        RunError: something is missing or does not fit; the message has everything, and the keys to set.
    """
    with said_in_notes():
        try:
            info = data.info(**config.data.model_dump())
        except (ValueError, OSError) as error:
            raise RunError(f"{config.id} cannot start. {_unread(config, model, error)}") from error
        found = [
            *misfits(config, model, info),
            *_too_few(config, model, info),
            *_uneven(config, model),
            *_held_out(config, info),
            *evaluation.problems(model, config),
        ]
    if found:
        raise RunError(_message(config, found))
    return Found(info, [*map(str, info.folders), *_unseen(config, model, info)])


def room(config: Config, model):
    """The bytes that a run writes: its checkpoints, one more while it is written, and a little for all else."""
    variables = [*model.variables, *(each for one in model.optimizers.values() for each in one.variables)]
    return (config.train.keep + 1) * sum(variable.numpy().nbytes for variable in variables) + _ALL_ELSE


def _message(config, found):
    if len(found) == 1:
        return f"{config.id} cannot start. {found[0]}."
    return "\n  - ".join(
        [f"{config.id} cannot start, for {len(found)} reasons:", *(f"{each}." for each in found)]
    )


def _unread(config, model, error):
    """Why the data cannot be had, with the key to set."""
    if "give image_size" in str(error):
        size = model.example_shapes[model.example_key][0]
        return f"data.name={config.data.name}: {error}, as with data.image_size={size}."
    key = "split" if "unknown split" in str(error) else "name"
    return f"data.{key}={getattr(config.data, key)}: {error}"


def _too_few(config, model, info):
    batch = config.train.batch_size * model.batches_per_step
    if info.num_examples < batch:
        most = info.num_examples // model.batches_per_step
        takes = f", of which a step takes {model.batches_per_step}" if model.batches_per_step > 1 else ""
        remedy = f"Set train.batch_size={most} or less" if most else "There must be more of them"
        yield (
            f"The data have {info.num_examples} examples, fewer than a batch of train.batch_size="
            f"{config.train.batch_size}{takes}. {remedy}"
        )


def _uneven(config, model):
    replicas = model.distribute_strategy.num_replicas_in_sync
    if config.train.batch_size % replicas:
        yield (
            f"train.batch_size={config.train.batch_size} cannot be shared out evenly among {replicas} "
            f"replicas. Set train.batch_size={-(-config.train.batch_size // replicas) * replicas}"
        )


def _held_out(config, info):
    """What is wrong with the split that pictures and monitors show."""
    if config.held_out is None:
        return
    try:
        other = data.info(**{**config.data.model_dump(), "split": config.held_out})
    except (ValueError, OSError) as error:
        yield f"held_out={config.held_out}: {error}. Set held_out={config.data.split}, or null for none"
        return
    if other.elements != info.elements:
        yield f"held_out={config.held_out} has {other.elements}, and the data of training {info.elements}"


def _unseen(config, model, info):
    """A warning where the data name classes of which they have no example."""
    if "label" not in model.example_shapes or not info.class_names:
        return
    unseen = [name for label, name in enumerate(info.class_names) if not info.label_counts.get(label)]
    if unseen:
        where = f"{config.data.name}:{config.data.split}"
        yield f"Warning: {where} has no example of {', '.join(unseen)}; what is asked for these is not learnt."
