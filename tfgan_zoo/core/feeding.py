"""What a user gives to `fit`, by one rule: images are uint8 in 0..255, or floats in [-1, 1]."""

import contextlib
import re

import keras
import numpy as np
import tensorflow as tf

_RULE = "Images must be uint8 in 0..255, or floats in [-1, 1]"
_REMEDY = "Map the data set, such as by `dataset.map(lambda image, label: (image / 127.5 - 1, label))`."

# Data sets that `data.load` made, whose images it has checked, have this attribute.
CHECKED = "images_are_checked"


def batch_of(data, shapes, system):
    """The batch dict {key: tensor} that a training step works on.

    Args:
        data: a dict; a tensor, which is the first key; or a tuple of it and the labels.
        shapes: {key: shape of one example} of what the system learns from.
        system: its name, for messages.

    Raises:
        KeyError: a key is missing.
        ValueError: a bare tensor where several keys are needed, or examples of another shape or type.
    """
    wanted = list(shapes)
    if isinstance(data, (tuple, list)):
        parts = [part for part in data if part is not None]
        data = parts[0] if len(parts) == 1 else dict(zip((wanted[0], "label"), parts))
    if not isinstance(data, dict):
        if len(wanted) > 1:
            raise ValueError(f"{system} trains on dicts of {' and '.join(wanted)}; got a bare tensor.")
        data = {wanted[0]: data}
    for key in wanted:
        if key not in data:
            raise KeyError(
                f"{system} trains on batches with the key {key!r}; this one has {', '.join(sorted(data))}."
            )
    return {**data, **{key: _as_learnt(key, data[key], shapes[key], system) for key in wanted}}


def _as_learnt(key, values, shape, system):
    values = tf.convert_to_tensor(values)
    if values.shape.rank is None or not values.shape[1:].is_compatible_with(shape):
        raise ValueError(
            f"{system} learns from {key} of shape [B{''.join(f', {size}' for size in shape)}]; the data have "
            f"{values.shape}. Bring the data to that shape, or build the networks for theirs "
            "(in a config: data.image_size, data.channels and the networks' image_size, channels)."
        )
    if key in ("label", "labelled_label"):
        return tf.cast(values, tf.int32)
    if values.dtype == tf.uint8:
        return tf.cast(values, tf.float32) / 127.5 - 1.0
    if not values.dtype.is_floating:
        raise ValueError(f"{_RULE}; {key} has {values.dtype.name}.")
    return tf.cast(values, tf.float32)


def checked(data):
    """Training data whose batches are held to the rule before they are trained on.

    Arrays are looked at now; of a `tf.data.Dataset`, a generator and a `PyDataset` each batch is when it comes.
    """
    if data is None or getattr(data, CHECKED, False):
        return data
    if isinstance(data, tf.data.Dataset):
        return data.map(_asserted)
    if isinstance(data, keras.utils.PyDataset):
        return _CheckedPyDataset(data)
    if isinstance(data, (np.ndarray, dict, tuple, list)) or tf.is_tensor(data):
        tf.nest.map_structure(_look_at, data)
        return data
    if hasattr(data, "__next__"):
        return _checked_generator(data)
    return data


def _look_at(values):
    """Raises ValueError for floats of images beyond [-1, 1], or NaN."""
    values = np.asarray(values)
    if values.ndim >= 3 and np.issubdtype(values.dtype, np.floating) and values.size:
        low, high = float(values.min()), float(values.max())
        if not (low >= -1.001 and high <= 1.001):
            raise ValueError(f"{_RULE}; got floats from {low:g} to {high:g}. {_REMEDY}")


def _asserted(*batch):
    """A batch of a `tf.data` pipeline with its images held to the rule."""

    def hold(values):
        if not (tf.is_tensor(values) and values.dtype.is_floating and len(values.shape) >= 3):
            return values
        low, high = tf.reduce_min(values), tf.reduce_max(values)
        holds = tf.logical_and(low >= -1.001, high <= 1.001)
        with tf.control_dependencies([tf.debugging.Assert(holds, [_RULE, low, high])]):
            return tf.identity(values)

    batch = tf.nest.map_structure(hold, batch)
    return batch if len(batch) > 1 else batch[0]


def _checked_generator(batches):
    for batch in batches:
        tf.nest.map_structure(_look_at, batch)
        # Keras asks generators for tuples.
        yield batch if isinstance(batch, tuple) else (batch,)


class _CheckedPyDataset(keras.utils.PyDataset):
    def __init__(self, data):
        super().__init__(data.workers, data.use_multiprocessing, data.max_queue_size)
        self.data = data

    def __len__(self):
        return len(self.data)

    def __getitem__(self, index):
        batch = self.data[index]
        tf.nest.map_structure(_look_at, batch)
        return batch

    def on_epoch_begin(self):
        self.data.on_epoch_begin()

    def on_epoch_end(self):
        self.data.on_epoch_end()


@contextlib.contextmanager
def readable_errors():
    """Turns the failure of a check within a graph into the one sentence that it is about."""
    try:
        yield
    except tf.errors.InvalidArgumentError as error:
        if _RULE in str(error.message):
            raise ValueError(f"{_RULE}; a batch of the data set has others. {_REMEDY}") from None
        told = re.search(r"assertion failed: \[(.+?)\]", str(error.message))
        if told is None:
            raise
        raise ValueError(told[1]) from None
