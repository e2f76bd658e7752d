"""Adaptive discriminator augmentation (Karras et al. 2020, arXiv:2006.06676, section 3)."""

import random

import keras
import tensorflow as tf

from tfgan_zoo.layers.augmentation import NUMBERS, augmented
from tfgan_zoo.random import draws
from tfgan_zoo.random.noise import replica_rows
from tfgan_zoo.utils.distribution import mean_over_replicas


@keras.saving.register_keras_serializable("tfgan_zoo")
class AdaptiveAugmentation(keras.layers.Layer):
    """Images [B, H, W, 1 or 3] -> images that are changed at random with probability p each way, in training.

    It stands before a discriminator, and changes reals and fakes alike, so that a generator need not learn to
    make changed images. Told the logits of reals by `observe`, it raises p where the discriminator overfits and
    lowers it where it does not: by r_t = E sign D(T(x)), which is 1 where all reals are told from fakes and 0
    where the discriminator guesses (equation 1).

    Attributes:
        p: the probability, a variable.

    Args:
        initial: p at the start.
        target: of r_t, above which p rises.
        adjust_over: p rises by 1 in so many images of which all say so; 0 leaves it as it is.
        interval: batches between two changes of p.
        window: batches over which r_t is the mean.
        seed: of what is drawn where no noise is given; an integer, by default drawn when the layer is made.

    Raises:
        ValueError: an argument is out of its range.
    """

    def __init__(
        self, initial=0.0, target=0.6, adjust_over=500_000, interval=4, window=4, seed=None, **kwargs
    ):
        super().__init__(**kwargs)
        if not 0 <= initial <= 1 or adjust_over < 0 or interval < 1 or window < 1:
            raise ValueError(
                "Adaptive augmentation needs 0 <= initial <= 1, adjust_over >= 0, interval >= 1 and window >= 1; "
                f"got {initial}, {adjust_over}, {interval} and {window}."
            )
        self.initial, self.target, self.adjust_over = initial, target, adjust_over
        self.interval, self.window = interval, window
        self.seed = random.randrange(2**31) if seed is None else seed
        self.p = self._state("p", initial)
        self.signs = self._state("signs", 0.0, [window])
        self.batches = self._state("batches", 0, dtype="int64")
        self.calls = self._state("calls", 0, dtype="int64")
        self.built = True

    def _state(self, name, start, shape=(), dtype="float32"):
        return self.add_weight(
            name=name,
            shape=shape,
            dtype=dtype,
            initializer=keras.initializers.Constant(start),
            trainable=False,
            autocast=False,
            aggregation="only_first_replica",
        )

    def call(self, images, numbers=None, training=False):
        if not training:
            return images
        return augmented(images, self._numbers(images) if numbers is None else numbers, self.p.value)

    def _numbers(self, images):
        """Random numbers for each image, keyed by the count of calls."""
        key = tf.stack([tf.cast(self.seed, tf.int64), self.calls.value])
        self.calls.assign(self.calls + 1)
        return replica_rows(lambda shape: draws.uniform(shape, key), [tf.shape(images)[0], NUMBERS])

    @staticmethod
    def numbers(noise, rows):
        """The `numbers` of a call on so many images, drawn from the step's `StepNoise`."""
        return noise.uniform([rows, NUMBERS])

    def observe(self, logits):
        """Takes the logits [B, 1] of a batch of changed reals into r_t, and after each `interval` of them moves p.

        Returns:
            {"real_sign": r_t, "augmentation_probability": p}, float32 scalars.
        """
        sign = mean_over_replicas(tf.reduce_mean(tf.sign(tf.cast(logits, tf.float32))))
        place = tf.range(self.window, dtype=tf.int64) == self.batches.value % self.window
        signs = tf.where(place, sign, self.signs.value)
        batches = self.batches.value + 1
        r = tf.reduce_sum(signs) / tf.cast(tf.minimum(batches, self.window), tf.float32)
        moves = batches % self.interval == 0
        p = tf.where(moves, self._moved(r, tf.shape(logits)[0]), self.p.value)
        for variable, value in ((self.p, p), (self.signs, signs), (self.batches, batches)):
            variable.assign(value)
        return {"real_sign": r, "augmentation_probability": p}

    def _moved(self, r, rows):
        """p after `interval` batches of `rows` on each replica: equation 1's r_t against its target, floor 0."""
        if not self.adjust_over:
            return self.p.value
        replicas = tf.distribute.get_strategy().num_replicas_in_sync
        step = tf.cast(self.interval * replicas * rows, tf.float32) / self.adjust_over
        return tf.clip_by_value(self.p.value + tf.sign(r - self.target) * step, 0.0, 1.0)

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self):
        names = ("initial", "target", "adjust_over", "interval", "window", "seed")
        return {**super().get_config(), **{name: getattr(self, name) for name in names}}
