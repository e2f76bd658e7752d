"""What a batch may hold: for every key how it is checked, stored, resized and handed out.

Nothing else in the data room knows one key from another.
"""

import warnings
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import tensorflow as tf

from tfgan_zoo.data.labelled import DRAWN
from tfgan_zoo.utils.resize import to_uint8


def _as_it_is(values, *_):
    return values


@dataclass(frozen=True)
class Kind:
    """One kind of array [N, ...] of examples.

    Attributes:
        dtype: of its batches.
        check: an array as a user gives it -> the array that is stored; raises ValueError.
        form: (stored array, `Form`, (height, width) of the examples' images or None) -> the array in
            that form.
        plain: stored array -> what `data.arrays` gives.
        batch: a stored tensor -> the tensor of a batch.
    """

    dtype: str
    check: Callable
    form: Callable = _as_it_is
    plain: Callable = _as_it_is
    batch: Callable = _as_it_is


def formed(examples, form):
    """Every array of the dict `examples` in the `Form` asked for: all that has places in one geometry."""
    images = (array for key, array in examples.items() if KEYS[key].form is _IMAGE.form)
    size = next((array.shape[1:3] for array in images), None)
    return {key: KEYS[key].form(array, form, size) for key, array in examples.items()}


def checked(named):
    """A user's dict of arrays -> the dict as it is stored.

    Raises ValueError for unknown keys, for shapes, types or ranges that are wrong, where there is
    nothing to learn from, and for lengths that differ.
    """
    given = [key for key in KEYS if key not in DRAWN]
    if not set(SUBJECTS) & set(named) or set(named) - set(given):
        keys, subjects = ", ".join(given), " or ".join(SUBJECTS)
        raise ValueError(f"a dict of arrays has the keys {keys}, with {subjects}; got {list(named)}")
    arrays = {key: KEYS[key].check(_of_length(key, named[key])) for key in KEYS if key in named}
    lengths = {key: len(array) for key, array in arrays.items()}
    if len(set(lengths.values())) != 1 or 0 in lengths.values():
        raise ValueError(f"the arrays must be of one length, at least 1; got {lengths}")
    return arrays


def _of_length(key, values):
    array = np.asarray(values)
    if array.ndim == 0:
        raise ValueError(f"{key} must be an array of examples [N, ...], got {values!r}")
    return array


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
            stacklevel=7,
        )
    return images.astype(np.float32)


def _image_batch(images):
    return tf.cast(images, tf.float32) / 127.5 - 1.0 if images.dtype == tf.uint8 else images


def _check_layout(layouts):
    if layouts.ndim != 3 or 0 in layouts.shape[1:] or not np.issubdtype(layouts.dtype, np.integer):
        raise ValueError(f"layouts must be integers [N,H,W], got {layouts.dtype} {layouts.shape}")
    converted = layouts.astype(np.uint8)
    if not np.array_equal(converted, layouts):
        raise ValueError("layouts must hold classes from 0 (background) to 255")
    return converted


def _check_integers(plural, dims):
    def check(values):
        shape = f"[{','.join('NKM'[:dims])}]"
        if values.ndim != dims or not np.issubdtype(values.dtype, np.integer):
            raise ValueError(f"{plural} must be integers {shape}, got {values.dtype} {values.shape}")
        converted = values.astype(np.int32)
        if not np.array_equal(converted, values):
            raise ValueError(f"{plural} must fit in int32")
        return converted

    return check


def _check_caption(captions):
    """Stored as NumPy text of one width, which needs no pickle; batches hold its UTF-8."""
    if captions.dtype.kind == "S":
        captions = np.char.decode(captions, "utf-8")
    texts = captions.tolist()
    if captions.ndim != 1 or not all(isinstance(text, str) for text in texts):
        raise ValueError(f"captions must be strings [N], got {captions.dtype} {captions.shape}")
    return np.array(texts, np.str_)


def _check_boxes(boxes):
    if boxes.ndim != 3 or boxes.shape[2] != 4 or not np.issubdtype(boxes.dtype, np.floating):
        raise ValueError(f"boxes must be floats [N,K,4], got {boxes.dtype} {boxes.shape}")
    if boxes.size and not (boxes.min() >= 0 and boxes.max() <= 1):
        raise ValueError("boxes must be fractions (top, left, bottom, right) of the image, from 0 to 1")
    return boxes.astype(np.float32)


def _check_vectors(key):
    def check(x):
        if x.ndim != 2 or not np.issubdtype(x.dtype, np.floating):
            raise ValueError(f"{key} must be floats [N,d], got {x.dtype} {x.shape}")
        if not np.isfinite(x).all():
            raise ValueError(f"{key} must be finite; it holds NaN or infinity")
        return x.astype(np.float32)

    return check


def _check_in_range(key, axes):
    """Of videos, voxels and sequences, which are not resized."""

    def check(values):
        if values.ndim != len(axes):
            raise ValueError(f"{key} must be [{','.join(axes)}], got shape {values.shape}")
        if values.dtype == np.uint8:
            return values
        if not np.issubdtype(values.dtype, np.floating):
            raise ValueError(f"{key} must be uint8 in 0..255 or float in [-1, 1], got {values.dtype}")
        if values.size and not (values.min() >= -1 and values.max() <= 1):
            raise ValueError(f"floats of {key} must lie in [-1, 1], got [{values.min()}, {values.max()}]")
        return values.astype(np.float32)

    return check


def _in_range(key, axes):
    return Kind("float32", _check_in_range(key, axes), batch=_image_batch)


def _integers(plural, dims):
    return Kind("int32", _check_integers(plural, dims))


_IMAGE = Kind("float32", _check_image, lambda images, form, _: form.array(images), to_uint8, _image_batch)
# Stored as floats, such as the small images of `degraded` in [0, 1], a condition keeps its range.
_CONDITION = replace(_IMAGE, plain=_as_it_is)
_LAYOUT = Kind(
    "int32",
    _check_layout,
    lambda layouts, form, _: form.layout(layouts),
    batch=lambda layouts: tf.cast(layouts, tf.int32),
)
_ATTRIBUTES = _integers("attributes", 2)

KEYS = {
    "image": _IMAGE,
    "image_a": _IMAGE,
    "image_b": _IMAGE,
    "condition": _CONDITION,
    "wrong_image": _IMAGE,
    "layout": _LAYOUT,
    "label": _integers("labels", 1),
    "labelled_image": _IMAGE,
    "labelled_label": _integers("labels", 1),
    "attributes": _ATTRIBUTES,
    "attributes_a": _ATTRIBUTES,
    "attributes_b": _ATTRIBUTES,
    "boxes": Kind("float32", _check_boxes, lambda boxes, form, size: form.boxes(boxes, size)),
    "classes": _integers("classes", 2),
    "caption": Kind("string", _check_caption),
    "text": Kind("float32", _check_vectors("text")),
    "x": Kind("float32", _check_vectors("x")),
    "frames": _in_range("frames", "NTHWC"),
    "voxels": _in_range("voxels", "NDHWC"),
    "notes": _in_range("notes", "NTD"),
}

# What a GAN can learn to make; the other keys go with one of these.
SUBJECTS = ("image", "image_a", "x", "frames", "voxels", "notes")
