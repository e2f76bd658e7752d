"""Held-out log-likelihoods: estimates by hand, and that the data's own fits are made once."""

import numpy as np
import pytest
from scipy.special import logsumexp

import tfgan_zoo as zoo
from tfgan_zoo import evaluation
from tfgan_zoo.config import load_config
from tfgan_zoo.metrics import likelihood
from tfgan_zoo.metrics.likelihood import (
    gaussian_mixture,
    held_out_log_likelihood,
    kernel_density,
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
