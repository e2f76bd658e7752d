"""Improved GAN's claim: pairs of runs with the same labels, and modes with and without minibatch discrimination."""

from types import SimpleNamespace

import pytest

from tfgan_zoo.systems.improved_gan import claim


def test_what_is_measured():
    values = {("improved_gan", 0): 0.1, ("improved_gan", 1): 0.05, ("improved_gan", 2): 0.1}
    values |= {("supervised", 0): 0.25, ("supervised", 1): 0.2, ("supervised", 2): 0.2}
    values |= {("minibatch", 0): 20, ("minibatch", 1): 24, ("plain", 0): 10, ("plain", 1): 12}
    asked = []

    def train(name, config_id, overrides, seed):
        asked.append((name, config_id, overrides, seed))
        return SimpleNamespace(score=lambda protocol, **settings: values[name, seed])

    toy = {"seeds": [0, 1], "steps": 40, "kernels": 7, "samples": 100}
    found = claim.measure(SimpleNamespace(train=train), [0, 1, 2], "test", toy)
    assert found["error_ratio"] == pytest.approx(0.4)
    assert (found["error"], found["supervised_error"]) == (0.1, 0.2)
    assert (found["modes_minibatch"][0], found["modes_plain"][0]) == (22, 11)
    for name, config_id, overrides, seed in asked:
        if config_id == claim.CONFIG:
            assert overrides["data.labelled_seed"] == seed
            assert ("system_args.supervised_only" in overrides) == (name == "supervised")
        else:
            kernels = {"minibatch": 7, "plain": 0}[name]
            assert config_id == "gan/grid25" and overrides["networks.discriminator.minibatch_kernels"] == kernels
