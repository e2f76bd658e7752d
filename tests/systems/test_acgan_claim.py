"""AC-GAN's claim: how alike samples of a class are, how well shrunk ones are read, and what is judged."""

from types import SimpleNamespace

import numpy as np
import pytest

from tfgan_zoo.systems.acgan import claim

SETTINGS = dict(steps=4, extractor="e", samples=20, pairs=2, scales=3)


@pytest.fixture
def bench(monkeypatch):
    """Accuracies 0.9 at full size, 0.6 and 0.3 shrunk, and 0.1 without the class loss."""
    monkeypatch.setattr(
        claim, "shrunk_accuracy", lambda variant, part, extractor, samples: {2: 0.6, 4: 0.3}[part]
    )

    def variant(accuracy):
        return SimpleNamespace(score=lambda protocol, **settings: accuracy, note=lambda name, value: value)

    bench = SimpleNamespace(asked=[])
    bench.shipped = lambda name, config_id, seed: variant(0.9)
    bench.train = lambda name, config_id, overrides, seed: bench.asked.append(overrides) or variant(0.1)
    return bench


def test_what_is_judged(bench, monkeypatch):
    """Two of three classes of samples are less alike than the most alike class of reals."""
    alike = np.array([[0.5, 0.7, 0.69], [0.4, 0.3, 0.7]])
    monkeypatch.setattr(claim, "similarity", lambda variant, pairs, scales: alike)
    found = claim.measure(bench, **SETTINGS)
    assert found == pytest.approx(
        {
            "accuracy_ratio": 3.0,
            "accuracy_fall": 0.3,
            "varied_classes": 2,
            "class_loss_lead": 0.8,
            "accuracy": 0.9,
            "accuracy_half": 0.6,
            "accuracy_quarter": 0.3,
            "accuracy_without_class_loss": 0.1,
            "largest_real_ms_ssim": 0.7,
            "mean_ms_ssim_gap": (0.1 + 0.4 - 0.01) / 3,
        }
    )
    [overrides] = bench.asked
    assert overrides["system_args.class_weight"] == 0 and overrides["train.steps"] == 4


def test_accuracy_that_rises_where_samples_shrink_is_seen(bench, monkeypatch):
    monkeypatch.setattr(claim, "shrunk_accuracy", lambda variant, part, **_: {2: 0.2, 4: 0.3}[part])
    monkeypatch.setattr(claim, "similarity", lambda *_: np.ones([2, 3]))
    assert claim.measure(bench, **SETTINGS)["accuracy_fall"] == pytest.approx(-0.1)


@pytest.fixture
def of_class(monkeypatch):
    """A variant of two classes: of class 0 all samples are one image, of class 1 all differ; reals the reverse."""
    rng = np.random.default_rng(0)
    one, many = np.repeat(rng.uniform(-1, 1, (1, 16, 16, 1)), 20, axis=0), rng.uniform(-1, 1, (20, 16, 16, 1))
    asked, values = [], {}

    def generate(n, seed, label):
        asked.append(n)
        return (one, many)[label][:n]

    def note(name, value):
        values[name] = float(value)
        return values[name]

    reals = {"image": np.concatenate([many, one]) * 127.5 + 127.5, "label": np.repeat([0, 1], 20)}
    monkeypatch.setattr(claim.data, "arrays", lambda **settings: reals)
    model = SimpleNamespace(classes=2, generate=generate)
    config = SimpleNamespace(data=SimpleNamespace(model_dump=dict))
    return SimpleNamespace(model=model, config=config, note=note, values=values, asked=asked)


def test_pairs_of_a_class_are_disjoint_and_compared_within_it(of_class):
    alike, alike_real = claim.similarity(of_class, pairs=10, scales=1)
    assert alike[0] == pytest.approx(1, abs=1e-4) and alike[1] < 0.3
    assert alike_real[1] == pytest.approx(1, abs=1e-4) and alike_real[0] < 0.3
    assert of_class.asked == [20, 20] and of_class.values["ms_ssim/1"] == pytest.approx(alike[1])
    assert of_class.values["ms_ssim_real/1/error"] < 1e-4 < of_class.values["ms_ssim_real/0/error"] < 0.1


def test_a_class_needs_two_images_a_pair(of_class):
    with pytest.raises(ValueError, match="Class 0 has 20 images; 11 disjoint pairs take 22"):
        claim.similarity(of_class, pairs=11, scales=1)


def test_samples_are_shrunk_before_they_are_read(monkeypatch):
    """Stripes a pixel wide are the class; at half the size they are grey."""
    stripes = np.tile(np.array([[1.0, -1.0]] * 8), (1, 4))[..., None]

    def generate(n, seed, label):
        return np.stack([stripes if each else -np.ones_like(stripes) for each in label]).astype(np.float32)

    def read(images):
        striped = np.abs(np.diff(images, axis=2)).mean(axis=(1, 2, 3)) > 0.5
        return {"logits": np.stack([~striped, striped], axis=1).astype(float)}

    monkeypatch.setattr(claim.metrics, "load_extractor", lambda name: read)
    variant = SimpleNamespace(model=SimpleNamespace(classes=2, generate=generate))
    assert claim.shrunk_accuracy(variant, 1, "e", samples=10) == 1.0
    assert claim.shrunk_accuracy(variant, 2, "e", samples=10) == 0.5
