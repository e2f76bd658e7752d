"""Arrays in memory as a source."""

from collections.abc import Mapping

from tfgan_zoo.data import kinds
from tfgan_zoo.data.source import in_memory


def source(arrays):
    """A source of one split, "train", over an image array or a dict of arrays.

    Args:
        arrays: images [N,H,W] or [N,H,W,C], uint8 or float in [-1,1]; or a dict of arrays whose keys
            `kinds.KEYS` lists, such as `image` (such images) and `label` (integers [N]).

    Raises ValueError for other keys, shapes, types or ranges, and for lengths that differ.
    """
    checked = kinds.checked(arrays if isinstance(arrays, Mapping) else {"image": arrays})
    count = len(next(iter(checked.values())))
    return in_memory("arrays", {"train": count}, lambda split: checked)
