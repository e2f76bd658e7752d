"""From what a user names (a data set, a folder, arrays, a toy) to where its examples come from."""

import difflib
import os
import re
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from tfgan_zoo.data import bundled, toys

KEYS = ("image", "label", "x")

_SPLIT = re.compile(r"(\w+)(?:\[(-?\d[\d_]*%?)?:(-?\d[\d_]*%?)?\])?")


@dataclass(frozen=True)
class Source:
    """Where examples come from.

    Attributes:
        name: for messages and for the name of the cache's file.
        read: (split, form, take) -> dict of arrays: `image` [N,H,W,C] uint8 or float32 in [-1,1],
            `label` int32 [N], `x` float32 [N,d]; in the form asked for, at most the first `take`.
        class_names: the names of the labels, or None.
        fingerprint: changes when the source's bytes do; None where reading is as cheap as a cache.
    """

    name: str
    read: Callable
    class_names: tuple[str, ...] | None = None
    fingerprint: Mapping | None = None


def find(name, data_dir=None):
    """The source that `name` stands for.

    Names come before folders: a folder that is called like a data set is written "./name".
    Raises ValueError for unknown names, FileNotFoundError where the bytes are not there.
    """
    if isinstance(name, (np.ndarray, Mapping)):
        return from_arrays(name)
    if isinstance(name, os.PathLike):
        return _from_folder(name)
    if not isinstance(name, str):
        kind = type(name).__name__
        raise TypeError(f"data must be a name, a folder, an array or a dict of arrays, got {kind}")
    if name in bundled.DATASETS:
        dataset = bundled.DATASETS[name]
        counts = {"train": dataset.count}
        return in_memory(name, counts, lambda split: dataset.read(), dataset.class_names)
    if name.startswith("toy/"):
        toy = toys.get(name)
        return in_memory(name, toys.SIZES, lambda split: {"x": toy.examples(split)})
    if name.startswith((".", "~")) or os.path.isabs(name):
        return _from_folder(name)
    return _from_tfds_or_folder(name, data_dir)


def from_arrays(arrays):
    """A source of one split, "train", over an image array or a dict of arrays.

    Args:
        arrays: images [N,H,W] or [N,H,W,C], uint8 or float in [-1,1]; or a dict of `image` (such
            images), `label` (integers [N]) and `x` (floats [N,d]).

    Raises ValueError for other keys, shapes, types or ranges, and for lengths that differ.
    """
    named = arrays if isinstance(arrays, Mapping) else {"image": arrays}
    if not {"image", "x"} & set(named) or set(named) - set(KEYS):
        keys = list(named)
        raise ValueError(f"a dict of arrays has the keys image, label or x, with image or x; got {keys}")
    checks = {"image": _check_image, "label": _check_label, "x": _check_x}
    checked = {key: checks[key](np.asarray(named[key])) for key in KEYS if key in named}
    lengths = {key: len(array) for key, array in checked.items()}
    if len(set(lengths.values())) != 1 or 0 in lengths.values():
        raise ValueError(f"the arrays must be of one length, at least 1; got {lengths}")
    return in_memory("arrays", {"train": next(iter(lengths.values()))}, lambda split: checked)


def in_memory(name, counts, read, class_names=None):
    """A source whose splits are read whole: `counts` {split: examples}, `read(split)` -> dict of arrays."""

    def read_rows(split, form, take):
        split, rows = split_rows(split, counts)
        rows = first(rows, take, split)
        examples = {key: array[rows.start : rows.stop] for key, array in read(split).items()}
        if "image" in examples:
            examples["image"] = form.array(examples["image"])
        return examples

    return Source(name, read_rows, class_names)


