"""Samples of a network's weights, kept while a Monte Carlo method moves them."""

import keras
import tensorflow as tf

from tfgan_zoo.layers.state import state


class WeightSamples(keras.layers.Layer):
    """The last samples of a network's weights and of its norms' statistics; files of weights hold them.

    Args:
        network: a built model, of which there is one such layer; it is not held.
        size: how many samples are kept, 1 or more.
    """

    def __init__(self, network, size, **kwargs):
        super().__init__(dtype="float32", **kwargs)
        self.size = size
        sampled = filter(_is_sampled, network.weights)
        self.kept = [state(self, v.name, (size, *v.shape)) for v in sampled]
        self.count = state(self, "count", (), "int32")
        self.built = True

    def keep(self, network, when):
        """Puts the network's present weights before the samples, where the boolean scalar `when` holds.

        Of samples beyond `size` the oldest goes.
        """
        for kept, variable in zip(self.kept, filter(_is_sampled, network.weights), strict=True):
            shifted = tf.concat([variable.value[None], kept.value[:-1]], axis=0)
            kept.assign(tf.where(when, shifted, kept.value))
        self.count.assign(tf.minimum(self.count.value + tf.cast(when, tf.int32), self.size))

    @property
    def known(self):
        """float32 [size]: 1 for each sample that there is, 0 for each that there is not yet."""
        return tf.cast(tf.range(self.size) < self.count.value, tf.float32)

    def outputs(self, network, inputs):
        """The network's output of `inputs` in inference mode by each sample, a list of `size`."""
        return [self._output(network, place, inputs) for place in range(self.size)]

    def _output(self, network, place, inputs):
        sampled = [variable for variable in network.weights if _is_sampled(variable)]
        values = {id(variable): kept.value[place] for variable, kept in zip(sampled, self.kept, strict=True)}
        state = [
            [values.get(id(variable), variable.value) for variable in variables]
            for variables in (network.trainable_variables, network.non_trainable_variables)
        ]
        return network.stateless_call(*state, inputs, training=False)[0]


def _is_sampled(variable):
    """Whether a variable is a weight or a statistic, and no count."""
    return "float" in variable.dtype
