"""Epoch means of what training steps log."""

import keras
import tensorflow as tf


class EpochMeans:
    """The means over an epoch of what its steps log, in the form that Keras asks of a metric.

    One object for all names, whose variables are made before the first trace: a variable made within a trace
    costs a second one. It is no `keras.Metric`, which Keras would save with the weights.
    """

    name = "epoch_means"
    size = 64

    def __init__(self):
        kinds = {"dtype": "float32", "trainable": False, "aggregation": "sum", "synchronization": "on_read"}
        self.totals, self.counts = (
            keras.Variable("zeros", shape=(self.size,), name=name, **kinds) for name in ("totals", "counts")
        )
        self.batches = keras.Variable("zeros", shape=(), name="batches", **kinds)
        self.variables = [self.totals, self.counts, self.batches]
        self._places = {}

    def update_state(self, logs):
        """Takes one step's {name: scalar} and gives the means so far under the same names.

        Raises:
            ValueError: the model logs more than `size` different names.
        """
        places = [[self._places.setdefault(name, len(self._places))] for name in logs]
        if len(self._places) > self.size:
            raise ValueError(f"A model may log at most {self.size} names; this one logs {len(self._places)}.")
        values = tf.stack([tf.cast(value, tf.float32) for value in logs.values()])
        self.totals.assign_add(tf.scatter_nd(places, values, [self.size]))
        self.counts.assign_add(tf.scatter_nd(places, tf.ones_like(values), [self.size]))
        self.batches.assign_add(1.0)
        means = tf.math.divide_no_nan(self.totals.value, self.counts.value)
        return {name: means[place] for name, (place,) in zip(logs, places)}

    def result(self):
        """{name: mean} over the batches since the last reset."""
        totals, counts = self.totals.numpy(), self.counts.numpy()
        return {
            name: float(totals[place] / counts[place])
            for name, place in self._places.items()
            if counts[place]
        }

    def reset_state(self):
        for variable in self.variables:
            variable.assign(tf.zeros(variable.shape))
