"""The GAN's claim on replay: which rings are trained, and what of them is compared."""

from types import SimpleNamespace

import pytest

from tfgan_zoo.hub.config import load_config
from tfgan_zoo.systems.gan.gan import claim as gan

# Modes covered by seed, for each size of the pool.
MODES = {100: {3: 8, 4: 6, 5: 7}, 0: {3: 5, 4: 7, 5: 3}}


@pytest.fixture
def rings():
    """A bench that trains nothing, and the configs that it was asked for by name and seed."""
    asked = {}

    def train(name, config_id, overrides, seed):
        asked[name, seed] = config = load_config(config_id, {**overrides, "train.seed": seed})
        return SimpleNamespace(score=lambda _: MODES[config.system_args["replay"]][config.train.seed])

    return SimpleNamespace(train=train, smoke=False), asked


def test_means_over_seeds_are_compared(rings):
    lead, *both = gan.replay_on_the_ring(rings[0], steps=40, seeds=[3, 4, 5], slots=100)
    assert (lead.value, lead.holds) == (2, True)
    assert [check.value for check in both] == [7, 5] and {check.holds for check in both} == {None}
    lead = gan.replay_on_the_ring(rings[0], steps=40, seeds=[4], slots=100)[0]
    assert (lead.value, lead.holds) == (-1, False)


def test_rings_are_those_of_the_unrolled_demo_and_differ_in_the_pool_alone(rings):
    bench, asked = rings
    gan.replay_on_the_ring(bench, steps=40, seeds=[3, 4], slots=100)
    demo = load_config("unrolled_gan/ring8")
    assert len(asked) == 4
    for config in asked.values():
        assert (config.system, config.data) == ("gan", demo.data)
        assert (config.networks, config.optimizers) == (demo.networks, demo.optimizers)
        assert (config.train.steps, config.train.batch_size) == (40, demo.train.batch_size)
        assert config.system_args["generator_loss"] == "minimax" and list(config.eval) == ["mode_coverage"]
    with_pool, without = (asked[f"ring_replay{size}", 3].as_dict() for size in (100, 0))
    with_pool["system_args"]["replay"] = 0
    assert with_pool == without
