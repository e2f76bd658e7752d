"""BigGAN's claim: what is measured at each truncation, and what is judged."""

from types import SimpleNamespace

import numpy as np
import pytest

from tfgan_zoo.systems.biggan import claim


def test_distances_are_of_pairs_within_a_class():
    features = np.array([[0.0, 0.0], [3.0, 4.0], [100.0, 0.0], [100.0, 1.0], [100.0, 2.0]])
    # 5 in the first class; 1, 1 and 2 in the second.
    assert claim.within_class_distance(features, np.array([0, 0, 1, 1, 1])) == pytest.approx((5 + 4 / 3) / 2)


def test_pixels_at_both_ends_are_counted():
    assert claim.saturated(np.array([[0, 1, 254, 255]], np.uint8)) == 0.5


@pytest.fixture
def measured(monkeypatch):
    """A function of varieties to the claim's figures; features are the threshold, reading fails above 1."""

    def measure(variety):
        asked, notes = [], {}

        def generate(n, seed, label, truncation):
            asked.append((n, truncation))
            return np.full([n, 1, 1, 1], truncation / 127.5 - 1)

        images = np.zeros([100, 1, 1, 1], np.uint8)
        reals = {"image": images, "label": np.zeros(100, int)}
        monkeypatch.setattr(claim, "reference_arrays", lambda config, split=None: reals)
        monkeypatch.setattr(claim, "to_uint8", lambda images: (images + 1) * 127.5)
        monkeypatch.setattr(claim.probes, "classifier", lambda *arguments, **options: "judge")
        monkeypatch.setattr(claim.probes, "features", lambda judge, images: images.reshape(len(images), -1))
        right = {"label": np.repeat([0, 1], 3)}
        wrong = {"label": np.zeros(6, int)}
        monkeypatch.setattr(
            claim.probes, "read", lambda judge, images: right if images[0, 0, 0, 0] <= 1 else wrong
        )
        monkeypatch.setattr(
            claim, "within_class_distance", lambda features, labels: variety[round(float(features[0, 0]), 3)]
        )
        monkeypatch.setattr(
            claim.metrics, "precision_recall", lambda real, fake, k: (1 - fake[0, 0] / 10, len(real) / 100)
        )
        model = SimpleNamespace(classes=2, generate=generate)
        variant = SimpleNamespace(
            model=model, config=None, note=lambda name, value: notes.update({name: value})
        )
        bench = SimpleNamespace(shipped=lambda name, config_id, seed: variant)
        found = claim.measure(bench, [2, 1, 0.5, 0.2], 3, 3, 1, "test")
        assert asked == [(6, threshold) for threshold in (2, 1, 0.5, 0.2)]
        assert notes["recall/2"] == 0.06 and notes["accuracy/2"] == 0.5
        return found

    return measure


def test_what_is_judged(measured):
    found = measured({2: 6.0, 1: 5.0, 0.5: 3.5, 0.2: 1.5})
    assert found == pytest.approx(
        {
            "variety_fall": 0.75,
            "variety_least_fall": 1.0,
            "precision_lead": 0.15,
            "accuracy": 1.0,
            "saturated_wide": 0.0,
            "saturated_narrow": 0.0,
            "saturated_real": 1.0,
        }
    )


def test_variety_that_rises_once_is_seen(measured):
    assert measured({2: 6.0, 1: 3.0, 0.5: 3.5, 0.2: 1.5})["variety_least_fall"] == pytest.approx(-0.5)
