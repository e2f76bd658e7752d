"""Unrolled GAN's claim: medians over seeds, with unrolling and without."""

from types import SimpleNamespace

from tfgan_zoo.systems.unrolled_gan import claim

MODES = {5: [8, 8, 2], 0: [1, 0, 3]}
QUALITY = {5: [0.7, 0.9, 0.1], 0: [0.0, 0.2, 0.1]}


def test_medians_over_seeds_are_compared():
    def train(name, config_id, overrides, seed):
        k = overrides["system_args.unrolled"]
        assert (name, overrides["train.steps"]) == (f"k{k}", 4)
        values = {"modes": MODES[k][seed], "high_quality_share": QUALITY[k][seed]}
        return SimpleNamespace(card={"scores": [{"metric": m, "value": v} for m, v in values.items()]})

    found = claim.measure(SimpleNamespace(train=train), steps=4, seeds=[0, 1, 2], unrolled=5)
    assert found == {
        "modes": 8,
        "modes_lead": 7,
        "quality": 0.7,
        "quality_without": 0.1,
        "fewest_modes": 2,
        "most_modes_without": 3,
    }
