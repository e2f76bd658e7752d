"""BGAN's claim: who is compared with whom, and what is judged."""

from types import SimpleNamespace

import pytest

from tfgan_zoo.systems.bs_gan import claim


def test_ratios_of_distances_are_judged_by_their_median():
    distances = {"ratio": [10, 30, 9], "uniform": [100, 100, 30], "continuous": [5]}
    asked = []

    def train(name, config_id, overrides, seed):
        asked.append((name, config_id, overrides, seed))
        fid = distances[name][[4, 5, 6].index(seed)]
        losses = [{"effective_samples": 9.0}] * 50 + [{"effective_samples": seed}] * 20
        return SimpleNamespace(losses=losses, note=lambda key, value: value, score=lambda protocol, **settings: fid)

    found = claim.measure(SimpleNamespace(train=train), [4, 5, 6], 9, 100, "classifier/mnist")
    assert found["fid_ratio"] == pytest.approx(0.3)
    assert (found["fid"], found["fid_uniform"], found["effective_samples"], found["fid_continuous"]) == (10, 100, 5, 5)
    assert [each[0] for each in asked] == 3 * ["ratio", "uniform"] + ["continuous"]
    assert {each[1] for each in asked} == {claim.CONFIG}
    common = {"eval": None, "train.steps": 9, "train.score_every": 3}
    assert asked[0][2] == common and asked[1][2] == common | {"system_args.weighting": "uniform"}
