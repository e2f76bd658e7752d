"""Bounds of means of paired differences; the networks that judge are tried with the claims of translators."""

import numpy as np
import pytest

from tfgan_zoo.reproduce.probes import mean_and_error, t_bound


def test_the_bound_of_a_mean():
    """Mean 2, deviation 1, three values: Student's t of 2 degrees has its 95% quantile at 2.919986."""
    assert t_bound([1.0, 2.0, 3.0]) == pytest.approx(2 - 2.919986 / 3**0.5, rel=1e-6)
    assert t_bound([1.0, 2.0, 3.0], confidence=0.5) == pytest.approx(2)
    assert t_bound([0.5, 0.5]) == 0.5


def test_of_many_normal_differences_the_bound_lies_below_their_mean_as_often_as_it_says():
    rng = np.random.default_rng(0)
    below = np.mean([t_bound(rng.normal(1.0, 2.0, 6)) < 1.0 for _ in range(4000)])
    assert below == pytest.approx(0.95, abs=0.015)


def test_one_difference_has_no_bound():
    with pytest.raises(ValueError, match="two paired seeds or more; got 1"):
        t_bound([0.3])


def test_a_mean_and_its_standard_error():
    assert mean_and_error([1.0, 2.0, 3.0]) == pytest.approx((2, 1 / 3**0.5))
    assert mean_and_error([3.0]) == (3, None)
