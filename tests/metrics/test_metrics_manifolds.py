import tracemalloc

import numpy as np
import pytest
from scipy.spatial.distance import cdist

from tfgan_zoo import metrics
from tfgan_zoo.metrics import _distances
from tfgan_zoo.metrics.neighbours import mean_distance


def test_precision_recall_on_a_line_by_hand():
    real = np.array([[0.0], [1.0], [2.0], [10.0]])
    fake = np.array([[0.5], [1.5], [30.0], [31.0]])
    # k = 1: real radii 1, 1, 1, 8; fake radii 1, 1, 1, 1.
    assert metrics.precision_recall(real, fake, k=1) == (0.5, 0.75)


def test_density_coverage_on_a_line_by_hand():
    real = np.array([[0.0], [1.0], [2.0], [10.0]])
    fake = np.array([[0.5], [1.5], [9.0]])
    # Balls around the reals hold 1, 2, 1 and 1 fakes (9 lies in the ball of radius 8 about 10).
    density, coverage = metrics.density_coverage(real, fake, k=1)
    assert density == pytest.approx(5 / 3)
    assert coverage == 1.0
    assert metrics.density_coverage(real, fake[:2], k=1)[1] == 0.75


def test_against_brute_force(rng):
    real, fake, k = rng.normal(5, 1, size=(60, 3)), rng.normal(5.5, 1, size=(80, 3)), 4
    between = np.linalg.norm(real[:, None] - fake, axis=-1)
    r, f = (np.sort(np.linalg.norm(x[:, None] - x, axis=-1))[:, k] for x in (real, fake))
    expected = (between <= r[:, None]).any(0).mean(), (between <= f).any(1).mean()
    assert metrics.precision_recall(real, fake, k) == pytest.approx(expected)
    inside = between < r[:, None]
    expected = inside.sum() / (k * 80), inside.any(1).mean()
    assert metrics.density_coverage(real, fake, k) == pytest.approx(expected)


def test_a_common_offset_changes_nothing(rng):
    real, fake = rng.normal(size=(200, 8)), rng.normal(0.3, 1, size=(200, 8))
    for metric in (metrics.precision_recall, metrics.density_coverage):
        assert metric(real + 1e5, fake + 1e5) == pytest.approx(metric(real, fake), abs=1e-12)


def test_copies_of_the_reals(rng):
    real = rng.normal(size=(300, 16)).astype(np.float32)
    assert metrics.precision_recall(real, real) == (1.0, 1.0)
    # Open balls: each holds its centre and k - 1 neighbours, so ties must not count.
    assert metrics.density_coverage(real, real, k=5) == (1.0, 1.0)


def test_equal_reals():
    same = np.ones((10, 3))
    assert metrics.precision_recall(same, same) == (1.0, 1.0)
    assert metrics.precision_recall(same, same + 1) == (0.0, 0.0)
    assert metrics.density_coverage(same, same) == (0.0, 0.0)


@pytest.mark.parametrize("dimension", [5, 64])
def test_fakes_that_all_equal_one_real(rng, dimension):
    real = rng.normal(size=(200, dimension))
    fake = real[:1].repeat(100, axis=0)
    # The balls of the fakes have radius 0 and hold the one real of two hundred.
    assert metrics.precision_recall(real, fake) == (1.0, 1 / 200)


def test_every_real_more_than_k_times(rng):
    real = rng.normal(size=(50, 64)).repeat(6, axis=0)
    for shift in (0, 100):
        assert metrics.precision_recall(real + shift, real + shift) == (1.0, 1.0)
        # Open balls of radius 0 hold nothing.
        assert metrics.density_coverage(real + shift, real + shift) == (0.0, 0.0)


@pytest.mark.parametrize("offset", [0, 1e6])
@pytest.mark.parametrize("spread", [1, 1e-3, 1e-9])
def test_distances_are_exact_far_from_the_origin_and_near_each_other(rng, offset, spread):
    x = offset + np.concatenate([rng.normal(size=(40, 7)), 3 + spread * rng.normal(size=(60, 7))])
    y = np.concatenate([x[::2], offset + 3 + spread * rng.normal(size=(50, 7))])
    found = np.concatenate([squares for _, squares in _distances.squared_distance_blocks(x, y)])
    expected = cdist(x, y, "sqeuclidean")
    np.testing.assert_allclose(found, expected, rtol=1e-9)
    np.testing.assert_array_equal(found == 0, expected == 0)


