"""The choice of a number by a score."""

import numpy as np
import pytest

from tfgan_zoo.utils.maximum import maximise


def parabola(top):
    return lambda x: -np.square(np.log(x / top))


@pytest.mark.parametrize("top", [0.11, 0.3, 0.9999, 5])
def test_the_maximum_between_the_choices_is_found(top):
    assert maximise(parabola(top), [0.1, 0.5, 1, 8]) == pytest.approx(top, rel=1e-5)


@pytest.mark.parametrize("top, end", [(0.01, 0.1), (100, 8)])
def test_beyond_the_choices_the_nearest_end_is_taken(top, end):
    assert maximise(parabola(top), [0.1, 0.5, 1, 8]) == end


def test_half_way_between_two_choices_nothing_jumps():
    top = 2**0.5
    below, above = (maximise(parabola(top * (1 + e)), [1, 2, 4]) for e in (-1e-9, 1e-9))
    assert below == pytest.approx(above, rel=1e-5) == pytest.approx(top, rel=1e-5)


def test_one_choice_is_no_choice():
    assert maximise(parabola(3), [0.7]) == 0.7
