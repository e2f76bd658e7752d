"""WGAN's claim: correlations with FID-C along training, slopes at the fakes, and which is over which."""

from types import SimpleNamespace

import numpy as np
import pytest

from tfgan_zoo.systems.wgan import claim


def rows(losses, scores):
    """A run that scores at every second of its logged losses."""
    return SimpleNamespace(
        losses=[{"step": n, "critic_loss": -value} for n, value in enumerate(losses, 1)],
        scores=[{"step": 2 * n, "fid": value} for n, value in enumerate(scores, 1)],
    )


def test_the_median_estimate_before_a_scoring_is_correlated_with_it():
    """Medians of the two losses before each scoring: 4, 3, 2; over all before, 4, 4, 3.5."""
    falling = rows([4, 4, 4, 2, 1, 3], [9, 5, 1])
    estimate = lambda row: -row["critic_loss"]  # noqa: E731
    assert claim._correlation(falling, estimate, window=2) == pytest.approx(1)
    assert claim._correlation(rows([4, 4, 4, 2, 1, 3], [1, 5, 9]), estimate, window=2) == pytest.approx(-1)


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

    monkeypatch.setattr(claim, "_correlation", lambda variant, estimate, window: correlations[variant.name])
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
