"""ALI's claim: variances of drawn latents by hand, and what is trained beside."""

from types import SimpleNamespace

import numpy as np
import pytest

from tfgan_zoo.hub.config import load_config
from tfgan_zoo.systems.ali import claim


def test_the_variance_of_draws_is_that_of_means_and_of_noise():
    rng = np.random.default_rng(0)
    mu = 0.6 * rng.normal(size=(20000, 4)).astype(np.float32)
    code = {"z": mu, "mu": mu, "log_sigma": np.full([20000, 4], np.log(0.8), np.float32)}
    assert claim.latent_variance(code, 0) == pytest.approx(1, abs=0.02)
    assert claim.latent_variance({"z": mu}, 0) == pytest.approx(0.36, abs=0.01)


def test_medians_of_the_seeds_are_judged(monkeypatch):
    variances = {"ali": [1.2, 0.9, 1.0], "regressed": [0.6, 0.9, 0.4]}
    asked = {}

    def train(name, config_id, overrides, seed):
        asked[name] = config_id, overrides
        spread = np.sqrt(variances.get(name, [1, 1, 1])[seed])
        code = {"z": spread * np.array([[-1.0], [1.0]])}
        return SimpleNamespace(
            model=SimpleNamespace(encode=lambda images: code, reconstruct=lambda images: seed),
            config=load_config("ali/mnist"),
            note=lambda key, value: value,
            score=lambda protocol, samples: {"grid_ali": 3, "grid_gan": 10}[name] + seed,
        )

    monkeypatch.setattr(claim, "labelled_images", lambda config, split: (None, None))
    monkeypatch.setattr(claim, "classes_kept", lambda made, labels, extractor: made / 10)
    found = claim.measure(SimpleNamespace(train=train), [0, 1, 2], "classifier/mnist", steps=8, grid_steps=4)
    assert found == pytest.approx(
        {
            "variance": 1.0,
            "variance_ratio": 2.0,
            "variance_regressed": 0.6,
            "kept": 0.1,
            "kept_regressed": 0.1,
            "modes": 4,
            "modes_gan": 11,
        }
    )
    assert asked["regressed"][1]["system_args"]["objective"] == "latent_regressor"
    assert [asked[name][1]["train.steps"] for name in ("ali", "regressed", "grid_gan")] == [8, 8, 4]
    assert asked["grid_gan"][0] == "ali/grid25" and asked["grid_gan"][1]["system"] == "gan"


def test_the_baseline_has_the_same_networks():
    ali = load_config("ali/mnist")
    other = load_config("ali/mnist", claim._as_regressor(ali))
    assert other.system == "bigan" and other.train == ali.train
    assert other.networks["generator"] == ali.networks["generator"]
    assert other.networks["encoder"].arguments == {"latent_dim": 32, "hidden": 256}
    assert other.networks["discriminator"].arguments == {"hidden": 256, "batch_norm": False, "dropout": 0.5}
    assert other.optimizers["encoder"] == ali.optimizers["generator"]
