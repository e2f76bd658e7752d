"""AdaGAN's claim: coverage by hand, what became of missed modes, and what is judged."""

from types import SimpleNamespace

import numpy as np
import pytest

from tfgan_zoo.data import toys
from tfgan_zoo.systems.adagan import claim
from tfgan_zoo.systems.adagan.evaluation import coverage

TOY = toys.get("random_gaussians")


def mode(k, n=200, seed=0):
    return TOY.centres[k] + 0.03 * np.random.default_rng(seed).standard_normal([n, 2])


def test_coverage_is_the_share_of_the_data_where_the_model_has_density():
    data = TOY.sample(2000, 1)
    assert coverage(TOY.sample(2000, 0), data, 0.05) == pytest.approx(0.95, abs=0.03)
    half = np.concatenate([mode(k) for k in range(5)])
    reals = np.concatenate([mode(k, seed=1) for k in range(10)])
    assert coverage(half, reals, 0.05) == pytest.approx(0.5, abs=0.05)


def test_what_the_second_component_was_made_for(monkeypatch):
    """The first component makes modes 0 to 5, the second 6 and 7; 7/10 of the weights lie on the last four."""
    made = {0: range(6), 1: (6, 7)}
    data = np.concatenate([mode(k, 10) for k in range(10)])
    monkeypatch.setattr(claim, "reference_arrays", lambda config: {"x": data})
    model = SimpleNamespace(
        generate=lambda n, seed, component: np.concatenate([mode(k) for k in made[component]]),
        weights_of=lambda points, t: np.repeat([0.05] * 6 + [0.175] * 4, 10) / 10,
    )
    config = SimpleNamespace(data=SimpleNamespace(name="toy/random_gaussians"))
    found = claim.second_component(SimpleNamespace(model=model, config=config), 100, 0)
    assert found == {"weight_on_missed": pytest.approx(0.7), "missed_found": 0.5}


def test_what_is_judged(monkeypatch):
    of_seed = {
        3: {"coverage": 0.9, "coverage_first": 0.6, "coverage_ensemble": 0.7},
        4: {"coverage": 1.0, "coverage_first": 0.9, "coverage_ensemble": 0.8},
    }
    monkeypatch.setattr(claim, "_of_seed", lambda bench, seed, samples, bandwidth: of_seed[seed])
    found = claim.measure("bench", [3, 4], 100, 0.05)
    assert found["coverage_gain"] == pytest.approx((0.2, 0.1)) and found["least_gain"] == pytest.approx(0.1)
    assert found["ensemble_lead"] == pytest.approx((0.2, 0.0), abs=1e-9)
    assert found["coverage"] == pytest.approx(0.95)


def test_baselines_have_the_same_centres_and_equal_weights(monkeypatch):
    asked = []

    def train(name, config_id, overrides, seed):
        asked.append((name, overrides, seed))
        model = SimpleNamespace(generate=lambda n, **_: mode(0))
        return SimpleNamespace(config=None, model=model, note=lambda name, value: value)

    monkeypatch.setattr(claim, "reference_arrays", lambda config, split: {"x": mode(0, seed=1)})
    monkeypatch.setattr(claim, "second_component", lambda *_: {})
    claim._of_seed(SimpleNamespace(train=train), 3, 100, 0.05)
    (_, ours, first), (_, equal, second) = asked
    assert ours["data.name"] == equal["data.name"] == "toy/random_gaussians/3" and first == second == 3
    assert equal["system_args.top_share"] == 1.0 and "system_args.top_share" not in ours
