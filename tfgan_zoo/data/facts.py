"""What is to be known of a data set: what it holds, and a hash of that."""

import hashlib
from dataclasses import dataclass, field

import numpy as np

from tfgan_zoo.data.taken import Folder
from tfgan_zoo.losses.semi_supervised import UNLABELLED


@dataclass(frozen=True)
class Info:
    """What a data set holds.

    Attributes:
        num_examples: the number of examples of an epoch; of unpaired domains the smaller's.
        elements: {key: (shape, dtype)} of one example as `load` gives it.
        class_names: the names of the labels, or of the classes in layouts from 1 on; or None.
        label_counts: {label: how many examples have it}, without those that have none (-1); or None where there
            are no labels.
        contents: a hash of all examples, see `contents`.
        folders: what was taken of each folder of images, and what was left.
    """

    num_examples: int
    elements: dict[str, tuple[tuple[int, ...], str]]
    class_names: tuple[str, ...] | None
    label_counts: dict[int, int] | None = field(default=None, compare=False)
    contents: str = field(default="", compare=False)
    folders: tuple[Folder, ...] = field(default=(), compare=False)

    @property
    def num_classes(self):
        """How many classes its labels have names for, or else are counted up to; None without labels."""
        if self.label_counts is None:
            return None
        return len(self.class_names) if self.class_names else max(self.label_counts, default=UNLABELLED) + 1

    @property
    def num_labelled(self):
        """How many examples have a label, where a labelled batch is drawn from them; else None."""
        return sum(self.label_counts.values()) if "labelled_label" in self.elements else None


def contents(examples):
    """A SHA-256 over all arrays of a dict: it changes with the examples, and not with where they lie."""
    digest = hashlib.sha256()
    for key in sorted(examples):
        array = np.ascontiguousarray(examples[key])
        digest.update(f"{key} {array.dtype} {array.shape}".encode())
        digest.update(array)
    return digest.hexdigest()
