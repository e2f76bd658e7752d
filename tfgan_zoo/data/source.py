"""What every source of examples is, how it registers its name, and what sources share."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np

from tfgan_zoo.data import kinds
from tfgan_zoo.data.taken import Folder
from tfgan_zoo.utils import cache
from tfgan_zoo.utils.registry import Registry

# Modules that register sources: those of this room, and the module `data` of a system that has one.
HOMES = ("tfgan_zoo.data.bundled", "tfgan_zoo.data", "tfgan_zoo.systems.*.data")

# {"toy/ring8": data_dir -> `Source`}. `data_dir` is where to look first, or None.
SOURCES = Registry("data set", *HOMES)

# {"edges": (NAME, find) -> `Source` called "edges/NAME"}, made of others. `find(name)` gives their sources.
OPERATORS = Registry("operator on data sets", *HOMES)

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
        folders: what was found in each folder of a user's that it reads; empty for data that a name stands for.
    """

    name: str
    read: Callable
    class_names: tuple[str, ...] | None = None
    fingerprint: Mapping | None = None
    apart: tuple[str, ...] = ()
    unlike: Mapping[str, Callable] = field(default_factory=dict)
    folders: tuple[Folder, ...] = ()

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


def stack(images, name):
    """Images [H,W,C] of one size -> [N,H,W,C]; grey ones become RGB where others have colour.

    Raises ValueError if the sizes differ.
    """
    sizes = {image.shape[:2] for image in images}
    if len(sizes) > 1:
        some = ", ".join(f"{height}x{width}" for height, width in sorted(sizes)[:4])
        raise ValueError(f"the images of {name} differ in size (height x width: {some} ...): give image_size")
    channels = max(image.shape[2] for image in images)
    return np.stack([np.broadcast_to(image, (*image.shape[:2], channels)) for image in images])


def _bound(text, default, count):
    if text is None:
        return default
    value = round(int(text[:-1]) * count / 100) if text.endswith("%") else int(text)
    return value + count if value < 0 else value
