"""ProgressiveGAN's claim: what is compared with the pair of full size, and what without the deviation."""

from types import SimpleNamespace

import pytest

from tfgan_zoo.systems.progressive_gan import claim

# FID-C, seconds and MS-SSIM of a run.
RUNS = {
    "fixed_seed0": (10.0, 50.0, None),
    "growing_seed0": (8.0, 40.0, 0.20),
    "growing_seed1": (None, None, 0.10),
    "without_deviation_seed0": (None, None, 0.24),
    "without_deviation_seed1": (None, None, 0.12),
}


def test_figures_are_of_the_right_run(monkeypatch):
    asked = {}

    def train(name, config_id, overrides, seed):
        asked[f"{name}_seed{seed}"] = overrides
        fid, seconds, alike = RUNS[f"{name}_seed{seed}"]
        return SimpleNamespace(
            model=name,
            config=SimpleNamespace(train=SimpleNamespace(steps=overrides["train.steps"], batch_size=10)),
            card={"wall_seconds": seconds},
            score=lambda protocol, **settings: fid,
            alike=alike,
        )

    monkeypatch.setattr(claim, "_similarity", lambda variant, samples, pairs: variant.alike)
    monkeypatch.setattr(claim, "fade_ends", lambda model: {"growing": (1e-6, 0.0)}[model])
    found = claim.measure(
        SimpleNamespace(train=train), image_size=16, steps=80, fixed_steps=50, stable=8, fade=4, samples=9, pairs=3,
        extractor="e", seeds=[0, 1],
    )  # fmt: skip
    # Gains of 0.04 and 0.02: their mean, and its standard error.
    assert found.pop("ms_ssim_gain") == pytest.approx((0.03, 0.01))
    assert found == pytest.approx(
        {
            "fade_in_jump": 1e-6,
            "fade_out_leak": 0.0,
            "pace": (80 * 10 / 40) / (50 * 10 / 50),
            "fid_ratio": 0.8,
            "fid": 8.0,
            "fid_full_size": 10.0,
            "seconds": 40.0,
            "seconds_full_size": 50.0,
        }
    )
    assert set(asked) == set(RUNS)
    growing, blind = asked["growing_seed1"], dict(asked["without_deviation_seed1"])
    assert blind.pop("networks.critic.group") == 0 and blind == growing
    assert asked["fixed_seed0"]["system_args.first_size"] == 16
