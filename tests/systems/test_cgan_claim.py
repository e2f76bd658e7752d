"""The conditional GAN's claim: spread within a class, and which run each figure is of."""

from types import SimpleNamespace

import numpy as np
import pytest

from tfgan_zoo.systems.cgan import claim


def test_figures_are_of_the_right_run(monkeypatch):
    scores = {"cgan": {"conditional_accuracy": 0.9, "parzen_log_likelihood": 140.0}, "permuted": {}}
    scores["permuted"] = {"conditional_accuracy": 0.1}
    asked = {}

    def train(name, config_id, overrides, seed):
        asked[name] = overrides
        return SimpleNamespace(
            config=SimpleNamespace(data=SimpleNamespace(name="digits")),
            score=lambda protocol, **settings: scores[name][protocol],
            note=lambda name, value: value,
        )

    monkeypatch.setattr(claim, "within_class_spread", lambda variant, samples: [0.8, 0.7, 0.9])
    bench = SimpleNamespace(train=train)
    found = claim.measure(bench, steps=4, extractor="e", samples=10, parzen={"samples": 10})
    assert found == {"accuracy": 0.9, "permuted_accuracy": 0.1, "least_spread": 0.7, "parzen": 140.0}
    assert asked["permuted"] == {**asked["cgan"], "data.name": "permuted_labels/digits"}


def test_spread_within_a_class_is_that_of_samples_over_that_of_reals(monkeypatch):
    """Reals of a class lie 2 and 2 apart; samples of class 0 lie 1 apart, of class 1 all at one place."""
    reals = np.array([-1.0, 1.0, -1.0, 1.0]).reshape(4, 1, 1, 1)
    real = {"image": (reals + 1) * 127.5, "label": np.array([0, 0, 1, 1])}
    monkeypatch.setattr(claim.data, "arrays", lambda **settings: real)

    def generate(n, seed, label):
        return np.where(label == 0, np.arange(n) // 2 % 2, 0.5).reshape(n, 1, 1, 1)

    model = SimpleNamespace(classes=2, generate=generate)
    config = SimpleNamespace(data=SimpleNamespace(model_dump=dict))
    found = claim.within_class_spread(SimpleNamespace(model=model, config=config), samples=4)
    assert found == pytest.approx([0.5, 0.0])
