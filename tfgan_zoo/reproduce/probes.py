"""Judges of what models make: networks that read images, trained on real ones alone, and figures of runs."""

import keras
import numpy as np
from keras import layers
from scipy import stats
from sklearn.metrics import homogeneity_score

# What a label of an image is where it is not known.
UNKNOWN = -1


def segmenter(images, maps, epochs, width=16, seed=0):
    """A network that names the class of every pixel.

    Args:
        images: uint8 [n, H, W, C], H and W multiples of 4.
        maps: integers [n, H, W], classes from 0.
        epochs: of Adam at 2e-3, batches of 32.
        width: maps at full resolution, twice and four times as many below.

    Returns:
        A `keras.Model` for `predict`: images -> logits [n, H, W, classes].
    """
    keras.utils.set_random_seed(seed)
    inputs, x = _start(images)
    full = _conv(x, width)
    half = _conv(full, 2 * width, strides=2)
    x = _conv(_conv(half, 4 * width, strides=2), 4 * width)
    for filters, beside in ((2 * width, half), (width, full)):
        x = layers.Concatenate()([layers.UpSampling2D(2)(x), beside])
        x = _conv(x, filters)
    logits = layers.Conv2D(int(maps.max()) + 1, 1)(x)
    return _fitted(keras.Model(inputs, logits), images, maps, epochs)


def classifier(images, labels, epochs, width=16, seed=0):
    """A network with a head for each kind of label.

    Args:
        images: uint8 [n, H, W, C].
        labels: name -> integers [n], classes from 0; `UNKNOWN` ones teach nothing.
        epochs: of Adam at 2e-3, batches of 32.
        width: maps after the first of three halving convolutions.

    Returns:
        A `keras.Model` for `predict`: images -> name -> logits [n, classes].
    """
    keras.utils.set_random_seed(seed)
    inputs, x = _start(images)
    for level in range(3):
        x = _conv(x, width * 2**level, strides=2)
    x = layers.Dense(64, activation="relu")(layers.Flatten()(x))
    heads = {name: layers.Dense(int(v.max()) + 1, name=name)(x) for name, v in labels.items()}
    return _fitted(keras.Model(inputs, heads), images, labels, epochs)


def _start(images):
    inputs = keras.Input(images.shape[1:])
    return inputs, layers.Rescaling(1 / 127.5, -1.0)(inputs)


def _conv(x, filters, strides=1):
    x = layers.Conv2D(filters, 3, strides=strides, padding="same", use_bias=False)(x)
    return layers.ReLU()(layers.BatchNormalization(momentum=0.9)(x))


def _fitted(network, images, targets, epochs):
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True, ignore_class=UNKNOWN)
    # One loss object a head: Keras asks for a structure like the outputs'.
    losses = {name: loss for name in targets} if isinstance(targets, dict) else loss
    network.compile(keras.optimizers.Adam(2e-3), losses)
    network.fit(images, targets, batch_size=32, epochs=epochs, verbose=0)
    return network


def read(network, images):
    """The likeliest classes: an int array, or name -> int array."""
    logits = network.predict(images, batch_size=100, verbose=0)
    if isinstance(logits, dict):
        return {name: values.argmax(axis=-1) for name, values in logits.items()}
    return logits.argmax(axis=-1)


def agreement(found, expected):
    """The share of known `expected` labels that were found, a float."""
    known = np.asarray(expected) != UNKNOWN
    return float(np.mean(np.asarray(found)[known] == np.asarray(expected)[known]))


def kept(source, read):
    """How much of an attribute of sources can be told from its reading in what was made of them, in [0, 1].

    The mutual information of both over the attribute's entropy: 0 where what is made ignores its source,
    whatever its own shares are; 1 where each reading stands for one value, even for another than its own.

    Args:
        source: integers [n], classes; those that are `UNKNOWN` do not count.
        read: integers [n], what a judge reads.
    """
    known = np.asarray(source) != UNKNOWN
    return float(homogeneity_score(np.asarray(source)[known], np.asarray(read)[known]))


def features(network, images):
    """What the last layers of a `classifier` read, of uint8 images [n, H, W, C]: float32 [n, 64]."""
    trunk = keras.Model(network.input, next(iter(network.output.values()))._keras_history.operation.input)
    return trunk.predict(images, batch_size=100, verbose=0)


def gradients(images):
    """The lengths of the gradients of images at all pixels: float32 [n (H - 1) (W - 1)].

    Gradients are differences of neighbouring grey values in [0, 1], the means over the channels.

    images: uint8 [n, H, W, C].
    """
    grey = images.astype(np.float32).mean(axis=-1) / 255
    down, across = np.diff(grey, axis=1)[:, :, :-1], np.diff(grey, axis=2)[:, :-1]
    return np.hypot(down, across).ravel()


def gradient_distance(images, others):
    """How much two sets differ in sharpness: the Wasserstein-1 distance between their `gradients`.

    images, others: uint8 [n, H, W, C].
    """
    return float(stats.wasserstein_distance(gradients(images), gradients(others)))


def mean_pair_distance(vectors):
    """n sets of k vectors, [n, k, d] -> the mean Euclidean distance between two vectors of a set, a float."""
    count = vectors.shape[1]
    distances = [np.linalg.norm(each[:, None] - each[None], axis=-1).sum() for each in vectors]
    return float(np.mean(distances) / (count * (count - 1)))


def correlation_along(variant, estimate, window, score="fid"):
    """Spearman's rho, along a run, of a score and the median of an estimate over the losses before a scoring.

    Args:
        variant: a `Variant`, or what has its `losses` and `scores`.
        estimate: a function of a row of losses to a number.
        window: how many rows before a scoring give the median.
        score: its name in the rows of scores.
    """
    medians, found = [], []
    for row in variant.scores:
        before = [estimate(loss) for loss in variant.losses if loss["step"] <= row["step"]]
        medians.append(np.median(before[-window:]))
        found.append(row[score])
    return float(stats.spearmanr(medians, found).statistic)


def at_end(rows, name, share):
    """The mean of a logged value over the last share, in (0, 1], of a run's rows: of one at least."""
    last = max(1, round(share * len(rows)))
    return float(np.mean([row[name] for row in rows[-last:]]))


def mean_and_error(values):
    """The mean of figures [n], a seed's each, and its standard error; None for that of a single figure."""
    error = np.std(values, ddof=1) / np.sqrt(len(values)) if len(values) > 1 else None
    return float(np.mean(values)), error


def t_bound(differences, confidence=0.95):
    """The one-sided lower bound of the mean of paired differences, by Student's t.

    Args:
        differences: a list or array [n] of two or more numbers, a seed's each.
        confidence: how likely the mean of all seeds lies above the bound, where the differences are normal.

    Raises:
        ValueError: fewer than two differences have no spread.
    """
    count = len(differences)
    if count < 2:
        raise ValueError(f"A bound of a mean takes two paired seeds or more; got {count}.")
    mean, error = mean_and_error(differences)
    return float(mean - stats.t.ppf(confidence, count - 1) * error)
