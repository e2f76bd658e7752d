"""Trained networks in whose maps a loss compares images."""

from tfgan_zoo.layers.frozen_features import FrozenFeatures


def frozen(network, layer, path=None, sha256=None):
    """The `FrozenFeatures` of a layer of the trained network of that name."""
    return FrozenFeatures(network, layer, path, sha256)
