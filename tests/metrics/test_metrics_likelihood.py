"""Held-out log-likelihoods: estimates by hand, and that the data's own fits are made once."""

import numpy as np
import pytest
from scipy.special import logsumexp
from scipy.stats import multivariate_normal

import tfgan_zoo as zoo
from tfgan_zoo import evaluation
from tfgan_zoo.evaluation import likelihoods
from tfgan_zoo.hub.config import load_config
from tfgan_zoo.metrics import likelihood
from tfgan_zoo.metrics.likelihood import (
    gaussian_mixture,
    held_out_log_likelihood,
    kernel_density,
    parzen_log_likelihood,
    training_densities,
)

ENTROPY = 0.5 * np.log(2 * np.pi * np.e)


@pytest.fixture
def normal(rng):
    return lambda n: rng.normal(size=(n, 1))


def test_a_kernel_density_is_the_mean_of_gaussians_at_its_points(rng):
    points, at = rng.normal(size=(60, 2)), rng.normal(size=(5, 2))
    fit = kernel_density(points)
    squared = np.square((at[:, None] - points) / fit.bandwidth).sum(-1)
    each = -0.5 * squared - np.log(2 * np.pi * fit.bandwidth**2)
    expected = logsumexp(each, axis=1) - np.log(60)
    np.testing.assert_allclose(fit.score_samples(at), expected, rtol=1e-3)


def ring(rng, count, std):
    """Points of eight clusters, in no order."""
    angles = 2 * np.pi * rng.integers(8, size=count) / 8
    return 2 * np.stack([np.cos(angles), np.sin(angles)], axis=1) + std * rng.normal(size=(count, 2))


def test_points_within_the_ring_but_far_from_all_samples_have_the_log_density_of_the_sum(rng):
    """Hundreds of nats below the clusters, where a tree of many leaves has rounding noise."""
    points, at = ring(rng, 3000, std=0.02), rng.uniform(-1, 1, size=(50, 2))
    fit = kernel_density(points)
    squared = np.square((at[:, None] - points) / fit.bandwidth).sum(-1)
    expected = logsumexp(-0.5 * squared, axis=1) - np.log(3000 * 2 * np.pi * fit.bandwidth**2)
    assert expected.max() < -100
    np.testing.assert_allclose(fit.score_samples(at), expected, rtol=1e-9)


def test_the_bandwidth_is_that_of_the_largest_likelihood_of_held_out_thirds(rng):
    points = rng.normal(size=(90, 1))
    found = kernel_density(points).bandwidth
    thirds = np.arange(90) // 30

    def score(width):
        return sum(brute_force(points[thirds != i], points[thirds == i], width).sum() for i in range(3))

    assert score(found) > max(score(0.99 * found), score(1.01 * found))
    assert 0.005 < found < 1


def test_one_gaussian_is_found_and_scores_minus_its_entropy(normal):
    fit = gaussian_mixture(normal(4000))
    assert fit.n_components == 1
    assert fit.score_samples(normal(20_000)).mean() == pytest.approx(-ENTROPY, abs=0.02)


def test_three_far_clusters_are_three_components(rng):
    points = rng.normal(size=(900, 2)) * 0.1 + np.repeat(np.eye(3, 2) * 8, 300, axis=0)
    assert gaussian_mixture(points).n_components == 3


def test_the_data_itself_scores_as_its_own_estimate_and_a_collapsed_sample_far_below(normal):
    train, held_out = normal(3000), normal(3000)
    beside = training_densities(train, 1000)
    scores, densities = held_out_log_likelihood(normal(1000), held_out, beside)
    assert list(scores) == list(densities) == ["kde_samples", "kde_train", "gmm_train"]
    assert scores["kde_samples"] == pytest.approx(scores["kde_train"], abs=0.03)
    assert scores["gmm_train"] == pytest.approx(-ENTROPY, abs=0.04)
    assert scores["gmm_train"] == np.mean(densities["gmm_train"](held_out))
    collapsed, _ = held_out_log_likelihood(0.01 * normal(1000), held_out, beside)
    assert collapsed["kde_samples"] < -100
    assert collapsed["kde_train"] == scores["kde_train"]


