"""Examples that a model holds: pools of old fakes for the discriminator to see again, and stored reals."""

import keras
import numpy as np
import tensorflow as tf

from tfgan_zoo.layers.state import state
from tfgan_zoo.random import draws
from tfgan_zoo.random.noise import replica_rows


class _Pool(keras.layers.Layer):
    """Slots for examples, filled in order; lives in the model, so checkpoints carry it.

    Under `tf.distribute` every replica holds the same pool.

    Args:
        size: slots, at least one global batch of fakes.
        example_shape: the shape of one fake.
    """

    def __init__(self, size, example_shape, **kwargs):
        super().__init__(dtype="float32", **kwargs)
        self.size = size
        self.slots = state(self, "slots", (size, *example_shape))
        self.stored = state(self, "stored", (), "int64")
        self.built = True

    @property
    def is_full(self):
        return self.stored.value >= self.size

    def _everyone(self, fakes):
        """The fakes of all replicas, in order.

        Raises:
            ValueError: their number is not fixed, or they are more than the pool has slots.
        """
        if fakes.shape[0] is None:
            raise ValueError(
                "A replay pool takes batches of a fixed size; batch the data with drop_remainder=True."
            )
        context = tf.distribute.get_replica_context()
        count = fakes.shape[0] * context.num_replicas_in_sync
        if count > self.size:
            raise ValueError(
                f"A replay pool of {self.size} slots cannot take {count} fakes at once; make the "
                "pool larger or the batch smaller."
            )
        if context.num_replicas_in_sync > 1:
            # Gathering forgets how many there are.
            fakes = tf.ensure_shape(context.all_gather(fakes, axis=0), [count, *fakes.shape[1:]])
        return fakes

    def _places(self, count, noise):
        """A slot for each of `count` fakes: in order while the pool fills, then distinct random ones."""
        in_order = (tf.range(count, dtype=tf.int64) + self.stored.value) % self.size
        return tf.where(self.is_full, tf.cast(noise.distinct(count, self.size), tf.int64), in_order)

    def _put(self, places, fakes):
        self.slots.assign(tf.tensor_scatter_nd_update(self.slots.value, places[:, None], fakes))
        self.stored.assign(tf.minimum(self.stored.value + places.shape[0], self.size))

    def get_config(self):
        return {
            **super().get_config(),
            "size": self.size,
            "example_shape": list(self.slots.shape[1:]),
        }


@keras.saving.register_keras_serializable("tfgan_zoo")
class ReplayPool(_Pool):
    """Holds the last fakes of many steps, of which half of a discriminator's batch comes.

    Once the pool is full, each new batch overwrites as many slots chosen at random.
    """

    def mix(self, fakes, noise):
        """`fakes` [B, ...] with every second one replaced by an old one, once there are any.

        Alternate rows, so that the same rows of the global batch are replaced on any number of
        replicas.

        Raises:
            ValueError: B is not fixed, or odd.
        """
        batch = fakes.shape[0]
        if batch is None or batch % 2:
            raise ValueError(
                f"A replay pool mixes batches of a fixed, even size; got {batch}. Batch the data "
                "with drop_remainder=True."
            )
        filled = self.stored.value
        place = noise.uniform([batch // 2]) * tf.cast(filled, tf.float32)
        # Rounding may lift the product to `filled` itself.
        place = tf.minimum(tf.cast(place, tf.int64), tf.maximum(filled - 1, 0))
        old = tf.gather(self.slots.value, place)
        old = tf.where(filled > 0, old, fakes[::2])
        return tf.reshape(tf.stack([old, fakes[1::2]], axis=1), fakes.shape)

    def store(self, fakes, noise):
        """Puts the fakes of all replicas, [B, ...] each, into the pool.

        Raises:
            ValueError: B is not fixed, or one global batch has more fakes than the pool has slots.
        """
        everyone = self._everyone(fakes)
        self._put(self._places(everyone.shape[0], noise), everyone)


@keras.saving.register_keras_serializable("tfgan_zoo")
class HistoryPool(_Pool):
    """Hands out an old fake in place of a new one, half of the time (Zhu et al. 2017, section 4).

    The rule of the released code: until the pool is full it stores each fake and gives it back; then,
    for each fake, with probability 1/2 it gives back a random stored one, whose slot the new one takes,
    else the new one, which it does not store. Of a batch, each fake has a slot of its own; the batch
    that fills the pool is stored whole.
    """

    def exchange(self, fakes, noise):
        """What the discriminator sees in place of `fakes` [B, ...], of that shape.

        Raises:
            ValueError: B is not fixed, or one global batch has more fakes than the pool has slots.
        """
        everyone = self._everyone(fakes)
        count = everyone.shape[0]
        places = self._places(count, noise)
        heads = draws.uniform([count], noise.key()) < 0.5
        heads = tf.reshape(heads, [count] + [1] * (len(fakes.shape) - 1))
        old = tf.gather(self.slots.value, places)
        is_full = self.is_full
        shown = tf.where(tf.logical_and(is_full, heads), old, everyone)
        self._put(places, tf.where(tf.logical_and(is_full, tf.logical_not(heads)), old, everyone))
        return replica_rows(lambda shape: shown, fakes.shape)


@keras.saving.register_keras_serializable("tfgan_zoo")
class ExampleStore(_Pool):
    """Keeps the first examples that it is shown, and draws among them by weights.

    Shown the batches of a data set that is shuffled anew each epoch, it holds as much of that as it has slots
    for.
    """

    def __init__(self, size, example_shape, **kwargs):
        super().__init__(size, example_shape, **kwargs)
        self.weightings = state(self, "weightings", (size,))
        self.weightings.assign(np.full([size], 1 / size))

    def keep(self, examples):
        """Puts the examples of all replicas, [B, ...] each, into the store, until it is full.

        Raises:
            ValueError: B is not fixed, or a global batch has more examples than the store has slots.
        """
        everyone = self._everyone(examples)
        places = (tf.range(everyone.shape[0], dtype=tf.int64) + self.stored.value) % self.size
        held = tf.gather(self.slots.value, places)
        self._put(places, tf.where(self.is_full, held, everyone))

    def held(self):
        """The examples that it holds, a float32 array [n, ...]."""
        return self.slots.numpy()[: int(self.stored.numpy())]

    def weigh(self, weights):
        """Sets the weights of the n examples that it holds, [n], not negative."""
        padding = np.zeros([self.size - len(weights)])
        self.weightings.assign(np.concatenate([weights, padding]))

    def draw(self, rows, noise):
        """Examples [rows, ...] of those that it holds, drawn with replacement by their weights."""
        key = noise.key()
        places = replica_rows(lambda shape: draws.weighted(shape[0], key, self.weightings.value), [rows])
        return tf.gather(self.slots.value, places)