def test_small_blocks_give_the_same(rng, monkeypatch):
    real, fake = rng.normal(size=(3000, 2)), rng.normal(0.5, 1, size=(2000, 2))
    whole = metrics.precision_recall(real, fake), metrics.density_coverage(real, fake)
    monkeypatch.setattr(_distances, "_BLOCK_MIB", 1)
    assert whole == (metrics.precision_recall(real, fake), metrics.density_coverage(real, fake))


def test_nearest_neighbours_by_hand():
    train = np.array([[0.0, 0.0], [3.0, 4.0], [6.0, 8.0]])
    indices, distances = metrics.nearest_neighbours(np.array([[3.0, 4.0], [0.0, 1.0]]), train, k=2)
    assert indices[1].tolist() == [0, 1]
    assert distances[0].tolist() == [0.0, 5.0]
    assert distances[1] == pytest.approx([1, 18**0.5])


def test_nearest_neighbours_find_copies(rng):
    train = rng.normal(100, 1, size=(50, 20))
    indices, distances = metrics.nearest_neighbours(train[[7, 3]], train)
    assert indices[:, 0].tolist() == [7, 3]
    assert (distances == 0).all()


def test_of_equal_neighbours_the_first_come_first(rng):
    train = rng.normal(5, 1, size=(10, 20)).repeat(4, axis=0)
    indices, distances = metrics.nearest_neighbours(train[[9, 21]], train, k=2)
    assert indices.tolist() == [[8, 9], [20, 21]]
    assert (distances == 0).all()


def test_a_copy_is_told_from_what_differs_by_a_billionth(rng):
    train = 100 + np.zeros((30, 4)) + 1e-9 * np.arange(30)[:, None]
    indices, distances = metrics.nearest_neighbours(train[[17]], train, k=3)
    assert indices[0, 0] == 17 and set(indices[0, 1:]) == {16, 18}
    assert distances[0] == pytest.approx([0, 2e-9, 2e-9], rel=1e-4)


def test_the_mean_distance_of_examples_some_of_which_are_equal(rng):
    one, other = rng.normal(size=(2, 3, 5))
    # Of six pairs, four are of unlike examples.
    expected = 4 / 6 * np.linalg.norm(one - other)
    assert mean_distance([one, one, other, other]) == pytest.approx(expected, rel=1e-12)
    assert mean_distance([one] * 9) == 0


def test_neighbours_picture_shows_samples_then_neighbours(rng):
    train = rng.integers(0, 256, size=(5, 4, 3, 1), dtype=np.uint8)
    picture = metrics.neighbours_picture(train[:2], train, np.array([[4, 1], [0, 2]]), gap=1)
    assert picture.shape == (8, 3 + 1 + 6, 1) and picture.dtype == np.uint8
    np.testing.assert_array_equal(picture[:4, :3], train[0])
    assert (picture[:, 3] == 255).all()
    np.testing.assert_array_equal(picture[:4, 4:7], train[4])
    np.testing.assert_array_equal(picture[4:, 7:], train[2])


def test_mode_coverage_by_the_rule_of_the_ring():
    angles = 2 * np.pi * np.arange(8) / 8
    ring = 2 * np.stack([np.cos(angles), np.sin(angles)], axis=1)
    counts = [1000, 20, 19, 0, 0, 0, 0, 0]
    samples = np.concatenate([ring.repeat(counts, axis=0), np.zeros((2500 - 1039, 2))])
    assert metrics.mode_coverage(samples, ring, std=0.02) == (2, 1039 / 2500)
    perfect = ring.repeat(400, 0) + np.random.default_rng(0).normal(0, 0.02, (3200, 2))
    modes, quality = metrics.mode_coverage(perfect, ring, std=0.02)
    assert modes == 8 and quality == pytest.approx(1 - np.exp(-4.5), abs=0.006)


@pytest.mark.long
def test_ten_thousand_inception_features_in_bounded_memory(rng):
    real, fake = (rng.normal(size=(10_000, 2048)).astype(np.float32) for _ in range(2))
    tracemalloc.start()
    try:
        metrics.precision_recall(real, fake)
        metrics.density_coverage(real, fake)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    print(f"{peak / 2**30:.2f} GiB above the features")
    assert peak < 2 * 2**30


def test_the_nearest_mode():
    distance, nearest = metrics.nearest_modes([[0.0, 3.0], [5.0, 1.0]], [[0.0, 0.0], [5.0, 0.0]])
    assert distance.tolist() == [3, 1] and nearest.tolist() == [0, 1]
