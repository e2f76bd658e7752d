"""EBGAN's claim: what is trained and compared, and the modified inception score by hand."""

from types import SimpleNamespace

import numpy as np
import pytest
import tensorflow as tf

from tfgan_zoo.systems.ebgan import claim


class Bench:
    """Variants whose samples are `spread` times as far apart as the reals 0 and 1, by name."""

    def __init__(self, spread):
        self.spread = spread
        self.asked = {}

    def train(self, name, config_id, overrides, seed):
        assert config_id == claim.CONFIG
        self.asked[name, seed] = overrides
        reals = np.arange(2.0).reshape(2, 1, 1, 1)
        model = SimpleNamespace(
            generate=lambda n, seed: reals * self.spread(name, seed),
            autoencode=lambda images: {"code": tf.constant([[1.0, 0.0], [1.0, 1.0]])},
        )
        network = SimpleNamespace(arguments={"image_size": 16, "channels": 1, "width": 4})
        return SimpleNamespace(
            model=model,
            config=SimpleNamespace(networks={"generator": network}),
            losses=9 * [{"energy_of_reals": 99.0, "energy_of_fakes": 99.0}]
            + [{"energy_of_reals": 4.0 + seed, "energy_of_fakes": 5.0}],
            note=lambda key, value: float(value),
        )


def test_medians_of_the_seeds_are_judged_against_runs_without_a_margin(monkeypatch):
    reals = {"image": tf.reshape(tf.range(2.0), [2, 1, 1, 1])}
    monkeypatch.setattr(claim, "held_out_batch", lambda config, count: reals)
    monkeypatch.setattr(claim, "over_grid", lambda bench, sizes, seed, **grid: {"grid": sizes, **grid})
    spreads = {"ebgan": [0.9, 0.8, 0.1], "no_margin": [0.2, 0.05, 0.1], "no_term": [0.5]}
    bench = Bench(lambda name, seed: spreads[name][seed])
    found = claim.measure(bench, [0, 1, 2], 30, 2, {"steps": 7})
    assert found["diversity"] == pytest.approx(0.8)
    assert found["diversity_without_margin"] == pytest.approx(0.1)
    assert found["energy_of_reals"] == 5 and found["energy_of_fakes"] == 5
    assert found["cosine"] == pytest.approx(0.5)
    assert found["grid"] == {"image_size": 16, "channels": 1} and found["steps"] == 7
    assert [bench.asked["no_margin", seed]["system_args.margin"] for seed in range(3)] == 3 * [0]
    assert bench.asked["no_term", 0]["system_args.pulling_away"] == 0
    assert len(bench.asked) == 7


def test_a_setting_has_one_generator_for_both_and_a_judge_for_each(monkeypatch):
    """A sure and even classifier reads EBGAN's samples of the second setting, and the GAN's of the first."""
    sure, unsure = np.array([[9.0, 0.0], [0.0, 9.0]]), np.zeros([2, 2])
    of = {"grid0_ebgan": unsure, "grid0_gan": sure, "grid1_ebgan": sure, "grid1_gan": unsure}
    monkeypatch.setattr(claim, "extractor_of", lambda name: lambda images: {"logits": images})
    asked = {}

    def train(name, config_id, overrides, seed):
        asked[name] = overrides
        model = SimpleNamespace(generate=lambda n, seed: of[name])
        return SimpleNamespace(model=model, note=lambda key, value: value)

    settings = [{"generator": {"depth": depth}, "hidden": 8} for depth in (1, 2)]
    found = claim.over_grid(SimpleNamespace(train=train), {"image_size": 16}, settings, 5, "extractor", 2, 0)
    score = claim.modified_inception_score(sure)
    assert found["grid_lead"] == 0.5
    assert found["grid_score"] == found["grid_score_gan"] == pytest.approx(score / 2)
    for place, depth in enumerate((1, 2)):
        pair = [asked[f"grid{place}_{name}"] for name in ("ebgan", "gan")]
        generator = {"builder": "ebgan.fc_generator", "depth": depth, "image_size": 16}
        assert all(each["networks.generator"] == generator for each in pair)
        judges = [each["networks.discriminator"] for each in pair]
        assert [judge["builder"] for judge in judges] == ["ebgan.fc_autoencoder", "ebgan.fc_discriminator"]
        assert {judge["hidden"] for judge in judges} == {8}
        assert [each.get("system") for each in pair] == [None, "gan"]


def test_the_modified_score_is_the_divergence_of_the_mean_from_each_answer():
    """KL of (1/2, 1/2) from (0.9, 0.1) and from (0.1, 0.9)."""
    logits = np.log([[0.9, 0.1], [0.1, 0.9]])
    expected = 0.5 * np.log(0.5 / 0.9) + 0.5 * np.log(0.5 / 0.1)
    assert claim.modified_inception_score(logits) == pytest.approx(expected)
    assert claim.modified_inception_score(np.zeros([3, 4])) == pytest.approx(0)
