"""b-GAN's claim: ratios by hand, what is trained, and which value is the worst."""

from types import SimpleNamespace

import numpy as np
import pytest
import scipy.stats

from tfgan_zoo.systems.b_gan import claim

P, Q = scipy.stats.norm(), scipy.stats.norm(0.8, 1.2)


def test_a_true_ratio_has_no_error_and_a_wrong_one_has():
    samples = Q.rvs([20_000, 1], random_state=0)
    found = claim.of_ratio(lambda x: P.pdf(x) / Q.pdf(x), samples)
    assert found["error"] == pytest.approx(0, abs=1e-5) and found["correlation"] == pytest.approx(1)
    assert found["mean_ratio"] == pytest.approx(1, abs=0.02)
    doubled = claim.of_ratio(lambda x: 2 * P.pdf(x) / Q.pdf(x), samples)
    assert doubled["error"] == pytest.approx(np.log(2), abs=1e-5)
    assert doubled["correlation"] == pytest.approx(1)
    inverted = claim.of_ratio(lambda x: Q.pdf(x) / P.pdf(x), samples)
    assert inverted["correlation"] == pytest.approx(-1)


def test_the_worst_are_judged(monkeypatch):
    found = {
        "pearson": {"error": 0.1, "correlation": 0.99, "mean_ratio": 0.8},
        "kl": {"error": 0.3, "correlation": 0.97, "mean_ratio": 1.1},
    }
    fine = {"error": 0.0, "correlation": 1.0, "mean_ratio": 1.0}
    ends = {"reverse_kl": (-0.05, 1.2), "kl": (3.0, 0.2)}
    monkeypatch.setattr(claim, "_ratio", lambda bench, name, *_: found.get(name, fine))
    monkeypatch.setattr(claim, "_descent", lambda bench, name, *_: ends.get(name, (0.0, 1.0)))
    values = claim.measure("bench", 0, 10, 10)
    assert values["worst_ratio_error"] == 0.3 and values["worst_correlation"] == 0.97
    assert values["worst_mean_ratio"] == pytest.approx(0.2) and values["worst_descent"] == pytest.approx(0.2)
    assert (values["mean_kl_paper"], values["deviation_kl_exact"]) == (3.0, 0.2)


def test_the_ratio_is_fitted_to_a_generator_that_stays():
    asked = []

    def train(name, config_id, overrides, seed):
        asked.append((name, overrides))
        model = SimpleNamespace(
            ratio=lambda x: SimpleNamespace(numpy=lambda: P.pdf(x) / Q.pdf(x)),
            generate=lambda n, seed: np.zeros([n, 1]),
        )
        return SimpleNamespace(model=model, note=lambda key, value: value)

    claim._ratio(SimpleNamespace(train=train), "kl", 0, 7)
    ((name, overrides),) = asked
    assert name == "ratio_kl" and overrides["optimizers.generator.learning_rate"] == 0
    assert np.exp(overrides["networks.generator.log_scale"]) == pytest.approx(1.2)
