"""f-GAN's claim: best Gaussians by quadrature, errors of what was learned, and which is the worst."""

from types import SimpleNamespace

import numpy as np
import pytest

from tfgan_zoo.data import toys
from tfgan_zoo.networks import mlp
from tfgan_zoo.systems.fgan import claim

PAIR = toys.get("pair_1d")


def test_the_best_gaussian_by_kl_has_the_mixtures_moments():
    mean = 0.6 * -1 + 0.4 * 2
    variance = 0.6 * (0.7**2 + 1) + 0.4 * (1 + 4) - mean**2
    found = claim.optimum("kl", PAIR)
    assert found[:2] == pytest.approx((mean, variance**0.5), abs=1e-4)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("kl", (0.200, 1.689, 0.162)),
        ("reverse_kl", (0.416, 1.559, 0.214)),
        ("pearson", (0.105, 1.743, 0.296)),
        ("hellinger", (0.284, 1.640, 0.090)),
        ("js", (0.260, 1.667, 0.086)),
        ("gan", (0.260, 1.667, 0.086 - 2 * np.log(2))),
    ],
)
def test_best_gaussians(name, expected):
    assert claim.optimum(name, PAIR) == pytest.approx(expected, abs=1e-3)


def test_errors_are_of_mean_and_deviation_and_the_largest_is_judged(monkeypatch):
    off = {"kl": 0.02, "reverse_kl": 0.05, "neyman": 0.4}
    monkeypatch.setattr(claim, "optimum", lambda name, toy: (0.0, 1.0, 0.25))

    def train(name, config_id, overrides, seed):
        assert config_id == claim.CONFIG and overrides["system_args.divergence"] == name
        generator = mlp.gaussian_generator(shift=off.get(name, 0.0), log_scale=np.log(1.01))
        return SimpleNamespace(
            model=SimpleNamespace(generator=generator),
            config=SimpleNamespace(data=SimpleNamespace(name="toy/pair_1d")),
            losses=[{"bound": 9.0}] + 5 * [{"bound": 0.25 + 0.01 * seed}],
            note=lambda key, value: value,
        )

    shipped = SimpleNamespace(score=lambda protocol, **settings: 300.0)
    bench = SimpleNamespace(train=train, shipped=lambda name, config_id: shipped)
    found = claim.measure(bench, [0, 1], {})
    assert found["worst_error"] == pytest.approx(0.05) and found["error_kl"] == pytest.approx(0.02)
    assert found["error_neyman"] == pytest.approx(0.4) and found["error_js"] == pytest.approx(0.01, abs=1e-6)
    assert found["bound_gap"] == pytest.approx(0.01) and found["parzen"] == 300
