"""Batch norm that is virtual where a reference batch is asked for, for builders of generators.

A builder puts `before` on its input, `norm` where batch norm is, and `behind` on what no longer needs the reference
batch; its argument `virtual_batch` is the size of that, and 0 for ordinary batch norm.
"""

from tfgan_zoo.layers.batch_norm import BatchNormalization
from tfgan_zoo.layers.virtual_batch_norm import ReferenceBatch, VirtualBatchNormalization, WithoutReference


def before(x, size):
    """A symbolic input, with the reference batch before it."""
    return ReferenceBatch(size)(x) if size else x


def norm(size):
    """A layer of batch norm, virtual where `size` is not 0."""
    return VirtualBatchNormalization(size) if size else BatchNormalization()


def behind(x, size):
    """A symbolic tensor of all examples, without those of the reference batch."""
    return WithoutReference(size)(x) if size else x
