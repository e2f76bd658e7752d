"""CVAE-GAN's claim: which baselines are trained, which medians are judged, and the variance within classes."""

from types import SimpleNamespace

import numpy as np
import pytest

from tfgan_zoo.hub import models
from tfgan_zoo.hub.config import load_config
from tfgan_zoo.systems.cvae_gan import claim


def test_medians_of_seeds_are_judged(monkeypatch):
    fids = {"cvae_gan": (1.0, 2.0, 3.0), "cvae": (10.0, 8.0, 4.0), "cgan": (5.0, 0, 0)}
    trained = []
    monkeypatch.setattr(
        claim, "reference_arrays", lambda *_: {"image": np.uint8([[0], [255], [0], [0]]), "label": np.array([0, 0, 1, 1])}
    )

    def train(name, config_id, overrides, seed):
        trained.append((name, seed, overrides))
        scores = {"fid": fids[name][seed], "conditional_accuracy": fids[name][seed] / 100}
        model = SimpleNamespace(classes=2, generate=lambda n, seed, label: np.float32([[0.0], [0], [1], [0]]))
        return SimpleNamespace(
            model=model, config=load_config(claim.CONFIG), score=lambda key, **_: scores[key], note=lambda key, value: float(value)
        )

    found = claim.measure(SimpleNamespace(train=train), 10, [0, 1, 2], "some", 6)
    assert found["fid_ratio"] == pytest.approx(0.25)
    assert found["fid"] == 2 and found["fid_cvae"] == 8 and found["fid_cgan"] == 5
    assert found["accuracy"] == pytest.approx(0.02)
    # Samples 0, 0, 1, 0 are of the classes 0, 1, 0, 1; reals vary by 1 in one class and not in the other.
    assert found["spread"] == pytest.approx((0.25 + 0) / (1 + 0))
    assert set(found) == {check.key for check in claim.CHECKS}
    assert [(name, seed) for name, seed, _ in trained] == [
        *(("cvae_gan", seed) for seed in range(3)), *(("cvae", seed) for seed in range(3)), ("cgan", 0),
    ]  # fmt: skip
    assert all(overrides["train.steps"] == 10 for *_, overrides in trained)


def built(name):
    judge = claim.conditional(load_config(claim.CONFIG, smoke=True)) if name == "cgan" else {}
    return models.build(load_config(claim.CONFIG, claim.VARIANTS[name] | judge, smoke=True))


def test_baselines_have_the_same_generator():
    ours, cvae, cgan = (built(name) for name in claim.VARIANTS)
    assert type(cgan).__name__ == "CGAN" and cgan.prior == "normal"
    shapes = [[tuple(v.shape) for v in model.generator.trainable_variables] for model in (ours, cvae, cgan)]
    assert shapes[0] == shapes[1] == shapes[2]
    assert not cvae.match_features and cvae.mean_weight == cvae.class_mean_weight == 0
    assert ours.match_features and ours.mean_weight == ours.class_mean_weight == 1
