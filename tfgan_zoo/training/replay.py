"""A pool of old fakes for the discriminator to see again."""

import keras
import tensorflow as tf


@keras.saving.register_keras_serializable("tfgan_zoo")
class ReplayPool(keras.layers.Layer):
    """Holds the last fakes of many steps; lives in the model, so checkpoints carry it.

    While it fills, fakes are stored in order; once full, each new batch overwrites as many slots
    chosen at random. Under `tf.distribute` every replica holds the same pool.

    Args:
        size: slots, at least one global batch of fakes.
        example_shape: the shape of one fake.
    """

    def __init__(self, size, example_shape, **kwargs):
        super().__init__(dtype="float32", **kwargs)
        self.size = size
        self.slots = self._state("slots", (size, *example_shape), "float32")
        self.stored = self._state("stored", (), "int64")
        self.built = True

    def _state(self, name, shape, dtype):
        return self.add_weight(
            name=name,
            shape=shape,
            dtype=dtype,
            initializer="zeros",
            trainable=False,
            aggregation="only_first_replica",
        )

    def mix(self, fakes, noise):
        """`fakes` [B, ...] with every second one replaced by an old one, once there are any.

        Alternate rows, so that the same rows of the global batch are replaced on any number of
        replicas.

        Raises:
            ValueError: B is not fixed (use `drop_remainder`), or odd.
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
        """Puts the fakes of all replicas into the pool.

        Raises:
            ValueError: one global batch has more fakes than the pool has slots.
        """
        context = tf.distribute.get_replica_context()
        count = fakes.shape[0] * context.num_replicas_in_sync
        if count > self.size:
            raise ValueError(
                f"A replay pool of {self.size} slots cannot take {count} fakes at once; make the "
                "pool larger or the batch smaller."
            )
        if context.num_replicas_in_sync > 1:
            fakes = context.all_gather(fakes, axis=0)
        in_order = (tf.range(count, dtype=tf.int64) + self.stored.value) % self.size
        full = self.stored.value >= self.size
        place = tf.where(full, tf.cast(noise.distinct(count, self.size), tf.int64), in_order)
        self.slots.assign(tf.tensor_scatter_nd_update(self.slots.value, place[:, None], fakes))
        self.stored.assign(tf.minimum(self.stored.value + count, self.size))

    def get_config(self):
        return {
            **super().get_config(),
            "size": self.size,
            "example_shape": list(self.slots.shape[1:]),
        }