def test_the_estimate_beside_the_samples_has_as_many_points(normal):
    densities = training_densities(normal(3000), 200)
    assert densities["kde_train"].__self__.tree_.data.shape == (200, 1)


@pytest.mark.parametrize("points, told", [(np.zeros((3, 2, 2)), "shape"), ([[np.nan]], "NaN")])
def test_what_is_no_set_of_points_is_refused(points, told):
    with pytest.raises(ValueError, match=told):
        kernel_density(points)


def test_a_run_fits_the_training_points_once(monkeypatch):
    fitted = []

    def counted(points, **options):
        fitted.append(len(points))
        return gaussian_mixture(points, components=(2,), **options)

    monkeypatch.setattr(likelihood, "gaussian_mixture", counted)
    likelihoods._training_densities.cache_clear()
    config = load_config("gan/ring8", {"eval.mode_coverage": None}, smoke=True)
    model = zoo.load("gan/ring8", smoke=True)
    first = evaluation.evaluate(model, config)
    model.generator.layers[-1].bias.assign([0.5, 0.5])
    second = evaluation.evaluate(model, config)
    assert fitted == [400]
    assert first[0]["value"] != second[0]["value"] and first[1:] == second[1:]
    shorter = load_config("gan/ring8", {"data.take": 350, "eval.mode_coverage": None}, smoke=True)
    evaluation.evaluate(model, shorter)
    assert fitted == [400, 350]
    likelihoods._training_densities.cache_clear()
    assert evaluation.evaluate(model, config) == second


def brute_force(samples, points, sigma):
    """log of the mean density of normals at the samples, from all differences."""
    squares = np.square(points[:, None] - samples).sum(-1)
    normaliser = len(samples) * (2 * np.pi * sigma**2) ** (samples.shape[1] / 2)
    return logsumexp(-squares / (2 * sigma**2), axis=1) - np.log(normaliser)


def test_the_brute_force_is_a_mean_of_normal_densities(rng):
    samples, points = rng.normal(size=(2, 4, 3))
    densities = [[multivariate_normal.pdf(point, at, 0.49) for at in samples] for point in points]
    np.testing.assert_allclose(brute_force(samples, points, 0.7), np.log(np.mean(densities, axis=1)))


def test_a_parzen_window_on_one_sample_is_a_normal_density(rng):
    sample, test = rng.normal(size=(1, 3)), rng.normal(size=(7, 3))
    mean, error, sigma = parzen_log_likelihood(sample, test, test, bandwidths=[0.7])
    squares = np.square(test - sample).sum(axis=1)
    expected = -squares / (2 * 0.49) - 1.5 * np.log(2 * np.pi * 0.49)
    assert mean == pytest.approx(expected.mean(), rel=1e-9)
    assert error == pytest.approx(expected.std() / np.sqrt(7), rel=1e-9)
    assert sigma == 0.7


def test_a_parzen_window_is_the_mean_of_normals_at_its_samples(rng):
    samples, validation, test = (rng.uniform(size=(n, 2)) for n in (4, 5, 6))
    mean, _, sigma = parzen_log_likelihood(samples, validation, test)
    scores = {s: brute_force(samples, validation, s).mean() for s in np.geomspace(0.1, 1, 300)}
    assert sigma == pytest.approx(max(scores, key=scores.get), rel=0.01)
    assert brute_force(samples, validation, sigma).mean() >= max(scores.values())
    assert mean == pytest.approx(brute_force(samples, test, sigma).mean(), rel=1e-9)


def test_many_points_are_as_likely_as_each_alone(rng):
    samples, test = rng.uniform(size=(3, 2)), rng.uniform(size=(1203, 2))
    mean, _, _ = parzen_log_likelihood(samples, test, test, bandwidths=[0.3])
    assert mean == pytest.approx(brute_force(samples, test, 0.3).mean(), rel=1e-9)


