import numpy as np
import pytest
from scipy.stats import wasserstein_distance

from tfgan_zoo import metrics
from tfgan_zoo.random.latents import slerp


@pytest.mark.parametrize("sizes", [(40, 40), (40, 17), (6, 9)])
def test_sliced_wasserstein_on_a_line_is_the_wasserstein_distance(rng, sizes):
    real, fake = (rng.normal(size=(n, 1)) for n in sizes)
    value = metrics.sliced_wasserstein(real, fake, projections=3, order=1)
    expected = wasserstein_distance(real[:, 0], fake[:, 0])
    assert value == pytest.approx(expected, rel=1e-12)


def test_sliced_wasserstein_of_a_shift(rng):
    """A shift s moves every projection by u's, whose mean square is |s|^2 / d."""
    real = rng.normal(size=(50, 4))
    value = metrics.sliced_wasserstein(real, real + [3.0, 0, 0, 0], projections=20000)
    assert value == pytest.approx(1.5, rel=0.02)
    assert metrics.sliced_wasserstein(real, real) == 0


def test_sliced_wasserstein_is_seeded(rng):
    real, fake = rng.normal(size=(2, 50, 4))
    first = metrics.sliced_wasserstein(real, fake, projections=10, seed=1)
    assert first == metrics.sliced_wasserstein(real, fake, projections=10, seed=1)
    assert first != metrics.sliced_wasserstein(real, fake, projections=10, seed=2)


def test_classification_accuracy_score(rng):
    labels = np.arange(300) % 3
    centres = np.eye(3) * 8
    fake, real = (centres[labels] + rng.normal(size=(300, 3)) for _ in range(2))
    assert metrics.classification_accuracy_score(fake, labels, real, labels) > 0.98
    shuffled = rng.permutation(labels)
    assert metrics.classification_accuracy_score(fake, shuffled, real, labels) < 0.6


def test_classification_accuracy_score_with_another_classifier(rng):
    def fit(inputs, labels):
        assert inputs.shape == (8, 2, 2)
        return lambda rows: np.zeros(len(rows), int)

    labels = np.array([0, 1] * 4)
    fake, real = rng.normal(size=(8, 2, 2)), rng.normal(size=(5, 2, 2))
    real_labels = np.array([0, 0, 1, 0, 1])
    value = metrics.classification_accuracy_score(fake, labels, real, real_labels, fit)
    assert value == 0.6


def test_classification_accuracy_score_needs_two_classes(rng):
    x = rng.normal(size=(4, 2))
    with pytest.raises(ValueError, match="one class"):
        metrics.classification_accuracy_score(x, np.zeros(4, int), x, np.zeros(4, int))


def test_path_length_of_a_linear_generator(rng):
    """With lerp and G = A, every step is A (b - a) eps, so PPL = E |A (b - a)|^2."""
    matrix = rng.normal(size=(3, 6)).astype(np.float32)
    start, end = rng.normal(size=(2, 50, 3))
    value = metrics.perceptual_path_length(
        lambda z: z @ matrix, lambda x: x, start, end, epsilon=0.5, interpolation="lerp", trim=0
    )
    assert value == pytest.approx(np.square((end - start) @ matrix).sum(1).mean(), rel=1e-4)


IDENTITY = {"generate": lambda z: z, "features": lambda x: x}


def test_path_length_walks_at_the_latents_own_length():
    """From a quarter apart, a step eps turns by eps pi / 2: at length 5 a chord of 10 sin(eps pi / 4)."""
    start, end = np.array([[5.0, 0.0]]), np.array([[0.0, 5.0]])
    value = metrics.perceptual_path_length(**IDENTITY, start=start, end=end, epsilon=0.1)
    assert value == pytest.approx((10 * np.sin(0.1 * np.pi / 4) / 0.1) ** 2, rel=1e-4)


def test_the_length_of_the_walk_changes_as_that_of_slerp():
    """With r(t) from 2 to 6 and the direction turning by pi / 2: |h'|^2 = 4^2 + r^2 (pi / 2)^2."""
    start, end = np.tile([2.0, 0.0], (20_000, 1)), np.tile([0.0, 6.0], (20_000, 1))
    value = metrics.perceptual_path_length(
        **IDENTITY, start=start, end=end, epsilon=1e-3, trim=0, batch_size=20_000
    )
    # E r^2 over t uniform is (2^2 + 2 6 + 6^2) / 3.
    assert value == pytest.approx(16 + np.pi**2 / 4 * 52 / 3, rel=0.01)
    walk = slerp(start[0], end[0], 1001)
    assert np.square(np.diff(walk, axis=0) * 1000).sum(axis=1).mean() == pytest.approx(value, rel=0.01)


def test_path_length_of_a_generator_that_stretches_is_that_times_its_square(rng):
    start, end = rng.normal(size=(2, 50, 6))
    one = metrics.perceptual_path_length(**IDENTITY, start=start, end=end, epsilon=0.1)
    three = metrics.perceptual_path_length(lambda z: 3 * z, lambda x: x, start, end, epsilon=0.1)
    assert three == pytest.approx(9 * one, rel=1e-4)


def test_on_the_unit_sphere_lengths_do_not_matter():
    start, end = np.array([[5.0, 0.0]]), np.array([[0.0, 0.1]])
    value = metrics.perceptual_path_length(
        **IDENTITY, start=start, end=end, epsilon=0.1, interpolation="unit_slerp"
    )
    assert value == pytest.approx((2 * np.sin(0.1 * np.pi / 4) / 0.1) ** 2, rel=1e-4)


def test_of_a_generator_that_normalises_both_walks_are_one(rng):
    start, end = rng.normal(size=(2, 50, 6))
    own, unit = (
        metrics.perceptual_path_length(
            lambda z: z / np.linalg.norm(z, axis=1, keepdims=True), lambda x: x, start, end, 0.1, walk
        )
        for walk in ("slerp", "unit_slerp")
    )
    assert own == pytest.approx(unit, rel=1e-4)


def test_path_length_of_a_collapsed_generator_is_zero(rng):
    start, end = rng.normal(size=(2, 20, 4))
    value = metrics.perceptual_path_length(np.zeros_like, lambda x: x, start, end)
    assert value == 0


def test_path_length_trims_both_ends():
    start, end = np.zeros((100, 1)), np.arange(1.0, 101)[:, None]
    value = metrics.perceptual_path_length(
        lambda z: z, lambda x: x, start, end, epsilon=1.0, interpolation="lerp", trim=0.1
    )
    assert value == pytest.approx(np.mean(np.arange(11.0, 91) ** 2), rel=1e-4)
