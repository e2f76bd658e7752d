"""Geometric GAN's claim: modes, quality and divergence by hand; what is compared with what."""

from types import SimpleNamespace

import numpy as np
import pytest

from tfgan_zoo.data import toys
from tfgan_zoo.systems.geometric_gan import claim

TOY = toys.get("grid25_wide")


def test_modes_and_their_divergence():
    """30 samples on the first mode, 9 on the second and one far from all, nearest to the second."""
    fake = np.concatenate([np.repeat(TOY.centres[:1], 30, 0), np.repeat(TOY.centres[1:2], 9, 0), [[-21.0, -13.0]]])
    found = claim.of_samples(fake, TOY, points=9)
    assert found["modes"] == 2 and found["quality"] == pytest.approx(39 / 40)
    assert claim.of_samples(fake, TOY, points=10)["modes"] == 1
    shares = np.array([0.75, 0.25])
    assert found["divergence"] == pytest.approx((shares * np.log(25 * shares)).sum())


def test_the_gan_has_the_same_networks_and_its_modes_are_subtracted():
    modes = {("geometric_gan", 0): 20, ("gan", 0): 10, ("geometric_gan", 1): 22, ("gan", 1): 9}
    asked = []

    def train(name, config_id, overrides, seed):
        asked.append((config_id, overrides["system"]))
        fake = np.repeat(TOY.centres[: modes[name, seed]], 2, 0)
        model = SimpleNamespace(generate=lambda n, seed: fake)
        config = SimpleNamespace(data=SimpleNamespace(name="toy/grid25_wide"))
        return SimpleNamespace(model=model, config=config, note=lambda key, value: value)

    found = claim.measure(SimpleNamespace(train=train), [0, 1], 100, 2)
    assert found["modes"][0] == 21 and found["modes_gan"][0] == 9.5 and found["modes_lead"][0] == 11.5
    assert asked == 2 * [(claim.CONFIG, "geometric_gan"), (claim.CONFIG, "gan")]
