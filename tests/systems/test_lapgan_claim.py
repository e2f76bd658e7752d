"""LAPGAN's claim: energies and variances of residuals by hand, what is trained, and what is judged."""

from types import SimpleNamespace

import numpy as np
import pytest

from tfgan_zoo.hub import models
from tfgan_zoo.hub.config import load_config
from tfgan_zoo.systems.lapgan import claim
from tfgan_zoo.systems.lapgan.lapgan import laplacian_pyramid


def images(n=8):
    return np.random.default_rng(0).uniform(-1, 1, [n, 16, 16, 1]).astype(np.float32)


def model(share, spread):
    """Adds a share of the real residual at 8x8 and `spread` times the noise."""

    def refine(image, level, label, z):
        real, coarse = laplacian_pyramid(image, 2)[level]
        return coarse, real, share * real + spread * z.numpy().reshape(-1, 8, 8, 1)

    network = SimpleNamespace(input={"z": np.zeros([1, 64])})
    return SimpleNamespace(generators=[None, network], prior="normal", refine=refine)


def real():
    return {"image": images(), "label": np.zeros(8, np.int32)}


def test_energy_and_variance_by_hand():
    true = laplacian_pyramid(images(), 2)[1][0].numpy()
    energy = np.mean(true**2)
    assert claim.energy_ratio(model(0.5, 0.0), real(), 1) == pytest.approx(0.25, rel=1e-5)
    assert claim.energy_ratio(model(0.0, 0.1), real(), 1) == pytest.approx(0.01 / energy, rel=0.15)
    found = claim.variance_share(model(0.5, 0.1), real(), 1, draws=16, seed=3)
    assert found == pytest.approx(0.01 / energy, rel=0.15)
    assert claim.variance_share(model(0.5, 0.0), real(), 1, draws=4, seed=3) == pytest.approx(0, abs=1e-9)


def test_an_images_own_residual_has_no_distance_and_none_at_all_has_one(monkeypatch):
    def read(images):
        assert images.dtype == np.uint8 and images.shape[1:] == (16, 16, 1)
        return {"features": np.diff(images[:, :, :3, 0].astype(float)).reshape(len(images), -1)[:, :3]}

    monkeypatch.setattr(claim.metrics, "load_extractor", lambda name: read)
    noted = {}
    variant = SimpleNamespace(model=model(1.0, 0.0), note=lambda key, v: noted.setdefault(key, v))
    found = claim.compared(variant, real(), 1, "some", draws=2, seed=0)
    assert found["frechet"] == pytest.approx(0, abs=1e-3) and found["frechet_coarse"] > 1
    assert found["energy_ratio"] == pytest.approx(1) and noted == found


def test_medians_of_seeds_are_judged(monkeypatch):
    of = {"energy_ratio": 1.0, "variance_share": 0.5, "frechet": 4.0, "frechet_coarse": 20.0}
    asked = []

    def train(name, config_id, overrides, seed):
        asked.append((name, overrides["system_args.objective"], overrides["train.stages"], seed))
        return SimpleNamespace(config=None, name=name)

    def compared(variant, real, level, extractor, draws, seed):
        times = {0: 1, 1: 2, 2: 9}[seed] * (1 if variant.name == "adversarial" else 0.5)
        return of | {key: of[key] * times for key in ("energy_ratio", "frechet")}

    monkeypatch.setattr(claim, "compared", compared)
    monkeypatch.setattr(claim, "reference_arrays", lambda config, split: {"image": images(), "label": np.zeros(8)})
    monkeypatch.setattr(claim, "energy_ratio", lambda model, real, level: 1.5 - level)
    shipped = SimpleNamespace(model=None, note=lambda key, v: v, score=lambda protocol, **settings: 3.0)
    bench = SimpleNamespace(train=train, shipped=lambda name, config_id: shipped)
    found = claim.measure(bench, 1, 4, [0, 1, 2], "some", "test", 8, 2)
    assert set(found) == {check.key for check in claim.CHECKS}
    assert found["energy_ratio"] == 2 and found["energy_ratio_squared_error"] == 1
    assert found["frechet_ratio"] == pytest.approx(0.4) and found["frechet_squared_error"] == 4
    assert found["energy_ratio_finest"] == 1.5 and found["frechet_samples"] == 3
    # Both are trained alike, and no other level is.
    stages = [{"name": "level_1", "steps": 4}]
    assert asked == [(name, name, stages, seed) for seed in range(3) for name in ("adversarial", "squared_error")]


def test_the_baseline_is_the_same_generator():
    overrides = {"system_args.objective": "squared_error", "train.steps": 2}
    overrides["train.stages"] = [{"name": "level_0", "steps": 2}]
    built = models.build(load_config(claim.CONFIG, overrides, smoke=True))
    assert built.objective == "squared_error" and built.stage == "level_0"
    same = models.build(load_config(claim.CONFIG, smoke=True))
    for a, b in zip(built.generators[0].weights, same.generators[0].weights, strict=True):
        np.testing.assert_array_equal(a.numpy(), b.numpy())
