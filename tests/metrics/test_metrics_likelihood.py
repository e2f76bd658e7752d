"""Held-out log-likelihoods: estimates by hand, and that the data's own fits are made once."""

import numpy as np
import pytest
from scipy.special import logsumexp
from scipy.stats import multivariate_normal

import tfgan_zoo as zoo
from tfgan_zoo import evaluation
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
    evaluation.likelihoods._training_densities.cache_clear()
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
    evaluation.likelihoods._training_densities.cache_clear()
    assert evaluation.evaluate(model, config) == second


def brute_force(samples, points, sigma):
    """log of the mean density of normals at the samples, one point and one sample at a time."""
    return np.array(
        [
            logsumexp([multivariate_normal.logpdf(point, at, sigma**2) for at in samples])
            - np.log(len(samples))
            for point in points
        ]
    )


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
    scores = {s: brute_force(samples, validation, s).mean() for s in np.geomspace(0.1, 1, 10)}
    assert sigma == pytest.approx(max(scores, key=scores.get))
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
    assert [score["metric"] for score in scores] == ["parzen_log_likelihood", "parzen_log_likelihood/error"]
    np.testing.assert_allclose([score["value"] for score in scores], expected[:2], rtol=1e-5)
    stamp = scores[0]["protocol"]
    assert stamp["bandwidth"] == f"{expected[2]:.3g}, chosen on train[40:50]"
    assert (stamp["n_real"], stamp["n_fake"], stamp["unit"]) == (14, 30, "nats")
