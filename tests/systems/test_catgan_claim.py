"""CatGAN's claim: pairs of runs with the same labels, medians of draws, names of clusters."""

from types import SimpleNamespace

import numpy as np
import pytest

from tfgan_zoo.systems.catgan import claim


def test_each_draw_of_labels_has_its_own_baseline(monkeypatch):
    errors = {("catgan", 0): 0.1, ("catgan", 1): 0.2, ("catgan", 2): 0.4}
    errors |= {("supervised", 0): 0.2, ("supervised", 1): 0.25, ("supervised", 2): 0.5, ("without_fakes", 0): 0.3}
    asked = []
    monkeypatch.setattr(claim, "_cluster_error", lambda variant, split, named_by: 0.6)

    def train(name, config_id, overrides, seed):
        asked.append((name, seed, overrides))
        score = lambda protocol, split: {"test_error": errors[name, seed]}[protocol]  # noqa: E731
        return SimpleNamespace(score=score, note=lambda key, value: value)

    found = claim.measure(SimpleNamespace(train=train), [0, 1, 2], "test", 20, 100)
    assert found == pytest.approx(
        {
            "error_ratio": 0.8,
            "error": 0.2,
            "supervised_error": 0.25,
            "error_without_fakes": 0.3,
            "unsupervised_error": 0.6,
        }
    )
    for name, seed, overrides in asked[:6]:
        assert overrides["data.labelled_seed"] == seed
        assert overrides.get("system_args.supervised_only", False) == (name == "supervised")
    assert asked[6][2]["system_args.fake_weight"] == 0
    assert asked[7][2]["networks.discriminator.classes"] == 20 and asked[7][2]["system_args.label_weight"] == 0


def test_clusters_have_the_name_of_their_commonest_class():
    names = claim.commonest(np.array([0, 0, 0, 2, 2]), np.array([1, 1, 3, 0, 0]), 4)
    assert names.tolist() == [1, -1, 0, -1]
