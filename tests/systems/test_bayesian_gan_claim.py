"""BayesianGAN's claim: pairs of runs with the same labels, medians of draws, and what is no posterior."""

from types import SimpleNamespace

import pytest

from tfgan_zoo.hub.config import load_config
from tfgan_zoo.systems.bayesian_gan import claim


def test_each_draw_of_labels_has_its_own_baseline():
    errors = {("bayesian_gan", 0): 0.1, ("bayesian_gan", 1): 0.05, ("bayesian_gan", 2): 0.3}
    errors |= {("supervised", 0): 0.2, ("supervised", 1): 0.25, ("supervised", 2): 0.5, ("point", 0): 0.15}
    asked = {}

    def train(name, config_id, overrides, seed):
        asked[name, seed] = overrides
        return SimpleNamespace(score=lambda protocol, split: {"test_error": errors[name, seed]}[protocol])

    found = claim.measure(SimpleNamespace(train=train, smoke=False), [0, 1, 2], "test")
    expected = {"error_ratio": 0.5, "error": 0.1, "supervised_error": 0.25, "point_error": 0.15}
    assert found == pytest.approx(expected)
    assert set(asked) == set(errors)
    for (name, seed), overrides in asked.items():
        assert overrides["data.labelled_seed"] == seed
        assert overrides.get("system_args.supervised_only", False) == (name == "supervised")
        assert ("train.stages" in overrides) == (name == "point")


def test_a_point_estimate_has_the_same_stages_without_noise():
    whole = load_config(claim.CONFIG)
    point = load_config(claim.CONFIG, claim.point_estimate(whole.as_dict()["train"]["stages"]))
    assert point.system_args["generator_chains"] == 1 and point.system_args["samples"] == 0
    for ours, theirs in zip(point.train.stages, whole.train.stages, strict=True):
        assert (ours.name, ours.steps) == (theirs.name, theirs.steps)
        for player, optimizer in theirs.optimizers.items():
            cold = {**optimizer.arguments, "temperature": 0.0}
            assert ours.optimizers[player].arguments == cold and ours.optimizers[player].class_name == "SGHMC"