def split_rows(split, counts):
    """"train", "train[9000:]" or "train[:80%]" -> ("train", the range of rows).

    Args:
        split: a name in `counts`, with an optional slice in examples or percent.
        counts: {split: number of examples}.

    Raises ValueError for unknown splits and for slices that are empty or reach past the end.
    """
    match = _SPLIT.fullmatch(split) if isinstance(split, str) else None
    if match is None or match[1] not in counts:
        known = ", ".join(counts)
        raise ValueError(f"unknown split {split!r}; here are {known}, or a slice such as 'train[:80%]'")
    name, start, stop = match.groups()
    count = counts[name]
    rows = range(_bound(start, 0, count), _bound(stop, count, count))
    if not rows or rows.start < 0 or rows.stop > count:
        raise ValueError(f"split {split!r} is empty or reaches past the {count} examples of {name!r}")
    return name, rows


def first(rows, take, split):
    """The first `take` of a sequence, or all of it. Raises ValueError if it holds fewer."""
    if take is None:
        return rows
    if not 1 <= take <= len(rows):
        most = len(rows)
        raise ValueError(f"take must be between 1 and {most}, the examples of split {split!r}; got {take}")
    return rows[:take]


def _bound(text, default, count):
    if text is None:
        return default
    value = round(int(text[:-1]) * count / 100) if text.endswith("%") else int(text)
    return value + count if value < 0 else value


def _from_folder(path):
    from tfgan_zoo.data import folder

    return folder.source(Path(path).expanduser())


def _from_tfds_or_folder(name, data_dir):
    from tfgan_zoo.data import tfds_source

    builder = tfds_source.find_builder(name, data_dir)
    if builder is not None:
        return tfds_source.source(name, builder)
    looks_like_path = "/" in name or os.sep in name
    if looks_like_path and os.path.isdir(name):
        return _from_folder(name)
    if tfds_source.base_name(name) in tfds_source.known_names():
        raise FileNotFoundError(tfds_source.how_to_prepare(name, data_dir))
    if os.path.isdir(name):
        return _from_folder(name)
    if looks_like_path:
        here = os.getcwd()
        raise FileNotFoundError(f"no such folder: {name!r} (from {here}), and no data set has this name")
    raise ValueError(_unknown(name, tfds_source.known_names()))


def _unknown(name, tfds_names):
    own = [*bundled.DATASETS, *(f"toy/{toy}" for toy in toys.TOYS)]
    near = difflib.get_close_matches(name, [*own, *tfds_names], n=4, cutoff=0.5)
    hint = f"did you mean {', '.join(near)}?" if near else f"there are {', '.join(own)} and the names of TFDS"
    return f"unknown data set {name!r}: {hint}"


def _check_image(images):
    if images.ndim == 3:
        images = images[..., None]
    if images.ndim != 4 or images.shape[-1] not in (1, 3) or 0 in images.shape[1:]:
        raise ValueError(f"images must be [N,H,W] or [N,H,W,C] with C of 1 or 3, got shape {images.shape}")
    if images.dtype == np.uint8:
        return images
    if not np.issubdtype(images.dtype, np.floating):
        raise ValueError(f"images must be uint8 in 0..255 or float in [-1, 1], got {images.dtype}")
    if images.size and not (images.min() >= -1 and images.max() <= 1):
        raise ValueError(f"float images must lie in [-1, 1], got [{images.min()}, {images.max()}]")
    if images.size and 0 <= images.min() < images.max():
        warnings.warn(
            "float images are read as [-1, 1] and none of these is below 0: if they are in [0, 1], "
            "give 2 * images - 1",
            stacklevel=5,
        )
    return images.astype(np.float32)


def _check_label(labels):
    if labels.ndim != 1 or not np.issubdtype(labels.dtype, np.integer):
        raise ValueError(f"labels must be integers [N], got {labels.dtype} {labels.shape}")
    converted = labels.astype(np.int32)
    if not np.array_equal(converted, labels):
        raise ValueError("labels must fit in int32")
    return converted


def _check_x(x):
    if x.ndim != 2 or not np.issubdtype(x.dtype, np.floating):
        raise ValueError(f"x must be floats [N,d], got {x.dtype} {x.shape}")
    if not np.isfinite(x).all():
        raise ValueError("x must be finite; it holds NaN or infinity")
    return x.astype(np.float32)
