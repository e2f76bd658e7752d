"""Trained networks in whose maps a loss compares images."""

from tfgan_zoo.layers.frozen_features import FrozenFeatures


def frozen(network, layer, path=None, sha256=None):
    """`FrozenFeatures` of a layer of a trained network; arguments and errors are those of the class."""
    return FrozenFeatures(network, layer, path, sha256)
