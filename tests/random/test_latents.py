"""Walks and arithmetic in latent space, worked out by hand, and the priors' ranges and moments."""

import numpy as np
import pytest

from tfgan_zoo.random import latents

RNG = np.random.default_rng(0)


def test_slerp_has_exact_ends():
    start, end = RNG.normal(size=(2, 5, 64)).astype(np.float32)
    walk = latents.slerp(start, end, 7)
    assert walk.shape == (7, 5, 64) and walk.dtype == np.float32
    np.testing.assert_allclose(walk[0], start, rtol=1e-6)
    np.testing.assert_allclose(walk[-1], end, rtol=1e-6)


def test_slerp_between_orthogonal_vectors():
    # At 45 degrees both weights are sin(45)/sin(90) = 1/sqrt(2), the length half way from 2 to 4.
    middle = latents.slerp([2.0, 0.0], [0.0, 4.0], 3)[1]
    np.testing.assert_allclose(middle, [3 / np.sqrt(2)] * 2, rtol=1e-6)


def test_slerp_turns_at_constant_speed():
    walk = latents.slerp([1.0, 0.0], [np.cos(1.2), np.sin(1.2)], 5)
    np.testing.assert_allclose(np.arctan2(walk[:, 1], walk[:, 0]), np.arange(5) * 0.3, atol=1e-6)


def test_slerp_keeps_the_length_of_equally_long_vectors():
    start, end = RNG.normal(size=(2, 10, 32))
    start, end = (7 * x / np.linalg.norm(x, axis=-1, keepdims=True) for x in (start, end))
    np.testing.assert_allclose(np.linalg.norm(latents.slerp(start, end, 9), axis=-1), 7, rtol=1e-6)


@pytest.mark.parametrize("factor", [1.0, 3.0])
def test_slerp_between_parallel_vectors_is_a_line(factor):
    start = RNG.normal(size=8)
    walk = latents.slerp(start, factor * start, 5)
    expected = [(1 + t * (factor - 1)) * start for t in np.linspace(0, 1, 5)]
    np.testing.assert_allclose(walk, expected, rtol=1e-5)


def test_slerp_between_antiparallel_vectors_is_finite():
    walk = latents.slerp([1.0, 2.0], [-1.0, -2.0], 4)
    np.testing.assert_allclose(walk[[0, -1]], [[1, 2], [-1, -2]], rtol=1e-6)
    assert np.isfinite(walk).all()


def test_slerp_refuses_a_zero_vector():
    with pytest.raises(ValueError, match="length zero"):
        latents.slerp([[1.0, 0.0], [0.0, 0.0]], [[1.0, 0.0], [1.0, 0.0]], 3)


def test_slerp_refuses_fewer_than_two_steps():
    with pytest.raises(ValueError, match="at least 2 steps.*got 1"):
        latents.slerp([1.0], [2.0], 1)


def test_slerp_refuses_shapes_that_differ():
    with pytest.raises(ValueError, match=r"\(1, 2\) and \(2,\)"):
        latents.slerp([[1.0, 2.0]], [1.0, 2.0], 3)


def test_arithmetic_by_hand():
    smiling_woman = [[1.0, 2.0], [3.0, 4.0]]
    woman, man = [[1.0, 1.0]], [[10.0, 0.0], [20.0, 0.0], [30.0, 3.0]]
    result = latents.arithmetic([smiling_woman, man], [woman])
    np.testing.assert_array_equal(result, np.float32([2 + 20 - 1, 3 + 1 - 1]))
    assert result.dtype == np.float32


def test_arithmetic_needs_concepts():
    with pytest.raises(ValueError, match="at least one concept"):
        latents.arithmetic([])
    with pytest.raises(ValueError, match=r"\[k, d\].*\(2,\)"):
        latents.arithmetic([[1.0, 2.0]])
    with pytest.raises(ValueError, match=r"\[k, d\].*\(2,\)"):
        latents.arithmetic([[[1.0, 2.0]]], [[1.0, 2.0]])


@pytest.mark.parametrize(
    "name, bound, variance, fourth",
    [
        ("normal", 5.5, 1, 3),
        ("uniform", 1, 1 / 3, 1 / 5),
        ("uniform_unit_variance", np.sqrt(3), 1, 9 / 5),
    ],
)
def test_priors_have_their_range_and_moments(name, bound, variance, fourth):
    x = latents.prior(name)([1000, 100], [1, 2]).numpy()
    assert x.shape == (1000, 100) and x.dtype == np.float32
    assert 0.75 * bound < np.abs(x).max() < bound
    x = x.astype(np.float64)
    for power, expected in ((1, 0), (2, variance), (3, 0), (4, fourth)):
        error = (x**power).std() / np.sqrt(x.size)
        assert abs((x**power).mean() - expected) < 4 * error


def test_an_unknown_prior_is_refused():
    with pytest.raises(ValueError, match="'gauss'.*normal, uniform, unit_hypercube, uniform_unit_variance"):
        latents.prior("gauss")
