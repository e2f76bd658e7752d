"""The GAN's claim: what of the Parzen window, of the line and of the ring is judged."""

from types import SimpleNamespace

import pytest

from tfgan_zoo.systems.gan import claim

CARDS = {
    "gaussian_1d": {"log_likelihood/kde_samples": -0.79, "log_likelihood/kde_train": -0.73},
    "ring8": {"modes": 8, "high_quality_share": 0.9},
    "ring8_replay": {"modes": 6, "high_quality_share": 0.4},
    "gan": {},
}


class Bench:
    """Gives variants with known scores."""

    def __init__(self):
        self.asked = {}

    def shipped(self, name, config_id, seed):
        self.asked[name] = ("shipped", config_id, seed)
        scores = [{"metric": metric, "value": value} for metric, value in CARDS[name].items()]
        variant = SimpleNamespace(card={"scores": scores}, values={})

        def score(protocol, **settings):
            assert protocol == "parzen_log_likelihood" and settings == {"samples": 7}
            variant.values["parzen_log_likelihood/error"] = 2.5
            return 150.0

        variant.score = score
        return variant

    def train(self, name, config_id, overrides=None, seed=None):
        variant = self.shipped(name, config_id, seed)
        self.asked[name] = ("trained", config_id, seed)
        return variant


def test_weights_that_ship_are_judged(monkeypatch):
    monkeypatch.setattr(claim, "optimum_gap", lambda steps, seed: 0.01 * steps)
    monkeypatch.setattr(claim, "gradient_ratio", lambda steps, seed: 10 * steps)
    bench = Bench()
    found = claim.measure(bench, parzen={"samples": 7}, toy_steps=3, seed=0)
    assert found == pytest.approx(
        {
            "parzen_less_3_errors": 150 - 3 * 2.5,
            "optimum_gap": 0.03,
            "gradient_ratio": 30,
            "density_gap": 0.06,
            "parzen": 150,
            "modes": 8,
            "modes_with_replay": 6,
            "quality": 0.9,
            "quality_with_replay": 0.4,
        }
    )
    assert bench.asked == {
        "gan": ("shipped", "gan/mnist", 0),
        "gaussian_1d": ("shipped", "gan/gaussian_1d", 0),
        "ring8": ("shipped", "gan/ring8", 0),
        "ring8_replay": ("trained", "gan/ring8_replay", 0),
    }


def test_a_trained_discriminator_is_near_its_optimum_and_an_untrained_one_is_not():
    assert claim.optimum_gap(steps=600, seed=0) < 0.05 < 0.2 < claim.optimum_gap(steps=0, seed=0)


def test_minus_log_d_keeps_its_gradient():
    """The two gradients stand as (1 - D) to D, so at D(G(z)) of 0.02 as 49; an untrained D gives about 1."""
    assert 20 < claim.gradient_ratio(steps=1000, seed=0) < 120
    assert claim.gradient_ratio(steps=0, seed=0) == pytest.approx(1, abs=0.5)
