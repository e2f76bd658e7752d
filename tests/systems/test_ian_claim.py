"""IAN's claim: what is trained, which ratios are judged, and what strokes are measured by."""

from types import SimpleNamespace

import numpy as np
import pytest

from tfgan_zoo.hub import models
from tfgan_zoo.hub.config import load_config
from tfgan_zoo.systems.ian import claim


def test_both_are_held_to_the_same_photos(monkeypatch):
    """Reconstructions and samples are photos of another grey, whose distance is the square of the difference."""
    greys, asked = {"ian": (0.2, 0.3), "vae": (0.4, 0.4)}, {}
    monkeypatch.setattr(claim, "reference_arrays", lambda *_: {"image": np.zeros([2, 2, 2, 1], np.uint8)})
    monkeypatch.setattr(claim, "to_uint8", lambda images: images)
    monkeypatch.setattr(claim, "strokes", lambda *_: {"nearer": 0.6, "outside_ratio": 0.5})
    monkeypatch.setattr(
        claim,
        "metrics",
        SimpleNamespace(
            load_extractor=lambda name: lambda images: {"features": images},
            frechet_distance=lambda real, fake: float(np.mean(fake) ** 2),
        ),
    )

    def train(name, config_id, overrides, seed):
        asked[name] = overrides
        again, made = greys[name]
        model = SimpleNamespace(
            reconstruct=lambda images: np.full([2], again), generate=lambda n, seed: np.full([n], made)
        )
        return SimpleNamespace(model=model, config=None, note=lambda key, value: value)

    found = claim.measure(SimpleNamespace(train=train), 7, 0.3, "some", [0, 0, 1, 1], 3)
    assert found["reconstruction_ratio"] == pytest.approx(0.25) and found["sample_ratio"] == pytest.approx(0.5625)
    assert found["nearer"] == 0.6 and set(found) == {check.key for check in claim.CHECKS}
    assert asked["ian"]["train.steps"] == asked["vae"]["train.steps"] == 7
    assert asked["vae"]["system_args.introspective"] is False and "system_args.introspective" not in asked["ian"]
    assert asked["ian"]["system_args.adversarial_weight"] == 0.3 and asked["vae"]["system_args.adversarial_weight"] == 0


def test_strokes_are_measured_in_the_box_and_around_it():
    """Edits that go half of the way in the box and change the rest by 0.1, and decoding by 0.4."""
    photos = np.zeros([2, 2, 2, 1], np.float32)
    photos[1] = 1

    def paint(images, codes, boxes, colors, steps):
        assert boxes.tolist() == [[0, 0, 1, 1]] * 2 and steps == 3
        edited = images + 0.1
        edited[:, 0, 0] = images[:, 0, 0] + 0.5 * (colors - images[:, 0, 0])
        return {"edited": edited, "decoded": codes.reshape(-1, 2, 2, 1) + 0.4}

    def encode(images):
        return {"code": images.reshape(2, -1)}

    model = SimpleNamespace(paint=paint, encode=encode)
    found = claim.strokes(model, photos, [0, 0, 1, 1], 3)
    assert found == {"nearer": pytest.approx(0.5), "outside_ratio": pytest.approx(0.25)}


def test_the_vae_has_the_same_networks():
    ours, theirs = (models.build(load_config(claim.CONFIG, each, smoke=True)) for each in ({}, claim.VAE))
    assert set(theirs.players()) == {"encoder", "generator"}
    assert theirs.adversarial_weight == theirs.feature_weight == 0
    for name in ("discriminator", "encoder", "flow", "generator"):
        shapes = [[tuple(v.shape) for v in getattr(model, name).variables] for model in (ours, theirs)]
        assert shapes[0] == shapes[1]
