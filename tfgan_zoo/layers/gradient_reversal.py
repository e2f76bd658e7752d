"""Gradient reversal (Ganin & Lempitsky 2015, arXiv:1409.7495, section 3): two players on one loss."""

import tensorflow as tf


def reversed_gradient(values, weight=1.0):
    """`values` as they are, of any shape; gradients that come back through them are multiplied by -`weight`.

    What stands after it descends a loss, and what stands before it ascends the same loss, in one pass.
    """

    @tf.custom_gradient
    def identity(values):
        return tf.identity(values), lambda upstream: -weight * upstream

    return identity(values)
