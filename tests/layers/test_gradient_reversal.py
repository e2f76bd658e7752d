"""Gradient reversal: the value is kept, what stands before it ascends, what stands after it descends."""

import numpy as np
import pytest
import tensorflow as tf

from tfgan_zoo.layers.gradient_reversal import reversed_gradient


@pytest.mark.parametrize("weight", [1.0, 0.25])
def test_gradients_are_turned_before_it_and_not_after_it(weight):
    before, after = tf.constant([2.0, -3.0]), tf.constant([0.5, 0.1])

    def slopes(pass_on):
        with tf.GradientTape() as tape:
            tape.watch([before, after])
            loss = tf.reduce_sum(after * pass_on(before**2))
        return loss, *tape.gradient(loss, [before, after])

    plain, of_before, of_after = slopes(lambda x: x)
    loss, turned, kept = slopes(lambda x: reversed_gradient(x, weight))
    assert float(loss) == float(plain)
    np.testing.assert_allclose(turned, -weight * of_before, rtol=1e-6)
    np.testing.assert_array_equal(kept, of_after)
