"""A dtype policy for a while."""

import keras
import pytest

from tfgan_zoo.utils.precision import precision


def test_layers_made_within_follow_the_policy_and_the_programs_own_returns():
    before = keras.config.dtype_policy().name
    with precision("mixed_bfloat16"):
        with precision("float32"):
            inner = keras.layers.Dense(1)
        outer = keras.layers.Dense(1)
    assert (inner.compute_dtype, outer.compute_dtype) == ("float32", "bfloat16")
    assert keras.config.dtype_policy().name == before


def test_the_programs_policy_returns_after_an_error():
    before = keras.config.dtype_policy().name
    with pytest.raises(ZeroDivisionError), precision("mixed_bfloat16"):
        1 / 0
    assert keras.config.dtype_policy().name == before