def test_the_bandwidth_is_chosen_on_validation_points_and_not_on_test_points():
    samples = np.zeros((1, 2))
    far, near = np.full((4, 2), 0.8), np.full((4, 2), 0.1)
    # In d dimensions the likeliest sigma for a point at distance r is r / sqrt(d).
    for validation, test, sigma in ((far, near, 0.8), (near, far, 0.1)):
        assert parzen_log_likelihood(samples, validation, test, bandwidths=[0.1, 0.8])[2] == sigma


def test_pixels_far_from_all_samples_have_a_finite_likelihood():
    mean, _, _ = parzen_log_likelihood(np.zeros((2, 784)), np.ones((1, 784)), np.ones((1, 784)), [0.1])
    assert mean == pytest.approx(-784 / 0.02 - 392 * np.log(2 * np.pi * 0.01), rel=1e-9)


def test_points_of_unlike_dimensions_are_refused():
    with pytest.raises(ValueError, match="must have the same dimension"):
        parzen_log_likelihood(np.zeros((2, 3)), np.zeros((2, 3)), np.zeros((2, 2)))


def test_the_parzen_protocol_reads_pixels_between_0_and_1():
    splits = {"validation": "train[40:50]", "split": "train[50:64]"}
    settings = {
        "data.take": None,
        "eval.sliced_wasserstein": None,
        "eval.parzen_log_likelihood": {"samples": 30, "seed": 3, **splits},
    }
    config = load_config("cgan/mnist", settings, smoke=True)
    model = zoo.load("cgan/mnist", overrides=settings, smoke=True)
    scores = evaluation.evaluate(model, config)
    fake = model.generate(30, seed=3).reshape(30, 64) / 2 + 0.5
    real = evaluation.reference_arrays(config)["image"].reshape(-1, 64) / 255
    expected = parzen_log_likelihood(fake, real[40:50], real[50:64])
    name = "parzen_log_likelihood"
    assert [score["metric"] for score in scores] == [name, f"{name}/error", f"{name}/bandwidth"]
    np.testing.assert_allclose([score["value"] for score in scores], expected, rtol=1e-5)
    stamp = scores[0]["protocol"]
    # The stamp holds no number that was found: its last digit may differ on another processor.
    assert stamp["bandwidth"] == "likeliest for train[40:50]"
    assert (stamp["n_real"], stamp["n_fake"], stamp["unit"]) == (14, 30, "nats")


def test_scores_of_samples_equal_to_a_millionth_are_equal_to_a_thousandth(rng):
    """With some samples far off the ring, to whose likelihood two bandwidths are about equally good."""
    samples = rng.permutation(np.concatenate([ring(rng, 450, 0.03), rng.uniform(-2, 2, size=(15, 2))]))
    held_out = ring(rng, 450, 0.03)
    found = []
    for _ in range(3):
        nearly = samples + 1e-6 * rng.normal(size=samples.shape)
        fits = kernel_density(nearly), gaussian_mixture(nearly, components=(1, 8))
        parzen = parzen_log_likelihood(nearly, held_out[:150], held_out[150:], np.geomspace(0.01, 1, 10))
        found.append([fits[0].bandwidth, *(fit.score_samples(held_out).mean() for fit in fits), *parzen])
    np.testing.assert_allclose(found[1:], found[:-1], rtol=1e-3)


def test_where_two_bandwidths_are_equally_good_the_score_does_not_jump(rng):
    """Samples are drawn out until the better of two neighbours in a list becomes the other one."""
    samples, validation, test = (rng.normal(size=(n, 3)) for n in (60, 200, 200))
    widths = np.geomspace(0.1, 1.6, 5)

    def better(scale):
        scores = [brute_force(scale * samples, scale * validation, width).mean() for width in widths]
        return int(np.argmax(scores))

    low, high = 0.5, 1.1
    first = better(low)
    assert first != better(high)
    while high - low > 1e-7:
        middle = (low + high) / 2
        low, high = (middle, high) if better(middle) == first else (low, middle)
    both = [parzen_log_likelihood(s * samples, s * validation, s * test, widths) for s in (low, high)]
    np.testing.assert_allclose(*both, rtol=1e-5)
