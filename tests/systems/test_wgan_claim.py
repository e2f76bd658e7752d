"""WGAN's claim: correlations with FID-C along training, slopes at the fakes, and which is over which."""

from types import SimpleNamespace

import numpy as np
import pytest

from tfgan_zoo.systems.wgan import claim


def test_figures_are_of_the_right_run(monkeypatch):
    correlations = {"wgan": 0.9, "dcgan": -0.5}
    fids = {"wgan_mlp": 4.0, "gan_mlp": 10.0}

    def train(name, config_id, overrides, seed):
        arguments = SimpleNamespace(arguments={"width": 2, "image_size": 8})
        return SimpleNamespace(
            name=name,
            config=SimpleNamespace(
                networks={"critic": arguments, "generator": arguments}, train=SimpleNamespace(batch_size=4)
            ),
            scores=[{"fid": fids.get(name)}],
            note=lambda key, value: value,
        )

    monkeypatch.setattr(claim, "correlation_along", lambda variant, estimate, window: correlations[variant.name])
    monkeypatch.setattr(claim, "slopes", lambda steps, seed: (5.0, 0.01))
    found = claim.measure(SimpleNamespace(train=train), 4, 8, 2, 10, "e", 2)
    assert found == pytest.approx(
        {
            "estimate_correlation": 0.9,
            "correlation_lead": 0.4,
            "mlp_fid_ratio": 0.4,
            "slope_ratio": 500,
            "js_correlation": -0.5,
            "mlp_fid": 4.0,
            "mlp_fid_gan": 10.0,
        }
    )


def test_a_trained_critic_has_a_slope_where_a_trained_discriminator_has_none():
    critic, discriminator = claim.slopes(steps=300)
    assert critic > 30 * discriminator > 0 and np.isfinite(critic)
