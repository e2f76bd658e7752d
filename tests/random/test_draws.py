"""Keyed random numbers: their range and moments, and the same ones with and without XLA."""

import numpy as np
import pytest
import scipy.stats
import tensorflow as tf

from tfgan_zoo.random import draws

N = 100_000
DRAWS = {
    "uniform": draws.uniform,
    "symmetric": lambda shape, seed: draws.uniform(shape, seed, -1.0, 1.0),
    "normal": draws.normal,
    "integers": lambda shape, seed: draws.integers(shape, seed, 1_000_000),
}


@pytest.fixture(params=DRAWS.values(), ids=DRAWS)
def draw(request):
    return request.param


def test_uniform_lies_strictly_inside_its_interval():
    x = draws.uniform([N], [3, 4]).numpy()
    assert x.dtype == np.float32 and 0 < x.min() < 1e-4 and 1 - 1e-4 < x.max() < 1


def bits(monkeypatch, value):
    monkeypatch.setattr(
        tf.random, "stateless_uniform", lambda shape, *_, **__: tf.fill(shape, np.uint32(value))
    )


@pytest.mark.parametrize("value, unit", [(0, 2.0**-24), (2**32 - 1, 1 - 2.0**-24), (2**31, 0.5 + 2.0**-24)])
def test_extreme_bits_give_the_centres_of_their_cells(monkeypatch, value, unit):
    bits(monkeypatch, value)
    assert draws.uniform([1], [0, 0]).numpy()[0] == unit
    assert draws.uniform([1], [0, 0], -1.0, 1.0).numpy()[0] == 2 * unit - 1
    expected = scipy.stats.norm.ppf(unit)
    assert draws.normal([1], [0, 0]).numpy()[0] == pytest.approx(expected, rel=1e-5)


def test_integers_at_the_extreme_bits(monkeypatch):
    for value, limit, expected in [(0, 10, 0), (2**32 - 1, 10, 9), (2**31, 10, 5), (2**31, 1, 0)]:
        bits(monkeypatch, value)
        assert draws.integers([2], [0, 0], limit).numpy().tolist() == [expected] * 2


@pytest.mark.parametrize("limit", [2**24 - 1, 2**24 + 3, 2**31 - 1])
def test_integers_stay_below_a_limit_that_floats_round_up_to(monkeypatch, limit):
    bits(monkeypatch, 2**32 - 1)
    assert 0.999999 * limit < draws.integers([1], [0, 0], limit).numpy()[0] < limit


@pytest.mark.parametrize("limit", [2, 3, 10, 1000])
def test_integers_are_uniform_from_0_below_the_limit(limit):
    x = draws.integers([N], [5, 6], limit).numpy()
    assert x.dtype == np.int32 and x.min() == 0 and x.max() == limit - 1
    assert scipy.stats.chisquare(np.bincount(x)).pvalue > 1e-3


def test_uniform_moments():
    x = draws.uniform([N], [5, 6], 2.0, 6.0).numpy().astype(np.float64)
    assert abs(x.mean() - 4) < 4 * np.sqrt(16 / 12 / N)
    # The variance of the squared deviation of a uniform of width w is w^4 / 180.
    assert abs(x.var() - 16 / 12) < 4 * np.sqrt(256 / 180 / N)


def test_normal_moments():
    x = draws.normal([N], [5, 6]).numpy().astype(np.float64)
    assert abs(x.mean()) < 4 / np.sqrt(N)
    assert abs(x.var() - 1) < 4 * np.sqrt(2 / N)
    assert scipy.stats.kstest(x, "norm").pvalue > 1e-3


def test_neighbours_are_uncorrelated(draw):
    x = draw([N], [0, 1]).numpy().astype(np.float64)
    assert abs(np.corrcoef(x[:-1], x[1:])[0, 1]) < 4 / np.sqrt(N)


def test_xla_draws_the_same_numbers(draw):
    def function():
        return draw([1000, 7], tf.constant([11, 12], tf.int64))

    plain = tf.function(function)().numpy()
    compiled = tf.function(function, jit_compile=True)().numpy()
    if draw is draws.normal:
        np.testing.assert_allclose(compiled, plain, rtol=1e-6)
    else:
        np.testing.assert_array_equal(compiled, plain)


def test_a_graph_draws_what_eager_code_draws(draw):
    graph = tf.function(lambda seed: draw([100], seed))(tf.constant([1, 2], tf.int64))
    np.testing.assert_allclose(graph.numpy(), draw([100], [1, 2]).numpy(), rtol=1e-6)


def test_the_key_decides_the_numbers(draw):
    first = draw([1000], [1, 2]).numpy()
    np.testing.assert_array_equal(first, draw([1000], [1, 2]).numpy())
    for key in ([1, 3], [2, 2], [2, 1]):
        assert np.mean(first == draw([1000], key).numpy()) < 0.01


def test_the_keys_integer_type_does_not_matter(draw):
    keys = [tf.constant([7, 8], dtype) for dtype in (tf.int32, tf.int64)]
    np.testing.assert_array_equal(*(draw([100], key).numpy() for key in keys))


def test_the_global_seed_does_not_matter(draw):
    first = draw([100], [1, 2]).numpy()
    tf.random.set_seed(99)
    np.testing.assert_array_equal(first, draw([100], [1, 2]).numpy())


@pytest.mark.parametrize("count", [3, 50_000])
def test_weighted_draws_follow_their_weights_and_never_take_what_has_none(count):
    weights = np.tile([0.0, 3.0, 1.0], count // 3 + 1)[:count]
    drawn = draws.weighted(20_000, [0, 0], weights).numpy()
    assert drawn.dtype == np.int32 and (weights[drawn] > 0).all()
    assert np.mean(weights[drawn] == 3) == pytest.approx(0.75, abs=5 * np.sqrt(0.19 / 20_000))
    # Evenly over them all.
    assert drawn.mean() / count == pytest.approx(weights @ np.arange(count) / weights.sum() / count, abs=0.01)
