import numpy as np
import pytest

from tfgan_zoo import metrics
from tfgan_zoo.metrics import kernel


def test_kernel_distance_by_the_definition(rng):
    x, y = rng.normal(size=(7, 3)), rng.normal(1, 1, size=(5, 3))

    def k(a, b):
        return (a @ b / 3 + 1) ** 3

    within = [
        np.mean([k(s[i], s[j]) for i in range(len(s)) for j in range(len(s)) if i != j])
        for s in (x, y)
    ]
    between = np.mean([k(a, b) for a in x for b in y])
    expected = sum(within) - 2 * between
    assert metrics.kernel_distance(x, y) == pytest.approx(expected, rel=1e-12)


def test_kernel_distance_does_not_depend_on_blocks(rng, monkeypatch):
    x, y = rng.normal(size=(50, 4)), rng.normal(size=(33, 4))
    whole = metrics.kernel_distance(x, y)
    monkeypatch.setattr(kernel, "_BLOCK", 7)
    assert metrics.kernel_distance(x, y) == pytest.approx(whole, rel=1e-10)


def test_kernel_distance_subsets_follow_their_own_seed(rng):
    x, y = rng.normal(size=(50, 4)), rng.normal(size=(60, 4))
    np.random.seed(1)
    first = metrics.kernel_distance_subsets(x, y, subsets=5, size=20, seed=3)
    np.random.seed(2)
    assert first == metrics.kernel_distance_subsets(x, y, subsets=5, size=20, seed=3)
    assert first != metrics.kernel_distance_subsets(x, y, subsets=5, size=20, seed=4)
    with pytest.raises(ValueError, match="from 2 to 50"):
        metrics.kernel_distance_subsets(x, y, size=51)


def test_kernel_distance_of_all_samples_as_one_subset(rng):
    x, y = rng.normal(size=(30, 4)), rng.normal(size=(30, 4))
    mean, deviation = metrics.kernel_distance_subsets(x, y, subsets=2, size=30)
    assert mean == pytest.approx(metrics.kernel_distance(x, y), rel=1e-9)
    assert deviation == pytest.approx(0, abs=1e-12)


def test_inception_score_of_sure_and_of_collapsed_logits():
    sure = np.tile(np.eye(4) * 1000.0, (5, 1))
    assert metrics.inception_score(sure, splits=5) == pytest.approx((4, 0))
    assert metrics.inception_score(sure[:1].repeat(20, 0), splits=4) == pytest.approx((1, 0))
    # Two sure classes and one of no information: KLs ln 2, ln 2 and 0 about a mean of (1/2, 1/2).
    mixed = np.array([[1e4, 0], [0, 1e4], [0, 0]])
    expected = np.exp(2 * np.log(2) / 3)
    assert metrics.inception_score(mixed, splits=1)[0] == pytest.approx(expected)


def test_inception_score_ignores_a_shift_of_the_logits(rng):
    logits = rng.normal(size=(40, 6))
    shifted = logits + rng.normal(0, 100, size=(40, 1))
    assert metrics.inception_score(shifted) == pytest.approx(metrics.inception_score(logits))


def test_inception_score_takes_splits_in_order():
    logits = np.repeat(np.eye(2) * 1000.0, 10, axis=0)
    assert metrics.inception_score(logits, splits=2)[0] == pytest.approx(1)
    assert metrics.inception_score(logits, splits=1)[0] == pytest.approx(2)
    with pytest.raises(ValueError, match="splits"):
        metrics.inception_score(logits, splits=21)


def test_am_score_by_hand():
    real = np.log([[0.5, 0.5], [0.5, 0.5]])
    fake = np.log([[0.9, 0.1], [0.6, 0.4]])
    divergence = 0.5 * np.log(0.5 / 0.75) + 0.5 * np.log(0.5 / 0.25)
    entropies = [-(p * np.log(p)).sum() for p in np.exp(fake)]
    expected = divergence + np.mean(entropies)
    assert metrics.am_score(real, fake) == pytest.approx(expected, rel=1e-12)


def test_am_score_of_perfect_and_of_collapsed_fakes():
    sure = np.tile(np.eye(4) * 50.0, (5, 1))
    assert metrics.am_score(sure, sure) == pytest.approx(0, abs=1e-9)
    assert metrics.am_score(sure, sure[:1].repeat(20, 0)) > 10
