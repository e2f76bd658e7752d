import numpy as np
import pytest
from scipy import linalg

from tfgan_zoo import metrics
from tfgan_zoo.metrics import Moments


def test_of_diagonal_gaussians_by_hand():
    real = Moments.from_covariance(100, [0.0, 0.0], np.diag([4.0, 9.0]))
    fake = Moments.from_covariance(100, [3.0, 4.0], np.diag([1.0, 25.0]))
    # |m|^2 = 25; (2 - 1)^2 + (3 - 5)^2 = 5
    assert metrics.frechet_distance(real, fake) == pytest.approx(30, rel=1e-12)


def test_is_symmetric_and_zero_on_itself(rng):
    real, fake = rng.normal(size=(200, 20)), rng.normal(1, 2, size=(300, 20))
    forth, back = metrics.frechet_distance(real, fake), metrics.frechet_distance(fake, real)
    assert forth == pytest.approx(back, rel=1e-10)
    assert metrics.frechet_distance(real, real) < 1e-9


@pytest.mark.parametrize("sizes", [(30, 500), (500, 30), (30, 40), (64, 65), (2, 2)])
def test_fewer_samples_than_dimensions(rng, sizes):
    """tr (C1 C2)^(1/2) is the nuclear norm of X1 X2' / sqrt((n1 - 1)(n2 - 1)), centred."""
    mixing = rng.normal(size=(64, 64))
    real, fake = (rng.normal(size=(n, 64)) @ mixing for n in sizes)
    a, b = real - real.mean(0), fake - fake.mean(0)
    n, m = sizes[0] - 1, sizes[1] - 1
    cross = linalg.svdvals(a @ b.T).sum() / np.sqrt(n * m)
    expected = np.square(real.mean(0) - fake.mean(0)).sum()
    expected += np.square(a).sum() / n + np.square(b).sum() / m - 2 * cross
    assert metrics.frechet_distance(real, fake) == pytest.approx(expected, rel=1e-9)


def test_dead_features_and_copies_of_features(rng):
    real, fake = rng.normal(size=(400, 8)), rng.normal(0.3, 1.5, size=(400, 8))
    expected = metrics.frechet_distance(real, fake)
    pad = np.zeros((400, 5))
    padded = metrics.frechet_distance(np.hstack([real, pad]), np.hstack([fake, pad]))
    assert padded == pytest.approx(expected, rel=1e-10)
    doubled = metrics.frechet_distance(np.hstack([real, real]), np.hstack([fake, fake]))
    assert doubled == pytest.approx(2 * expected, rel=1e-7)


def test_constant_features(rng):
    real, point = rng.normal(size=(100, 6)), np.full((50, 6), 2.0)
    expected = np.square(real.mean(0) - 2).sum() + real.var(0, ddof=1).sum()
    assert metrics.frechet_distance(real, point) == pytest.approx(expected, rel=1e-12)
    assert metrics.frechet_distance(point, point + 1) == pytest.approx(6)


def test_infinity_takes_away_the_bias_of_finite_samples(rng):
    real = Moments.from_covariance(10**6, np.zeros(16), np.eye(16))
    fake = rng.normal(size=(4000, 16))
    biased = metrics.frechet_distance(real, fake[:400])
    assert abs(metrics.frechet_distance_infinity(real, fake)) < 0.1 * biased


def test_infinity_is_the_intercept_of_the_fitted_line(rng):
    real, fake = rng.normal(size=(300, 4)), rng.normal(1, 1, size=(400, 4))
    value = metrics.frechet_distance_infinity(real, fake, points=2, smallest=200, seed=5)
    half = fake[np.random.default_rng(5).choice(400, 200, replace=False)]
    at_half, at_all = (metrics.frechet_distance(real, f) for f in (half, fake))
    assert value == pytest.approx(2 * at_all - at_half, rel=1e-9)
    with pytest.raises(ValueError, match="points"):
        metrics.frechet_distance_infinity(real, fake, points=1)


def test_intra_class_is_the_mean_over_classes(rng):
    real, fake = rng.normal(size=(60, 3)), rng.normal(size=(80, 3))
    real_labels, fake_labels = np.arange(60) % 2, np.arange(80) % 2
    mean, each = metrics.intra_class_frechet_distance(real, real_labels, fake, fake_labels)
    by_hand = [metrics.frechet_distance(real[c::2], fake[c::2]) for c in (0, 1)]
    assert each == pytest.approx(dict(enumerate(by_hand)))
    assert mean == pytest.approx(np.mean(by_hand))


def test_moments_of_batches_are_those_of_the_whole(rng):
    features = rng.normal(1000, 1, size=(257, 5))
    merged = Moments(features[:3]).merge(Moments(features[3:100]).update(features[100:]))
    merged.merge(Moments())
    assert merged.count == 257
    np.testing.assert_allclose(merged.mean, features.mean(0), rtol=1e-13)
    np.testing.assert_allclose(merged.covariance, np.cov(features, rowvar=False), rtol=1e-10)


def test_merging_leaves_the_other_moments_alone(rng):
    part = Moments(rng.normal(size=(5, 3)))
    whole, before = Moments().merge(part), part.covariance.copy()
    whole.update(rng.normal(size=(7, 3)))
    np.testing.assert_array_equal(part.covariance, before)
    assert (part.count, whole.count) == (5, 12)
