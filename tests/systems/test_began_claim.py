"""BEGAN's claim: which ratios are judged, what has no control, what is trained."""

from types import SimpleNamespace

import numpy as np
import pytest
import tensorflow as tf

from tfgan_zoo.systems.began import claim


def test_the_worst_ratio_is_judged_against_the_best_without_control(monkeypatch):
    """Fakes' errors, by run, where those of reals are 2 in the last third."""
    fakes = {
        ("gamma50", 0): 1.1,
        ("gamma50", 1): 1.0,
        ("gamma70", 0): 1.4,
        ("gamma70", 1): 1.28,
        ("gamma30", 0): 0.2,
        ("k0", 0): 0.1,
        ("k1", 0): 1.9,
    }
    asked = {}

    def train(name, config_id, overrides, seed):
        assert config_id == claim.CONFIG
        asked[name, seed] = overrides
        last = {"real_error": 2.0, "fake_error": fakes[name, seed], "k_clipped": 0.5}
        early = {"real_error": 9.0, "fake_error": 9.0, "k_clipped": 0.2}
        model = SimpleNamespace(generate=lambda n, seed: np.array([[0.0], [0.8 + seed]]))
        return SimpleNamespace(
            model=model, config="config", losses=[early, early, last], note=lambda key, value: float(value)
        )

    monkeypatch.setattr(claim, "held_out_batch", lambda config, count: {"image": tf.constant([[0.0], [2.0]])})
    monkeypatch.setattr(claim, "correlation_along", lambda run, estimate, n: estimate({"convergence": n}))
    along = {"score_every": 10, "fid": {"samples": 5}, "window": 7}
    found = claim.measure(SimpleNamespace(train=train), [0, 1], 30, 2, along)
    assert found["ratio_error"] == pytest.approx(0.06)
    assert found["ratio_error_without_control"] == pytest.approx(0.45)
    assert (found["ratio_50"], found["ratio_70"]) == pytest.approx((0.525, 0.67))
    assert (found["ratio_30"], found["ratio_k0"], found["ratio_k1"]) == pytest.approx((0.1, 0.05, 0.95))
    assert found["clipped_50"] == pytest.approx(0.3) and found["correlation"] == 7
    # Mean of 0.8 / 2 and 1.8 / 2; one seed at gamma 0.3.
    assert found["diversity_70"] == pytest.approx(0.65) and found["diversity_30"] == pytest.approx(0.4)
    assert {key: each["system_args.gamma"] for key, each in asked.items() if key[0] == "gamma70"} == {
        ("gamma70", 0): 0.7,
        ("gamma70", 1): 0.7,
    }
    assert [asked[name, 0]["system_args.k_start"] for name in ("k0", "k1")] == [0, 1]
    assert [asked[name, 0]["system_args.k_rate"] for name in ("k0", "k1")] == [0, 0]
    assert [key for key, each in asked.items() if each["eval"]] == [("gamma50", 0)]
    assert set(found) == {check.key for check in claim.CHECKS}
