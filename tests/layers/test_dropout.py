"""Dropout by given noise: which values go, what becomes of the others, half precision."""

import numpy as np
import pytest
import tensorflow as tf

from tfgan_zoo.layers.dropout import GivenDropout


def test_values_whose_number_is_below_the_rate_go_and_the_others_grow():
    maps = np.arange(1, 5, dtype=np.float32).reshape(1, 2, 2, 1)
    noise = np.array([[0.9, 0.9, 0.1, 0.25, 0.3, 0.2]], np.float32)
    for training in (False, True):
        kept = GivenDropout(0.25, start=2)([maps, noise], training=training).numpy().ravel()
        np.testing.assert_allclose(kept, [0, 2 / 0.75, 3 / 0.75, 0], rtol=1e-6)


def test_half_precision_does_not_move_the_threshold():
    # In bfloat16 this number would round to the rate itself.
    noise = tf.constant([[0.4999]])
    layer = GivenDropout(0.5, dtype="mixed_bfloat16")
    kept = layer([tf.ones([1, 1, 1, 1], tf.bfloat16), noise])
    assert kept.dtype == tf.bfloat16 and float(kept[0, 0, 0, 0]) == 0


def test_a_rate_of_one_is_refused():
    with pytest.raises(ValueError, match=r"rate in \[0, 1\); got 1"):
        GivenDropout(1)
