"""From what a user names (a data set, a folder, arrays, a toy) to where its examples come from."""

import difflib
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from tfgan_zoo.data import bundled, kinds, prepared, toys
from tfgan_zoo.utils import cache

_SPLIT = re.compile(r"(\w+)(?:\[(-?\d[\d_]*%?)?:(-?\d[\d_]*%?)?\])?")


@dataclass(frozen=True)
class Source:
    """Where examples come from.

    Attributes:
        name: for messages and for the name of the cache's file.
        read: (split, form, take) -> dict of arrays under keys of `kinds`, as these are stored (images
            uint8 or float32 in [-1,1]); in the form asked for, at most the first `take`.
        class_names: the names of the labels, or of the classes in layouts; or None.
        fingerprint: changes when the source's bytes do; None where reading is as cheap as a cache.
        apart: the keys that are shuffled in an order of their own and may be of another length.
        unlike: {key: dict of arrays -> classes [N]}: an example gets what another one of another class has
            under that key, drawn anew in every epoch.
    """

    name: str
    read: Callable
    class_names: tuple[str, ...] | None = None
    fingerprint: Mapping | None = None
    apart: tuple[str, ...] = ()
    unlike: Mapping[str, Callable] = field(default_factory=dict)

    def examples(self, split, form, take):
        """What `read` gives, from the zoo's cache where reading is dear."""
        if self.fingerprint is None:
            return self.read(split, form, take)
        request = {
            "source": self.name,
            "folder": self.fingerprint["folder"],
            "split": str(split),
            "size": form.size and list(form.size),
            "fit": form.fit if form.size else None,
            "channels": form.channels,
            "take": take,
        }
        return cache.fetch(self.name, request, self.fingerprint, lambda: self.read(split, form, take))


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
    if name in prepared.NAMES:
        splits, read, class_names = prepared.find(name, data_dir)
        return in_memory(name, splits, read, class_names)
    if pair := _pair(name, data_dir):
        return pair
    if name.startswith("toy/"):
        toy = toys.get(name)
        return in_memory(name, toys.SIZES, lambda split: {"x": toy.examples(split)})
    if name.startswith((".", "~")) or os.path.isabs(name):
        return _from_folder(name)
    return _from_tfds_or_folder(name, data_dir)


def from_arrays(arrays):
    """A source of one split, "train", over an image array or a dict of arrays.

    Args:
        arrays: images [N,H,W] or [N,H,W,C], uint8 or float in [-1,1]; or a dict of arrays whose keys
            `kinds.KEYS` lists, such as `image` (such images) and `label` (integers [N]).

    Raises ValueError for other keys, shapes, types or ranges, and for lengths that differ.
    """
    checked = kinds.checked(arrays if isinstance(arrays, Mapping) else {"image": arrays})
    count = len(next(iter(checked.values())))
    return in_memory("arrays", {"train": count}, lambda split: checked)


def in_memory(name, counts, read, class_names=None):
    """A source whose splits are read whole: `counts` {split: examples}, `read(split)` -> dict of arrays."""

    def read_rows(split, form, take):
        split, rows = split_rows(split, counts)
        rows = first(rows, take, split)
        examples = {key: array[rows.start : rows.stop] for key, array in read(split).items()}
        return kinds.formed(examples, form)

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


def _pair(name, data_dir):
    """The pairs that `name` makes of other data sets, or None where it is no such name."""
    from tfgan_zoo.data import pairs

    operator, _, rest = name.partition("/")
    if operator not in pairs.OPERATORS:
        return None
    return pairs.OPERATORS[operator](rest, lambda inner: find(inner, data_dir))


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
    own = [*bundled.DATASETS, *prepared.NAMES, *(f"toy/{toy}" for toy in toys.TOYS)]
    near = difflib.get_close_matches(name, [*own, *tfds_names], n=4, cutoff=0.5)
    hint = f"did you mean {', '.join(near)}?" if near else f"there are {', '.join(own)} and the names of TFDS"
    return f"unknown data set {name!r}: {hint}"
