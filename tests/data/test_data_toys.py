import numpy as np
import pytest
from scipy import stats

from tfgan_zoo import data
from tfgan_zoo.data import toys

ALL = sorted(toys.TOYS)
RING8_FIRST = [[-1.4146924, -1.4060460], [-1.3807310, -1.4256977]]


def stds(toy):
    return np.broadcast_to(toy.std, len(toy.centres))


@pytest.mark.parametrize("name", ALL)
def test_log_prob_is_that_of_scipy(name):
    toy = toys.get(name)
    x = np.concatenate([toy.sample(20, 1), np.random.default_rng(0).uniform(-5, 5, [20, toy.dims])])
    modes = zip(toy.weights, toy.centres, stds(toy))
    density = sum(w * stats.multivariate_normal.pdf(x, c, s**2) for w, c, s in modes)
    known = density > 1e-250
    assert known.sum() >= 20
    np.testing.assert_allclose(toy.log_prob(x)[known], np.log(density[known]), rtol=1e-9)
    assert np.isfinite(toy.log_prob(x)).all()


@pytest.mark.parametrize("name", ["gaussian_1d", "mixture_1d"])
def test_density_in_one_dimension_integrates_to_one(name):
    x = np.linspace(-15, 15, 30_001)
    assert np.trapezoid(np.exp(toys.get(name).log_prob(x[:, None])), x) == pytest.approx(1, abs=1e-8)


@pytest.mark.parametrize("name", ["ring8", "grid25"])
def test_density_in_two_dimensions_integrates_to_its_weight_at_every_mode(name):
    toy = toys.get(name)
    for centre, std in zip(toy.centres, stds(toy)):
        offsets = np.linspace(-8, 8, 65) * std
        x = centre + np.stack(np.meshgrid(offsets, offsets), -1)
        mass = np.exp(toy.log_prob(x)).sum() * (offsets[1] - offsets[0]) ** 2
        assert mass == pytest.approx(1 / len(toy.centres), rel=1e-8)


@pytest.mark.parametrize("name", ALL)
def test_moments_of_the_samples(name):
    toy = toys.get(name)
    x = data.arrays(f"toy/{name}")["x"]
    assert x.shape == (toy.train, toy.dims) and x.dtype == np.float32
    mode = np.square(x[:, None] - toy.centres).sum(-1).argmin(-1)
    if name in ("mixture_1d", "pair_1d"):
        mean = toy.weights @ toy.centres[:, 0]
        variance = toy.weights @ (toy.centres[:, 0] ** 2 + toy.std**2) - mean**2
        assert x.mean() == pytest.approx(mean, abs=0.06)
        assert x.var() == pytest.approx(variance, rel=0.02)
        return
    assert np.bincount(mode) / len(x) == pytest.approx(toy.weights, abs=0.006)
    assert (x - toy.centres[mode]).std() == pytest.approx(toy.std, rel=0.01)
    assert np.abs((x - toy.centres[mode]).mean(0)).max() < 5 * toy.std / np.sqrt(len(x))


def test_where_the_modes_are():
    ring, grid = toys.get("ring8"), toys.get("toy/grid25")
    assert np.hypot(*ring.centres.T) == pytest.approx(2) and len(ring.centres) == 8 and ring.std == 0.02
    assert {tuple(c) for c in grid.centres} == {(x, y) for x in (-4, -2, 0, 2, 4) for y in (-4, -2, 0, 2, 4)}
    assert grid.std == 0.05
    mixture = toys.get("mixture_1d")
    assert len(set(mixture.weights)) == len(mixture.centres) == 3 and mixture.weights.sum() == pytest.approx(1)


def test_the_data_set_is_fixed_and_its_test_split_is_other_samples():
    first = data.arrays("toy/ring8", take=2)["x"]
    np.testing.assert_allclose(first, RING8_FIRST, atol=1e-6)
    train, test = (data.arrays("toy/grid25", split)["x"] for split in ("train", "test"))
    assert test.shape == (10_000, 2)
    assert not {tuple(p) for p in train.tolist()} & {tuple(p) for p in test.tolist()}


def test_sample_follows_its_seed():
    toy = toys.get("grid25")
    np.testing.assert_array_equal(toy.sample(5, 3), toy.sample(5, 3))
    assert not np.array_equal(toy.sample(5, 3), toy.sample(5, 4))


def test_points_of_the_wrong_dimension():
    with pytest.raises(ValueError, match="2 dimensions"):
        toys.get("ring8").log_prob(np.zeros([4, 3]))


def test_the_scaled_grid_is_the_grid_divided_by_its_deviation():
    grid, scaled = toys.get("grid25"), toys.get("grid25_unit_variance")
    np.testing.assert_allclose(scaled.centres, grid.centres / 8**0.5)
    np.testing.assert_allclose(scaled.std * 8**0.5, 0.05)
    x = data.arrays("toy/grid25_unit_variance")["x"]
    np.testing.assert_allclose(x.std(axis=0), 1, rtol=0.01)


def test_centres_of_random_gaussians_are_drawn_by_the_seed_after_their_name():
    toy, other = toys.get("toy/random_gaussians"), toys.get("random_gaussians/3")
    assert (toy.name, other.name) == ("random_gaussians", "random_gaussians/3")
    assert toy.centres.shape == (10, 2) and (toy.std, toy.train) == (0.03, 64_000)
    np.testing.assert_array_equal(other.centres, toys.get("toy/random_gaussians/3").centres)
    assert not np.any(np.isin(toy.centres, other.centres))
    # Uniform in +-15, then by 8.66 to a variance of 1.
    many = np.concatenate([toys.get(f"random_gaussians/{seed}").centres for seed in range(100)])
    assert np.abs(many).max() <= 15 / 8.66 and many.std() == pytest.approx(1, abs=0.03)
    x = data.arrays("toy/random_gaussians/3", "test")["x"]
    np.testing.assert_array_equal(x, other.examples("test"))
    with pytest.raises(ValueError, match="no data set 'toy/random_gausians/3'"):
        data.arrays("toy/random_gausians/3")


def test_wide_gaussians_have_the_released_variances():
    """15 over a factor for each number of modes, unscaled, 256,000 points."""
    for modes, factor in {1: 3, 2: 3, 3: 8, 5: 10, 7: 147, 10: 300}.items():
        toy = toys.get(f"toy/wide_gaussians_{modes}")
        assert len(toy.centres) == modes and toy.std**2 == pytest.approx(15 / factor)
        assert toy.train == 256_000 and np.abs(toy.centres).max() <= 15
    assert np.abs(toy.centres).max() > 5
