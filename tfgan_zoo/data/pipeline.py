"""`load`: examples in memory, an order that is a function of (seed, step), and batches from both."""

import operator
import warnings

import numpy as np
import tensorflow as tf

from tfgan_zoo.core.feeding import CHECKED
from tfgan_zoo.data.classes import of_classes
from tfgan_zoo.data.facts import Info, contents
from tfgan_zoo.data.find import find
from tfgan_zoo.data.kinds import KEYS
from tfgan_zoo.data.labelled import DRAWN, partly_labelled
from tfgan_zoo.data.order import WrongExamples, another, repeated, shuffled
from tfgan_zoo.data.taken import LeftOut
from tfgan_zoo.losses.semi_supervised import UNLABELLED
from tfgan_zoo.utils.resize import Form

# A batch is one gather, far cheaper than a training step: two hands and a short queue suffice.
_WORKERS = 2
_AHEAD = 8


def load(
    name,
    split="train",
    batch_size=64,
    seed=0,
    *,
    image_size=None,
    fit="crop",
    channels=None,
    take=None,
    classes=None,
    keys=None,
    labelled=None,
    labelled_seed=0,
    data_dir=None,
    shuffle=True,
    start_step=None,
):
    """Batches of a data set, the same from the same seed.

    Args:
        name: "fashion_mnist_10k" (bundled); a name that `prepare` has built, "avatars/avataaars",
            "avatars/personas", "noto_emoji", "noto_emoji/all", "scenes"; what is made of other data,
            "binary/NAME", "captioned/NAME", "described/NAME", "edges/NAME", "layout/NAME",
            "union/NAME+NAME" or "unpaired/NAME+NAME", see `pairs`, or "degraded/bicubic4/NAME", see
            `degraded`; a TFDS name,
            "name/config:version", that is prepared on disk; a folder of images; "toy/gaussian_1d",
            "toy/mixture_1d", "toy/ring8", "toy/grid25", "toy/grid25_unit_variance"; an image array
            [N,H,W(,C)], uint8 or float in [-1,1]; or a dict of arrays, see `kinds.KEYS`.
            Names come before folders: write "./mnist" for a folder called mnist.
        split: a split, or a slice of one such as "train[:80%]". A slice cuts the stored order, in
            which a folder's classes follow one another.
        batch_size: of every batch; what remains at the end of an epoch is left out of that epoch.
        seed: of the order; an int >= 0.
        image_size: int or (height, width); required where sizes differ.
        fit: "crop", "pad" or "stretch", see `resize.Form`.
        channels: 1 or 3 to convert; None keeps what there is.
        take: only the first `take` examples.
        classes: only examples with one of these labels, such as [0]; None for all.
        keys: only these keys of a batch, such as ("image", "label"); None for all. XLA compiles no
            batch with strings, so `jit_compile` needs a choice without `caption`.
        labelled: keep only so many labels, of images, as many of each class; all other labels become -1,
            for semi-supervised learning. Labels of -1 in arrays stand for none, too.
        labelled_seed: of which labels are kept; `seed` does not change them.
        data_dir: where TFDS' prepared data sets are, else $TFDS_DATA_DIR, else TFDS' default; of
            what `prepare` has built, a folder to look in before the zoo's cache.
        shuffle: False gives the stored order, every epoch.
        start_step: None gives a finite dataset, one epoch an iteration; a number gives an endless
            stream whose first batch is that of this step, counted from the start of training.

    Returns:
        A `tf.data.Dataset` of dicts: `image` float32 [B,H,W,C] in [-1,1] and what there is of `label`
        int32 [B], `attributes` int32 [B,K], `layout` int32 [B,H,W] (0 is background), `boxes` float32
        [B,K,4] with `classes` int32 [B,K], `caption` string [B] (UTF-8), `text` float32 [B,d],
        `condition` and `wrong_image` (images; the conditions of `degraded` are in [0,1]); or `image_a` and
        `image_b` with `attributes_a` and `attributes_b`; or `x` float32 [B,d].

        Where some examples have a label and others -1, each batch brings a labelled one of B examples beside:
        `labelled_image` and `labelled_label`, drawn from the labelled examples, which are shuffled and repeated
        in an order of their own. `image` and `label` are of all examples.

        The finite one has len() and counts its iterations: the e-th complete one is epoch e, so that
        `fit(dataset, epochs=3)` sees the batches of the stream from step 0 on; one given up before
        its last batch is read does not count. (Under a `tf.distribute` strategy `fit` reads a few
        batches beforehand, which may count as an epoch where that has fewer than 8; the stream has no
        such limit.)

    Raises:
        ValueError: an argument, image or array is not what it must be, or examples are too few.
        FileNotFoundError: there is no such folder, or the data set is not prepared; it says how to.
    """
    batch_size = _at_least(1, batch_size, "batch_size")
    seed = _at_least(0, seed, "seed")
    start_step = start_step if start_step is None else _at_least(0, start_step, "start_step")
    source, whole = _find(name, split, Form.of(image_size, fit, channels), take, data_dir, classes)
    examples = _chosen(source, partly_labelled(whole, labelled, labelled_seed, source.name), keys)
    unlike = {key: classes(whole) for key, classes in source.unlike.items() if key in examples}
    steps = _count(examples) // batch_size
    if not steps:
        raise ValueError(f"batch_size {batch_size} is more than the {_count(examples)} examples of {split!r}")
    batch = _batch_function(examples, batch_size, seed if shuffle else None, source.apart, unlike)
    dataset = _epochs(batch, steps) if start_step is None else _stream(batch, steps, start_step)
    setattr(dataset, CHECKED, True)
    return dataset


