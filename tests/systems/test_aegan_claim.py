"""AEGAN's claim: nearest codes by hand, what is trained, and what is judged."""

from types import SimpleNamespace

import numpy as np
import pytest

from tfgan_zoo.systems.aegan import claim


def test_precision_by_hand():
    """By direction and not by length: the first code's nearest are the second and the fourth."""
    codes = np.array([[1.0, 0.0], [5.0, 0.5], [0.0, 1.0], [0.1, 0.02], [-1.0, 0.0]])
    labels = np.array([0, 0, 1, 2, 1])
    assert claim.precision(codes, labels, queries=1, nearest=2) == 0.5
    # The third one's are the fourth and the second.
    assert claim.precision(codes, labels, queries=3, nearest=1) == pytest.approx(1 / 3)


def test_medians_of_ratios_are_judged(monkeypatch):
    real = {"image": np.full([6, 2, 2, 1], 255, np.uint8), "label": np.arange(6) % 2}
    monkeypatch.setattr(claim, "reference_arrays", lambda config, split: real)
    monkeypatch.setattr(claim, "precision", lambda codes, labels, queries: codes.mean())
    asked = []

    def train(name, config_id, overrides, seed):
        asked.append((name, overrides["system_args.objective"], seed))
        # Reconstructions miss by this; samples are 0 and reals 1.
        missed = {"images": 0.1 * (1 + seed), "latents": 0.2}[name]
        model = SimpleNamespace(
            reconstruct=lambda given: given + missed * (2 if given.max() == 0 else 1),
            generate=lambda n, seed: np.zeros([n, 2, 2, 1]),
            encode=lambda given: {"z": np.full([len(given), 3], missed)},
            generator=SimpleNamespace(weights=[SimpleNamespace(numpy=lambda: np.array([float(seed), missed]))]),
        )
        return SimpleNamespace(model=model, config=None, note=lambda key, value: float(value))

    found = claim.measure(SimpleNamespace(train=train), [0, 1, 2], "test", 4, 2)
    assert set(found) == {check.key for check in claim.CHECKS}
    assert asked == [(name, name, seed) for seed in range(3) for name in ("images", "latents")]
    assert found["real_ratio"] == pytest.approx(1.0) and found["sample_ratio"] == pytest.approx(1.0)
    assert found["real_error"] == pytest.approx(0.04, rel=1e-4)
    assert found["sample_error"] == pytest.approx(0.16, rel=1e-4)
    assert found["precision"] == pytest.approx(0.2) and found["precision_latents"] == pytest.approx(0.2)
    assert found["generator_difference"] == pytest.approx(0.1)
