"""BicycleGAN's claim: what counts as diverse, whose codes carry a style, and what the baseline lacks."""

from types import SimpleNamespace

import numpy as np
import pytest
import tensorflow as tf

from tfgan_zoo.hub import models
from tfgan_zoo.hub.config import load_config
from tfgan_zoo.systems.bicyclegan import claim


class Painter:
    """Translates to a flat grey that the first number of a code says, times `strength`; reads it back."""

    def __init__(self, strength):
        self.strength = strength
        self.sampler = SimpleNamespace(latents=self.draw)

    @staticmethod
    def draw(n, seed):
        return np.random.default_rng(seed).uniform(-1, 1, [n, 1]).astype(np.float32)

    def translate(self, condition, z):
        grey = np.clip(self.strength * z[:, :1], -1, 1).reshape(-1, 1, 1, 1)
        return np.broadcast_to(grey, condition.shape).astype(np.float32)

    def encode(self, images):
        return {"mu": images.mean(axis=(1, 2)) / self.strength}


def variant(model):
    values = {}

    def note(key, value):
        values[key] = float(value)
        return values[key]

    config = load_config("bicyclegan/edges2avatars")
    return SimpleNamespace(model=model, config=config, values=values, note=note)


def reals(n=60):
    """Flat greys and their skin, dark or bright, of images of 8 x 8."""
    grey = np.random.default_rng(0).integers(0, 256, n).astype(np.uint8)
    images = np.broadcast_to(grey[:, None, None, None], [n, 8, 8, 1])
    attributes = np.full([n, 7], -1)
    attributes[:, 5] = grey > 127
    return {"condition": images, "image": images, "attributes": attributes}


@pytest.fixture(autouse=True)
def arrays(monkeypatch):
    monkeypatch.setattr(claim, "reference_arrays", lambda config, split=None: reals())
    monkeypatch.setattr(claim.data, "arrays", lambda **settings: reals())


def test_diversity_is_that_of_translations_of_one_image():
    found = claim.compared(variant(Painter(0.8)), variant(Painter(0.1)), 5, 4, features=None, seed=0)
    assert found["diversity_ratio"] == pytest.approx(8, rel=1e-4)
    assert found["code_correlation"] == pytest.approx(1)
    # Of two uniform numbers the mean distance is 2/3, over 64 pixels.
    assert found["diversity"] == pytest.approx(0.8 * 8 * 2 / 3, rel=0.3)


def test_a_code_that_the_generator_ignores_is_not_read():
    class Deaf(Painter):
        def translate(self, condition, z):
            return super().translate(condition, np.random.default_rng(5).permutation(z))

    found = claim.compared(variant(Deaf(0.8)), variant(Painter(0.1)), 50, 4, features=None, seed=0)
    assert abs(found["code_correlation"]) < 0.3


def test_styles_are_kept_by_an_images_own_code(monkeypatch):
    asked = []

    def arrays(**settings):
        asked.append((settings["name"], settings["split"]))
        return reals()

    monkeypatch.setattr(claim.data, "arrays", arrays)
    # The judge sees whether an image is bright.
    monkeypatch.setattr(claim.probes, "classifier", lambda images, labels, epochs, seed: list(labels))
    monkeypatch.setattr(
        claim.probes, "read", lambda names, images: {name: images.mean((1, 2, 3)) > 127 for name in names}
    )
    found = claim.kept_styles(variant(Painter(1.0)), "skin", probe_epochs=1, seed=0)
    assert asked == [("avatars/avataaars", "train"), ("avatars/avataaars", "test")]
    assert found["style"] == found["style_real"] == 1 and 0.25 < found["style_shuffled"] < 0.75
    assert found["style_lead"] == pytest.approx(found["style"] - found["style_shuffled"])


def test_figures_are_means_over_seeds_and_the_baseline_has_no_codes(monkeypatch):
    trained = []

    def train(name, config_id, overrides, seed):
        trained.append((name, seed, overrides))
        return SimpleNamespace(name=name, seed=seed)

    monkeypatch.setattr(
        claim, "compared", lambda bicycle, noise, *_: {"diversity_ratio": float(bicycle.seed + noise.seed)}
    )
    monkeypatch.setattr(claim, "kept_styles", lambda bicycle, *_: {"style_lead": 0.5})
    bench = SimpleNamespace(train=train)
    found = claim.measure(bench, 4, 2, 2, 1, seeds=[0, 2], attribute="skin", seed=1)
    assert found == {"diversity_ratio": (4.0, pytest.approx(2.0)), "style_lead": (0.5, 0.0)}
    assert [(name, seed) for name, seed, _ in trained] == [
        ("bicycle", 1),
        ("noise", 1),
        ("bicycle", 3),
        ("noise", 3),
    ]
    ours, theirs = trained[0][2], trained[1][2]
    assert theirs == {**ours, "eval": None, **claim.NOISE}


def test_the_baselines_codes_are_noise():
    """Nothing that it minimises asks for a code: L1 and the second discriminator are left."""
    model = models.build(load_config("bicyclegan/edges2avatars", claim.NOISE, smoke=True))
    rng = np.random.default_rng(0)
    batch = {
        key: tf.constant(rng.uniform(-1, 1, [4, 16, 16, 1]), tf.float32) for key in ("condition", "image")
    }
    logs = {name: float(value) for name, value in model.train_step(batch).items()}
    assert logs["encoder_loss"] == 0
    before = model.encoder.get_weights()
    model.train_step(batch)
    assert all(np.array_equal(a, b) for a, b in zip(before, model.encoder.get_weights()))
