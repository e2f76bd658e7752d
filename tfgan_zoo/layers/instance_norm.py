"""Instance normalisation (Ulyanov, Vedaldi, Lempitsky 2016, arXiv:1607.08022, equation 3)."""

import keras


def instance_norm():
    """A layer that gives every map of every image mean 0 and variance 1, then a learnt scale and shift.

    It is Keras' group norm with one map a group; epsilon is that of the released translators.
    """
    return keras.layers.GroupNormalization(groups=-1, epsilon=1e-5)
