"""Files of weights: networks only, averaged where averages are kept, in half precision, checked by a card."""

import contextlib
import io
import json
import warnings
from pathlib import Path

import h5py
import numpy as np

from tfgan_zoo.core.replay import ExampleStore, HistoryPool, ReplayPool
from tfgan_zoo.hub.index import has_weights, list_configs, pretrained_folder
from tfgan_zoo.utils.files import replacing, require_room, sha256

# What a folder of trained weights holds.
WEIGHTS, CARD = "model.weights.h5", "card.json"

# Smaller arrays are stored as they are: what describes their compression takes more than it saves.
_COMPRESSED_FROM = 1024


def write_weights(model, path):
    """Writes a system's networks to a `.weights.h5` file, in half precision, whole or not at all.

    Optimisers are left out, and so are the old fakes in a replay pool: the file has an empty one.
    """
    with model.averaged(), without_optimizers(model), _empty_pools(model):
        write_network(model, path)


def write_network(model, path):
    """Writes the weights of any Keras model in half precision and compressed, whole or not at all.

    Kernels and other arrays of two or more dimensions become float16; vectors (biases, the scales and
    statistics of norms), scalars and integers stay as they are. Keras reads the file as any other.

    Raises:
        OSError: the disk is full or the folder cannot be written.
    """
    with replacing(path) as temporary:
        save_state(model, temporary)
        _compact(temporary)


def _compact(path):
    """Rewrites a `.weights.h5` file in less room."""
    with h5py.File(io.BytesIO(path.read_bytes())) as full, _new_file(path) as small:
        full.visititems(lambda name, item: _copy(name, item, small))


def _new_file(path):
    """An open HDF5 file with checksums (format 1.10) and no times, so that equal weights are equal files."""
    access = h5py.h5p.create(h5py.h5p.FILE_ACCESS)
    access.set_libver_bounds(h5py.h5f.LIBVER_V110, h5py.h5f.LIBVER_V110)
    creation = _without_times(h5py.h5p.FILE_CREATE)
    return h5py.File(h5py.h5f.create(bytes(path), h5py.h5f.ACC_TRUNC, creation, access))


def _without_times(kind):
    properties = h5py.h5p.create(kind)
    properties.set_obj_track_times(False)
    return properties


def _copy(name, item, target):
    """Copies a group or an array of a file, with its attributes, to the same place in another."""
    if isinstance(item, h5py.Group):
        h5py.h5g.create(target.id, name.encode(), gcpl=_without_times(h5py.h5p.GROUP_CREATE))
        made = target[name]
    else:
        array = _halved(item[()])
        large = array.nbytes >= _COMPRESSED_FROM and array.ndim > 0
        options = {"compression": "gzip", "compression_opts": 9, "shuffle": True, "chunks": array.shape}
        made = target.create_dataset(name, data=array, **(options if large else {}))
    made.attrs.update(item.attrs)


def _halved(array):
    """A float32 array of two or more dimensions as float16, any other as it is.

    It stays float32 where its largest value is beyond float16's full 11 bits (above 65504 or below 6.1e-5) or
    not finite. Values far below an array's largest do lose digits.
    """
    if array.ndim < 2 or array.dtype != np.float32:
        return array
    half, largest = np.finfo(np.float16), np.max(np.abs(array), initial=0.0)
    return array.astype(np.float16) if largest == 0.0 or half.tiny <= largest <= half.max else array


def save_state(model, path):
    """`model.save_weights(path)`, optimisers and all, once the disk is known to have the room.

    Raises:
        OSError: the disk is full or the folder cannot be written.
    """
    variables = list(model.variables)
    for optimizer in getattr(model, "optimizers", {}).values():
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
        path = path / WEIGHTS
    if not path.is_file():
        raise FileNotFoundError(f"There are no weights at {path}.")
    if not path.name.endswith(".weights.h5"):
        raise ValueError(f"Weights are files that end in .weights.h5; got {path}.")
    with without_optimizers(model), loading(path):
        model.load_weights(path)


def load_pretrained(model, config_id):
    """Reads the weights that ship for a config, if they are the ones on their card.

    Raises:
        FileNotFoundError: the config ships no weights.
        ValueError: the file's SHA-256 is not the card's, or the model was built with other sizes.
    """
    with without_optimizers(model):
        load_checked(model, pretrained_folder(config_id), advice=_advice(config_id))


def read_card(config_id):
    """The card of the weights that ship for a config, a dict.

    Raises:
        FileNotFoundError: the config ships no weights.
        ValueError: the card is damaged.
    """
    return card_beside(_weights_in([pretrained_folder(config_id)], _advice(config_id)))


def _advice(config_id):
    shipped = ", ".join(name for name in list_configs() if has_weights(name)) or "none yet"
    return f"Train them with `tfgan-zoo train {config_id}`. Weights ship for: {shipped}."


def load_checked(model, *folders, advice):
    """Reads the weights in a folder into a Keras model, if they are the ones on their card.

    Arguments and errors are those of `checked`; also ValueError where they do not fit the model.

    Returns:
        Their SHA-256.
    """
    path, digest = checked(*folders, advice=advice)
    with loading(path):
        model.load_weights(path)
    return digest


def checked(*folders, advice):
    """The path and the SHA-256 of the weights in the first of some folders that has any.

    Args:
        folders: where weights may lie, each with its card.
        advice: one sentence that says how to come by them, for where there are none.

    Raises:
        FileNotFoundError: there are no weights.
        ValueError: their SHA-256 is not the card's, or the card is damaged or gone.
    """
    path = _weights_in(folders, advice)
    expected, found = card_beside(path)["weights_sha256"], sha256(path)
    if found != expected:
        raise ValueError(
            f"{path} has SHA-256 {found[:16]}… but its card says {expected[:16]}…: the file is damaged or "
            "was replaced. Install the package again, check the file out again, or train it again."
        )
    return path, found


def _weights_in(folders, advice):
    paths = [Path(folder) / WEIGHTS for folder in folders]
    for path in paths:
        if path.is_file():
            return path
    raise FileNotFoundError(f"There are no weights at {' or '.join(map(str, paths))}. {advice}")


def card_beside(weights):
    """The card of a file of weights, a dict.

    Raises:
        ValueError: the card is damaged, or there is none.
    """
    path = Path(weights).with_name(CARD)
    try:
        card = json.loads(path.read_text(encoding="utf-8"))
        card["weights_sha256"][:16]
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise ValueError(
            f"The card {path} is damaged or gone ({type(error).__name__}). Install the package again, check "
            "the file out again, or train the weights again."
        ) from error
    return card


@contextlib.contextmanager
def without_optimizers(model):
    """Within it, a model has no optimisers: none is saved, and their averages stand in for no weights."""
    held, model.optimizers = model.optimizers, {}
    try:
        yield
    finally:
        model.optimizers = held


@contextlib.contextmanager
def _empty_pools(model):
    """Within it, a model's pools and stores are empty: millions of pixels that matter only while it trains."""
    pools = [layer for layer in model.layers if isinstance(layer, ReplayPool | HistoryPool | ExampleStore)]
    held = [(variable, variable.numpy()) for pool in pools for variable in pool.variables]
    for variable, value in held:
        variable.assign(np.zeros_like(value))
    try:
        yield
    finally:
        for variable, value in held:
            variable.assign(value)


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
