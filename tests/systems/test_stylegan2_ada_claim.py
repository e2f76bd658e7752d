"""StyleGAN2-ADA's claim: what is compared, and what is judged."""

from types import SimpleNamespace

import numpy as np
import pytest

from tfgan_zoo.systems.stylegan2_ada import claim


@pytest.fixture
def measured(monkeypatch):
    """A function that gives the claim's figures, of two seeds, and what was asked of the bench."""

    def measure():
        asked = []

        def train(name, config_id, overrides, seed):
            asked.append((name, overrides, seed))
            late = {"ada": 0.1, "baseline": 0.4 + 0.1 * seed}[name]
            rows = [
                {"step": k, "overfitting": value, "real_sign": 0.6 + 0.01 * k, "augmentation_probability": 0.05 * k}
                for k, value in enumerate([0.9, 0.9, late - 0.1, late + 0.1])
            ]
            model = SimpleNamespace(generate=lambda n, seed: np.full([n, 2, 2, 1], late))
            return SimpleNamespace(config=None, scores=rows, model=model, note=lambda name, value: float(value))

        judge = SimpleNamespace(
            held_out=np.zeros([3, 2, 2, 1], np.uint8), distance=lambda images: images.mean(), upright=lambda images: 0.5
        )
        monkeypatch.setattr(claim, "Judge", lambda *arguments: judge)
        monkeypatch.setattr(claim, "kernel_error", lambda model, seed: 1e-7)
        bench = SimpleNamespace(train=train)
        return claim.measure(bench, 40, 4, 2, [0, 2], 5, 1, "train"), asked

    return measure


def test_what_is_judged(measured):
    found, _ = measured()
    assert found["overfitting_gap"] == pytest.approx((0.4, 0.1))
    assert found["overfitting"][0] == pytest.approx(0.1) and found["overfitting_baseline"][0] == pytest.approx(0.5)
    assert found["probability"][0] == pytest.approx(0.15)
    assert found["real_sign_baseline"][0] == pytest.approx(0.615)
    assert found["identity_error"][0] == 0


def test_the_baseline_differs_by_a_probability_that_stays_0(measured):
    _, asked = measured()
    assert [(name, seed) for name, _, seed in asked] == [("baseline", 0), ("ada", 0), ("baseline", 2), ("ada", 2)]
    theirs, ours = asked[0][1], asked[1][1]
    assert ours["train.score_every"] == 10 and ours["eval"] == {"overfitting": {"split": "test"}}
    assert theirs == ours | {"networks.augmentation.initial": 0.0, "networks.augmentation.adjust_over": 0}


def test_one_classifier_learns_what_images_show_and_one_how_they_are_turned(monkeypatch):
    rng = np.random.default_rng(0)
    images, attributes = rng.integers(0, 255, (5, 4, 4, 3)).astype(np.uint8), rng.integers(0, 2, (5, 2))
    learnt = []

    def classifier(images, labels, epochs, seed):
        learnt.append((images, labels))
        return "turns" if "turns" in labels else "labels"

    monkeypatch.setattr(claim, "reference_arrays", lambda config, split: {"image": images, "attributes": attributes})
    monkeypatch.setattr(claim.probes, "classifier", classifier)
    monkeypatch.setattr(claim.probes, "features", lambda judge, images: images.reshape(5, -1)[:, :2] * 1.0)
    monkeypatch.setattr(claim.probes, "read", lambda judge, images: {judge: np.array([0, 1, 0, 0, 3])})
    judge = claim.Judge(None, "train", "test", 1, 0)
    (shown, labels), (turned, turns) = learnt
    np.testing.assert_array_equal(shown, images)
    np.testing.assert_array_equal(labels["label_1"], attributes[:, 1])
    np.testing.assert_array_equal(turns["turns"], np.repeat(range(4), 5))
    np.testing.assert_array_equal(turned[11], np.rot90(images[1], 2))
    assert judge.upright(images) == 0.6
    assert judge.distance(images) == pytest.approx(0, abs=1e-3)