def arrays(
    name,
    split="train",
    *,
    image_size=None,
    fit="crop",
    channels=None,
    take=None,
    classes=None,
    keys=None,
    labelled=None,
    labelled_seed=0,
    data_dir=None,
):
    """The examples that `load` draws from, in their stored order, as a dict of NumPy arrays.

    Returns:
        The keys of `load`: images uint8 [N,H,W,C], where floats are rounded to the nearest of the
        256 levels, layouts uint8, conditions as they are stored, captions NumPy text, the rest as in
        batches. Of unpaired domains each has all its examples, be they more than the other's; under
        `labelled_image` and `labelled_label` is each labelled example once. Not to be written to.

    Arguments and errors are those of `load`.
    """
    source, whole = _find(name, split, Form.of(image_size, fit, channels), take, data_dir, classes)
    examples = _chosen(source, partly_labelled(whole, labelled, labelled_seed, source.name), keys)
    return {key: KEYS[key].plain(array) for key, array in examples.items()}


def info(
    name,
    split="train",
    *,
    image_size=None,
    fit="crop",
    channels=None,
    take=None,
    classes=None,
    keys=None,
    labelled=None,
    labelled_seed=0,
    data_dir=None,
):
    """The `Info` of what `load` would give. Arguments and errors are those of `load`."""
    source, whole = _find(name, split, Form.of(image_size, fit, channels), take, data_dir, classes)
    examples = _chosen(source, partly_labelled(whole, labelled, labelled_seed, source.name), keys)
    elements = {key: (array.shape[1:], KEYS[key].dtype) for key, array in examples.items()}
    label_counts = None
    if "label" in examples:
        labels, counts = np.unique(examples["label"][examples["label"] != UNLABELLED], return_counts=True)
        label_counts = dict(zip(labels.tolist(), counts.tolist()))
    return Info(
        _count(examples), elements, source.class_names, label_counts, contents(examples), source.folders
    )


def is_of_files(name, data_dir=None):
    """Whether a name stands for a folder of the user's, or for data that are made of one.

    Such data are known by their `contents`; others by their name.
    """
    return bool(find(name, data_dir).folders)


def _find(name, split, form, take, data_dir, classes):
    source = find(name, data_dir)
    for folder in source.folders:
        if folder.losses:
            warnings.warn(str(folder), LeftOut, stacklevel=3)
    if classes is None:
        return source, source.examples(split, form, take)
    return source, of_classes(source.examples(split, form, None), classes, take, source.name)


