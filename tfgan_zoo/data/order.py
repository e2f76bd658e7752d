"""The orders in which examples come, each a function of a seed and the epoch alone."""

import hashlib
import zlib

import numpy as np
import tensorflow as tf

# What `tf.random.experimental.index_shuffle` puts before the two words of its seed.
_SHUFFLE_KEY = 498247692


def shuffled(index, seed, epoch, count):
    """Where positions `index` (int64 [n]) of an epoch's order lie in the stored order, int64 [n].

    epoch: a number, or one for each position (int64 [n]).

    For seed and epoch below 256 this is `tf.random.experimental.index_shuffle(index, [seed, epoch],
    count - 1)`. That cipher reads only 8 bits of each word of its key for up to 65,536 examples (half
    of those that an index needs beyond that), so that seed 256 and epoch 256 would repeat seed 0 and
    epoch 0. Their higher bits go to the third word of its key.
    """
    high = seed // 256
    hashed = zlib.crc32(str(high).encode()) if high else 0
    epoch = tf.convert_to_tensor(epoch, tf.int64)
    words = [_SHUFFLE_KEY + hashed + epoch // 256, tf.fill(tf.shape(epoch), tf.constant(seed % 2**31, tf.int64)), epoch]
    key = tf.stack(words, axis=-1)
    last = tf.constant(count - 1, tf.int64)
    return tf.raw_ops.RandomIndexShuffle(index=index, seed=key, max_index=last, rounds=4)


def repeated(index, seed, count):
    """Where positions `index` (int64 [n]) of an endless order over `count` examples lie in the stored one, int64 [n].

    The order has each example once before it has any again, and is shuffled anew each time; it is the stored one
    where `seed` is None.
    """
    if seed is None:
        return index % count
    return shuffled(index % count, another(f"repeated {seed}"), index // count, count)


class WrongExamples:
    """For each of N examples one of another class, all of these alike; anew in each epoch.

    Args:
        classes: array [N] of anything that can be sorted, of which at least two differ.
    """

    def __init__(self, classes):
        _, members, counts = np.unique(classes, return_inverse=True, return_counts=True)
        self._count = len(members)
        self._sorted = tf.constant(np.argsort(members, kind="stable"))
        self._first_after = tf.constant(np.cumsum(counts)[members])
        self._others = tf.constant(self._count - counts[members])

    def rows(self, rows, seed, epoch):
        """Rows int64 [n] -> rows int64 [n] of other classes, the same for the same seed and epoch."""
        draws = rows if seed is None else shuffled(rows, another(f"strangers {seed}"), epoch, self._count)
        # The N draws spread evenly over those of other classes, which follow one another in a circle.
        places = draws * tf.gather(self._others, rows) // self._count
        return tf.gather(self._sorted, (tf.gather(self._first_after, rows) + places) % self._count)


def another(seed):
    """A seed whose orders have nothing to do with those of `seed`."""
    return int.from_bytes(hashlib.sha256(str(seed).encode()).digest()[:8], "big")
