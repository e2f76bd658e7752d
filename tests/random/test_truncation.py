"""Truncated normals: their shape, their ends, their deviation in closed form."""

import numpy as np
import pytest
from scipy import stats

from tfgan_zoo.random import draws
from tfgan_zoo.random.truncation import truncated

Z = draws.normal([100_000, 2], [0, 0]).numpy()


@pytest.mark.parametrize("threshold", [2.0, 1.0, 0.5, 0.2, 0.02])
def test_they_are_normals_that_were_drawn_anew_until_they_lie_within(threshold):
    found = truncated(Z, threshold).numpy()
    assert np.abs(found).max() <= np.float32(threshold)
    # Clipped normals would lie at the ends.
    assert np.mean(np.abs(found) > 0.999 * threshold) < 0.002
    expected = stats.truncnorm(-threshold, threshold)
    assert found.std() == pytest.approx(expected.std(), rel=0.02)
    # The 1% point of the Kolmogorov-Smirnov statistic.
    assert stats.kstest(found.ravel(), expected.cdf).statistic < 1.63 / np.sqrt(found.size)


def test_every_latent_goes_to_its_own_quantile():
    z = np.linspace(-5, 5, 2001, dtype=np.float32)[:, None]
    found = truncated(z, 1.5).numpy()
    np.testing.assert_allclose(found, stats.truncnorm(-1.5, 1.5).ppf(stats.norm.cdf(z)), atol=2e-5)
    np.testing.assert_array_equal(found, -found[::-1])
    assert (np.diff(found[:, 0]) >= 0).all()


def test_far_ends_change_nothing_and_ends_at_zero_leave_zeros():
    for far in (8.0, np.inf):
        np.testing.assert_allclose(truncated(Z, far), Z, rtol=1e-4, atol=1e-5)
    for none in (0.0, -1.0):
        assert not np.any(truncated(Z, none))


def test_each_row_may_have_its_own():
    found = truncated(Z[:2], np.array([[0.1], [2.0]], np.float32)).numpy()
    np.testing.assert_array_equal(found, np.concatenate([truncated(Z[:1], 0.1), truncated(Z[1:2], 2.0)]))