def _chosen(source, examples, keys):
    if keys is None:
        return examples
    unknown = ", ".join(key for key in keys if key not in examples)
    if unknown or not keys:
        raise ValueError(f"keys: no {unknown or 'key at all'}; {source.name} has {', '.join(examples)}")
    return {key: examples[key] for key in keys}


def _batch_function(examples, batch_size, seed, apart, unlike):
    """(epoch, step within it) -> a batch; in the stored order where `seed` is None.

    The keys of a labelled batch go round and round the labelled examples. The keys in `apart` follow an order of
    their own, over all of their own examples. Those in `unlike`, {key: classes [N]}, are of an example of another
    class than the other keys of their row.
    """
    labelled = [key for key in DRAWN if key in examples]
    together = [key for key in examples if key not in apart and key not in labelled]
    others = [key for key in examples if key in apart]
    groups = [(together, seed), (others, seed if seed is None else another(seed))]
    of_an_epoch = _count(examples) // batch_size * batch_size
    # The arrays stay in the host's memory, whatever device is the default.
    with tf.device("CPU:0"):
        tensors = {key: tf.constant(array) for key, array in examples.items()}
        strangers = {key: WrongExamples(classes) for key, classes in unlike.items()}

    def batch(epoch, step):
        index = step * batch_size + tf.range(batch_size, dtype=tf.int64)
        found = {}
        for keys, seed in groups:
            if not keys:
                continue
            rows = index if seed is None else shuffled(index, seed, epoch, len(examples[keys[0]]))
            for key in keys:
                place = strangers[key].rows(rows, seed, epoch) if key in strangers else rows
                found[key] = KEYS[key].batch(tf.gather(tensors[key], place))
        for key in labelled:
            place = repeated(epoch * of_an_epoch + index, seed, len(examples[key]))
            found[key] = KEYS[key].batch(tf.gather(tensors[key], place))
        return found

    return batch


def _stream(batch, steps, start):
    counter = tf.data.Dataset.counter(start, dtype=tf.int64)
    plans = counter.map(lambda step: (step // steps, step % steps))
    return _mapped(plans, batch).prefetch(_AHEAD).with_options(_options())


def _epochs(batch, steps):
    finished = [0]

    def epoch_of_iteration(_):
        return tf.ensure_shape(tf.numpy_function(lambda: np.int64(finished[0]), [], tf.int64), [])

    def finish(epoch):
        finished[0] = max(finished[0], int(epoch) + 1)
        return np.int64(0)

    def plan(epoch):
        return tf.data.Dataset.range(steps).map(lambda step: (epoch, step))

    def note_last(epoch, step, examples):
        done = tf.cond(step == steps - 1, lambda: tf.numpy_function(finish, [epoch], tf.int64), lambda: step)
        with tf.control_dependencies([done]):
            return {key: tf.identity(value) for key, value in examples.items()}

    plans = tf.data.Dataset.range(1).map(epoch_of_iteration).flat_map(plan)
    batches = _mapped(plans, lambda epoch, step: (epoch, step, batch(epoch, step))).prefetch(_AHEAD)
    # Behind the prefetch, and with none put behind it: a batch counts when it is read, not when it is ready.
    options = _options()
    options.experimental_optimization.inject_prefetch = False
    return batches.map(note_last).apply(tf.data.experimental.assert_cardinality(steps)).with_options(options)


def _options():
    """Without autotuning, whose thread costs time and holds up the end of every iteration."""
    options = tf.data.Options()
    options.autotune.enabled = False
    return options


def _mapped(dataset, function):
    return dataset.map(function, num_parallel_calls=_WORKERS, deterministic=True)


def _count(examples):
    """The number of examples of an epoch: that of the shorter domain where there are two."""
    return min(len(examples[key]) for key in set(examples) - set(DRAWN) or examples)


def _at_least(least, value, name):
    number = operator.index(value)
    if number < least:
        raise ValueError(f"{name} must be at least {least}, got {value}")
    return number
