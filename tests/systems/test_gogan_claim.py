"""GoGAN's claim: gaps and their margins by hand, exact distances, and what is compared with what."""

from types import SimpleNamespace

import numpy as np
import pytest
from tiny import affine, constant

from tfgan_zoo.systems.gogan import claim
from tfgan_zoo.systems.gogan.gogan import GoGAN


def points(*values):
    return np.array(values, np.float32)[:, None]


def test_gaps_are_measured_by_the_second_critic():
    """It scores 2 x, the first one x: data lie at 10, samples at 1 and 6, and epsilon is 5."""
    model = GoGAN(constant([0.0]), affine([[1.0]]), margin=5.0)
    model.critics[1].set_weights(affine([[2.0]]).get_weights())
    found = claim.margins(model, points(9, 11), points(1, 1), points(5, 7))
    assert found["gap_1"] == pytest.approx(18) and found["gap_2"] == pytest.approx(8)
    assert found["gap_ratio"] == pytest.approx(8 / 18) and found["epsilon"] == 5
    # 18 is 1.8 times 10, 8 is 1.6 times 5.
    assert found["margin_error"] == pytest.approx(0.8)


def test_distances_are_of_the_best_pairs():
    real, fake = np.array([[0.0, 0.0], [3.0, 0.0]]), np.array([[3.0, 4.0], [0.0, 1.0]])
    assert claim.distance(real, fake) == pytest.approx((1 + 4) / 2)


def test_the_wgan_has_as_many_steps_and_the_same_box_and_medians_are_judged(monkeypatch):
    asked = []
    monkeypatch.setattr(claim, "reference_arrays", lambda config, split: {"x": points(0, 1)})
    ratios = iter([0.4, 0.9, 0.5])
    monkeypatch.setattr(claim, "margins", lambda *_: {"gap_ratio": next(ratios)})

    def train(name, config_id, overrides, seed):
        asked.append((name, config_id, overrides, seed))
        shift = {"gogan": 1.0, "wgan": 5.0}[name]
        model = SimpleNamespace(clip=0.3, generate=lambda n, seed, stage=0: points(0, 1) + shift / (stage or 1))
        return SimpleNamespace(config=None, model=model, note=lambda key, value: value)

    found = claim.measure(SimpleNamespace(train=train), [7, 8, 9], 2, 2)
    assert found["gap_ratio"] == 0.5
    assert (found["distance_1"], found["distance_2"], found["distance_wgan"]) == (1, 0.5, 5)
    (_, ours, plain, first), (_, config, beside, second) = asked[:2]
    assert ours == config == claim.CONFIG and first == second == 7 and plain == {"eval": None}
    same = {"system_args.clip": 0.3, "system_args.measure_margin": None}
    assert beside == {"system": "wgan", "train.stages": [], "eval": None, **same}
