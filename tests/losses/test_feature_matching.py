"""Feature matching by hand, and whose gradient it has."""

import numpy as np
import pytest
import tensorflow as tf

from tfgan_zoo.losses.feature_matching import feature_matching

REAL, FAKE = np.array([[1.0, 2.0], [3.0, 6.0]]), np.array([[0.0, 0.0], [0.0, 2.0]])


@pytest.mark.parametrize("norm, expected", [("squared", (2**2 + 3**2) / 2), ("absolute", (2 + 3) / 2)])
def test_means_over_the_batch_are_compared(norm, expected):
    assert float(feature_matching(REAL, FAKE, norm)) == pytest.approx(expected)


def test_features_of_reals_are_a_constant():
    real, fake = tf.constant(REAL), tf.constant(FAKE)
    with tf.GradientTape() as tape:
        tape.watch([real, fake])
        loss = feature_matching(real, fake)
    of_real, of_fake = tape.gradient(loss, [real, fake])
    assert of_real is None
    np.testing.assert_allclose(of_fake, [[-1.0, -1.5]] * 2)
