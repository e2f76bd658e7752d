"""Data sets made of others: images with the condition to translate them from, domains apart or together."""

import itertools

import numpy as np

from tfgan_zoo.data.source import OPERATORS, Source
from tfgan_zoo.utils.resize import to_uint8

# Of the largest magnitude that a step from black to white gives.
EDGE_THRESHOLD = 0.08

# The colours of a layout's classes: black where there is none, then twenty-six that differ by 127 or more.
PALETTE = np.array(list(itertools.product((0, 128, 255), repeat=3)), np.uint8)

# Rec. 601 luma of R, G and B.
_LUMA = np.array([0.299, 0.587, 0.114], np.float32)


@OPERATORS.register
def edges(name, find):
    """"edges/NAME": the `image` of NAME with its `edge_map` as `condition` [B,H,W,1].

    The map is that of the image in the size asked for.
    """
    inner = find(name)

    def read(split, form, take):
        examples = inner.examples(split, form, take)
        _require(("image",), examples, inner.name, "edges")
        return {"condition": edge_map(to_uint8(examples["image"])), "image": examples["image"]}

    return Source(f"edges/{name}", read)


@OPERATORS.register
def layout(name, find):
    """"layout/NAME": the `image` and `layout` of NAME, and as `condition` the layout in colours [B,H,W,3].

    The colours are those of `PALETTE`. Reading raises ValueError for layouts of more than 26 classes.
    """
    inner = find(name)

    def read(split, form, take):
        examples = inner.examples(split, form, take)
        _require(("image", "layout"), examples, inner.name, "layout")
        maps = examples["layout"]
        if maps.max() >= len(PALETTE):
            raise ValueError(f"there are colours for {len(PALETTE) - 1} classes; {name} has {maps.max()}")
        return {"condition": PALETTE[maps], "image": examples["image"], "layout": maps}

    return Source(f"layout/{name}", read, inner.class_names)


@OPERATORS.register
def unpaired(names, find):
    """"unpaired/A+B": `image_a` and `image_b`, with `attributes_a` and `attributes_b` where there are any.

    Each domain is shuffled in an order of its own, so that every epoch pairs its images anew; an epoch
    has as many examples as the smaller domain, and the larger one's take turns.
    `split` and `take` hold for each domain.

    Raises ValueError unless there are two names.
    """
    domains = dict(zip(("_a", "_b"), _two("unpaired", names, find)))

    def read(split, form, take):
        found = {}
        for suffix, domain in domains.items():
            examples = domain.examples(split, form, take)
            _require(("image",), examples, domain.name, "unpaired")
            found |= {key + suffix: examples[key] for key in ("image", "attributes") if key in examples}
        return found

    return Source(f"unpaired/{names}", read, apart=("image_b", "attributes_b"))


@OPERATORS.register
def union(names, find):
    """"union/A+B": each `image` of A, then of B, with `attributes` where both have them; `label` says whose.

    `split` and `take` hold for each of them.

    Raises ValueError unless there are two names.
    """
    parts = _two("union", names, find)

    def read(split, form, take):
        found = [part.examples(split, form, take) for part in parts]
        for part, examples in zip(parts, found):
            _require(("image",), examples, part.name, "union")
        shared = [key for key in ("image", "attributes") if all(key in examples for examples in found)]
        label = np.repeat(np.arange(2, dtype=np.int32), [len(examples["image"]) for examples in found])
        joined = {key: np.concatenate([examples[key] for examples in found]) for key in shared}
        return {**joined, "label": label}

    return Source(f"union/{names}", read, tuple(part.name for part in parts))


def _two(operator, names, find):
    parts = names.split("+")
    if len(parts) != 2 or not all(parts):
        raise ValueError(f"{operator} is of two data sets, {operator}/NAME+NAME; got '{operator}/{names}'")
    return [find(part) for part in parts]


@OPERATORS.register
def permuted_labels(name, find):
    """"permuted_labels/NAME": NAME with its labels dealt out anew among all examples of a split.

    The control of conditional systems: every image and every label is there, and no image belongs to
    its label.
    """
    inner = find(name)

    def read(split, form, take):
        examples = inner.examples(split, form, take)
        _require(["label"], examples, name, "permuted_labels")
        dealt = np.random.default_rng(0).permutation(examples["label"])
        return {**examples, "label": dealt}

    return Source(f"permuted_labels/{name}", read, inner.class_names)


def edge_map(images):
    """uint8 images [N,H,W,C] -> uint8 [N,H,W,1]: 0 (a black line) on edges, 255 on the ground.

    An edge is where the magnitude of the Sobel gradient of the luminance (Rec. 601) exceeds
    `EDGE_THRESHOLD`; at the borders the image goes on as it ends.
    """
    # Piece by piece, since the gradients take eight times the room of the images.
    return np.concatenate([_edge_map(images[i : i + 512]) for i in range(0, len(images), 512)])


def _edge_map(images):
    luma = images @ _LUMA if images.shape[-1] == 3 else images[..., 0].astype(np.float32)
    padded = np.pad(luma / 255, [(0, 0), (1, 1), (1, 1)], mode="edge")
    above, here, below = padded[:, :-2], padded[:, 1:-1], padded[:, 2:]
    smooth_rows = (above + 2 * here + below) / 4
    left, middle, right = padded[:, :, :-2], padded[:, :, 1:-1], padded[:, :, 2:]
    smooth_columns = (left + 2 * middle + right) / 4
    across = smooth_rows[:, :, 2:] - smooth_rows[:, :, :-2]
    down = smooth_columns[:, 2:] - smooth_columns[:, :-2]
    magnitude = np.sqrt(np.square(across) + np.square(down))
    return np.where(magnitude > EDGE_THRESHOLD, 0, 255).astype(np.uint8)[..., None]


def _require(keys, examples, name, operator):
    if not set(keys) <= set(examples):
        raise ValueError(f"{operator} needs {' and '.join(keys)}, and {name} has {', '.join(examples)}")
