"""The weights that ship: networks only, averaged where averages are kept, checked by their card."""

import contextlib
import json
import warnings
from pathlib import Path

from tfgan_zoo.hub.index import has_weights, list_configs, pretrained_folder
from tfgan_zoo.utils.files import replacing, require_room, sha256


def write_weights(model, path):
    """Writes `model`'s networks to a `.weights.h5` file, whole or not at all, without optimisers."""
    with replacing(path) as temporary, model.averaged(), _without_optimizers(model):
        save_state(model, temporary)


def save_state(model, path):
    """`model.save_weights(path)`, optimisers and all, once the disk is known to have the room.

    Raises:
        OSError: the disk is full or the folder cannot be written.
    """
    variables = list(model.variables)
    for optimizer in model.optimizers.values():
        variables += optimizer.variables
    size = sum(variable.numpy().nbytes for variable in variables)
    # HDF5 adds some 10 KiB of headers to each network and a little to each array.
    require_room(path, size + 4096 * len(variables) + (1 << 20))
    model.save_weights(path)
    _keep_what_saving_skips()


def _keep_what_saving_skips():
    """Lets Keras find again what it has worked out of an optimiser's attributes at the first save.

    Keras 3.12 to 3.15 keep it under one name and ask for it under another. At every save they would build an
    optimiser anew, whose memory does not come back: 0.07 MiB a player.
    """
    from keras.src.backend.common import global_state

    for kind in ("Optimizer", "Metric"):
        found = global_state.get_global_attribute(f"saving_attr_skipset_{kind}")
        if found is not None:
            global_state.set_global_attribute(f"saving_attr_skiplist_{kind}", found)


def read_weights(model, path):
    """Reads a `.weights.h5` file, or that of a run folder, into `model`; optimisers start afresh.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: the file is no weights file, or its networks have other shapes.
    """
    path = Path(path)
    if path.is_dir():
        path = path / "model.weights.h5"
    if not path.is_file():
        raise FileNotFoundError(f"There are no weights at {path}.")
    if not path.name.endswith(".weights.h5"):
        raise ValueError(f"Weights are files that end in .weights.h5; got {path}.")
    with _without_optimizers(model), loading(path):
        model.load_weights(path)


def read_card(config_id):
    """The card of the weights that ship for a config, a dict.

    Raises:
        FileNotFoundError: the config ships no weights.
        ValueError: the card is damaged.
    """
    if not has_weights(config_id):
        shipped = ", ".join(name for name in list_configs() if has_weights(name)) or "none yet"
        raise FileNotFoundError(
            f"No weights ship for {config_id}; train it with `tfgan-zoo train {config_id}`. "
            f"Weights ship for: {shipped}."
        )
    path = pretrained_folder(config_id) / "card.json"
    try:
        card = json.loads(path.read_text(encoding="utf-8"))
        card["weights_sha256"][:16]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise ValueError(
            f"The card {path} is damaged ({type(error).__name__}). Install the package again, or check the "
            "file out again."
        ) from error
    return card


def load_pretrained(model, config_id):
    """Reads the weights that ship for a config, if they are the ones on their card.

    Raises:
        FileNotFoundError: the config ships no weights.
        ValueError: the file's SHA-256 is not the card's, or the model was built with other sizes.
    """
    expected = read_card(config_id)["weights_sha256"]
    path = pretrained_folder(config_id) / "model.weights.h5"
    found = sha256(path)
    if found != expected:
        raise ValueError(
            f"{path} has SHA-256 {found[:16]}… but its card says {expected[:16]}…: the file is "
            "damaged or was replaced. Install the package again, or check the file out again."
        )
    read_weights(model, path)


@contextlib.contextmanager
def _without_optimizers(model):
    held, model.optimizers = model.optimizers, {}
    try:
        yield
    finally:
        model.optimizers = held


@contextlib.contextmanager
def loading(path):
    """Turns every way in which Keras fails, or merely warns, into one error that names the file."""
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("error", message=".*Skipping variable loading.*")
            warnings.filterwarnings("ignore", message=".*Skipping nested container.*")
            yield
    except (OSError, KeyError, ValueError, RuntimeError, UserWarning) as error:
        raise ValueError(
            f"The weights in {path} do not fit this model, or the file is damaged: {error}"
        ) from error
