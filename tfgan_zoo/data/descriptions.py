"""Busts with captions of some of their attributes, split so that the captions of the test were never seen."""

import hashlib

import numpy as np

from tfgan_zoo.data.avatars import ATTRIBUTES
from tfgan_zoo.data.source import OPERATORS, Source, first, split_rows

_MOUTHS = {"smile": "a smiling", "frown": "a frowning", "open": "an open-mouthed"}

# How many of the things to be seen a caption may tell: people, too, tell a few of all.
_TOLD = (2, 3)

# One caption in so many is of the split "test": half, so that training leaves gaps between those it tells.
_HELD_OUT = 2


@OPERATORS.register
def described(name, find):
    """"described/avatars/STYLE": the busts of that style, each with a `caption` of two or three things about it.

    Which things these are is drawn by the bust's number; a caption fits others, too. The splits are its own:
    "test" has every bust whose caption is in one half of all that can be said, chosen by their digests, and
    "train" has the others.

    Raises ValueError where NAME has no attributes of busts.
    """
    inner = find(name)

    def read(split, form, take):
        parts = [inner.examples(part, form, None) for part in ("train", "test")]
        if not all({"image", "attributes"} <= set(part) for part in parts):
            raise ValueError(f"described needs busts with attributes, and {name} has {', '.join(parts[0])}")
        examples = {key: np.concatenate([part[key] for part in parts]) for key in ("image", "attributes")}
        examples["caption"] = np.array([_told(row, number) for number, row in enumerate(examples["attributes"])])
        unseen = np.array([_is_held_out(text) for text in examples["caption"].tolist()])
        rows = {"train": np.flatnonzero(~unseen), "test": np.flatnonzero(unseen)}
        base, chosen = split_rows(split, {part: len(found) for part, found in rows.items()})
        chosen = rows[base][np.array(first(chosen, take, split))]
        return {key: array[chosen] for key, array in examples.items()}

    return Source(f"described/{name}", read)


def _told(attributes, number):
    """The caption of bust `number`."""
    rng = np.random.default_rng(number)
    things = rng.permutation(list(seen(attributes)))
    return caption(attributes, things[: rng.choice(_TOLD)])


def caption(attributes, things=None):
    """What the seven values of `avatars.ATTRIBUTES` (-1: not to be seen) say, in words.

    things: which keys of `seen` to tell; by default all.
    """
    told = {thing: words for thing, words in seen(attributes).items() if things is None or thing in things}
    worn = [told[thing] for thing in ("hair", "glasses", "beard") if thing in told]
    words = [told.get("mouth", "a"), "person", told.get("skin")]
    if worn:
        words += ["with", " and ".join(filter(None, (", ".join(worn[:-1]), worn[-1])))]
    return " ".join(filter(None, words))


def seen(attributes):
    """The words for each thing that these attributes let one see: "mouth", "skin", "hair" (or the hat on it), and
    "glasses" and "beard" where there are any."""
    has = {
        name: None if value < 0 else ATTRIBUTES[name][value]
        for name, value in zip(ATTRIBUTES, np.asarray(attributes).tolist())
    }
    length = "long" if has["long_hair"] == "yes" else "short"
    words = {
        "mouth": _MOUTHS[has["mouth"]],
        "skin": f"of {has['skin']} skin",
        "hair": "a hat" if has["hat"] == "yes" else f"{length} {has['hair_color']} hair",
        "glasses": "glasses" if has["glasses"] == "yes" else None,
        "beard": "a beard" if has["facial_hair"] == "yes" else None,
    }
    return {thing: said for thing, said in words.items() if said}


def _is_held_out(text):
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big") % _HELD_OUT == 0
