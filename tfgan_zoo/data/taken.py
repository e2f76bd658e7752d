"""What was taken of a user's folder of images, and what was left, in a line."""

from collections.abc import Mapping
from dataclasses import dataclass

# No more names than a reader looks at.
_CLASSES, _FILES = 20, 3


class LeftOut(UserWarning):
    """Files of a folder were left out, or its labels."""


@dataclass(frozen=True)
class Folder:
    """What was found in a folder of images.

    Attributes:
        path: its path as text.
        images: how many images were taken.
        classes: {class: its number of images}, or None where there are no labels.
        left: {suffix: how many files are no images that can be read}.
        strays: the images outside the class folders, where there are labels but for these.
        empty: first-level folders without an image.
    """

    path: str
    images: int
    classes: Mapping[str, int] | None
    left: Mapping[str, int]
    strays: tuple[str, ...]
    empty: tuple[str, ...]

    @property
    def losses(self):
        """What was left, a phrase each."""
        phrases = []
        if self.left:
            suffixes = ", ".join(f"{suffix} {count}" for suffix, count in self.left.items())
            phrases.append(f"{_counted(sum(self.left.values()), 'file')} left out as no readable image ({suffixes})")
        if self.strays:
            outside = f"{_counted(len(self.strays), 'image')} outside the class folders"
            phrases.append(f"no labels, because of {outside} ({_listed(self.strays, _FILES)})")
        if self.empty:
            phrases.append(f"no image in {_listed(self.empty, _FILES)}")
        return phrases

    def __str__(self):
        taken = f"{self.path}: {_counted(self.images, 'image')}"
        if self.classes:
            counts = [f"{name} {count}" for name, count in self.classes.items()]
            taken += f" in {_counted(len(counts), 'class', 'classes')} ({_listed(counts, _CLASSES)})"
        return "; ".join([taken, *self.losses])


def _counted(number, one, many=None):
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def _listed(names, most):
    return ", ".join(names[:most]) + (", ..." if len(names) > most else "")
