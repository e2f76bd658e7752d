"""Busts with captions written from their attributes, split so that the captions of the test were never seen."""

import hashlib

import numpy as np

from tfgan_zoo.data.avatars import ATTRIBUTES
from tfgan_zoo.data.sources import Source, first, split_rows

_MOUTHS = {"smile": "a smiling", "frown": "a frowning", "open": "an open-mouthed"}

# One caption in so many is of the split "test".
_HELD_OUT = 10


def described(name, find):
    """"described/avatars/STYLE": the busts of that style with a `caption` of all seven attributes.

    The splits are its own: "test" has every bust whose caption is one of a tenth of all that can be said,
    chosen by their digests, and "train" has the others.

    Raises ValueError where NAME has no attributes of busts.
    """
    inner = find(name)

    def read(split, form, take):
        parts = [inner.examples(part, form, None) for part in ("train", "test")]
        if not all({"image", "attributes"} <= set(part) for part in parts):
            raise ValueError(f"described needs busts with attributes, and {name} has {', '.join(parts[0])}")
        examples = {key: np.concatenate([part[key] for part in parts]) for key in ("image", "attributes")}
        examples["caption"] = np.array([caption(row) for row in examples["attributes"]])
        unseen = np.array([_is_held_out(text) for text in examples["caption"].tolist()])
        rows = {"train": np.flatnonzero(~unseen), "test": np.flatnonzero(unseen)}
        base, chosen = split_rows(split, {part: len(found) for part, found in rows.items()})
        chosen = rows[base][np.array(first(chosen, take, split))]
        return {key: array[chosen] for key, array in examples.items()}

    return Source(f"described/{name}", read)


def caption(attributes):
    """What the seven values of `avatars.ATTRIBUTES` (-1: not to be seen) say, in words."""
    has = {
        name: None if value < 0 else ATTRIBUTES[name][value]
        for name, value in zip(ATTRIBUTES, np.asarray(attributes).tolist())
    }
    length = "long" if has["long_hair"] == "yes" else "short"
    worn = ["a hat" if has["hat"] == "yes" else f"{length} {has['hair_color']} hair"]
    worn += ["glasses"] * (has["glasses"] == "yes") + ["a beard"] * (has["facial_hair"] == "yes")
    listed = " and ".join(filter(None, (", ".join(worn[:-1]), worn[-1])))
    return f"{_MOUTHS[has['mouth']]} person of {has['skin']} skin with {listed}"


def _is_held_out(text):
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big") % _HELD_OUT == 0
