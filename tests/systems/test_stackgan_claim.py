"""StackGAN's claim: which images are judged against which captions, and which way its ratios point."""

from types import SimpleNamespace

import numpy as np
import pytest
import tensorflow as tf

from tfgan_zoo.systems.stackgan import claim
from tfgan_zoo.utils.resize import bicubic

COUNT = 24


class Drawer:
    """Stage I halves the real image of a text; Stage II draws that image whole, and marks which text it read."""

    def __init__(self, real):
        self.large = real.astype(np.float32) / 127.5 - 1
        self.small = bicubic(real, (8, 8)).astype(np.float32) / 127.5 - 1
        self.sampler = SimpleNamespace(inputs_of=lambda n, seed, text: {"text": text})

    def draw_small(self, inputs):
        return tf.gather(self.small, tf.argmax(inputs["text"], axis=1)), None

    def draw_large(self, small, inputs):
        return tf.gather(self.large, tf.argmax(inputs["text"], axis=1)), None

    def averaged(self):
        return tf.name_scope("averaged")


class Matcher:
    """Knows an image by its mean brightness alone."""

    def embed_images(self, images):
        return np.stack([images.mean((1, 2, 3)) / 100, np.ones(len(images))], axis=1)

    def embed_captions(self, captions):
        # The inner product is largest where both brightnesses are the same.
        means = np.array([float(caption) for caption in captions]) / 100
        return np.stack([2 * means, -(means**2)], axis=1)


@pytest.fixture
def references():
    rng = np.random.default_rng(0)
    noise = rng.integers(-40, 41, [COUNT, 16, 16, 3])
    real = noise - noise.mean((1, 2, 3), keepdims=True) + np.linspace(60, 190, COUNT)[:, None, None, None]
    real = real.round().astype(np.uint8)
    captions = np.array([str(mean) for mean in real.mean((1, 2, 3))])
    return {"image": real, "text": np.eye(COUNT, dtype=np.float32), "caption": captions}


def test_a_second_stage_that_is_right_is_sharper_and_reads_its_own_text(references):
    found = claim.compared(Drawer(references["image"]), references, Matcher())
    assert set(found) < {check.key for check in claim.CHECKS}
    assert found["gradient_distance"] == 0 == found["gradient_ratio"]
    # Stage I is the reals, halved.
    assert found["gradient_distance_stage1"] == found["gradient_distance_halved"] > 0
    assert found["retrieval"] == found["retrieval_real"] == 1 and found["retrieval_stage1"] > 0.9
    assert found["retrieval_lead"] == pytest.approx(1 - found["retrieval_stage1"])
    enlarged = bicubic(bicubic(references["image"], (8, 8)), (16, 16)).astype(float)
    assert found["change"] == pytest.approx(np.abs(references["image"] - enlarged).mean() / 127.5, rel=1e-4)
    assert found["frechet_ratio"] < 1e-3
    # Given other texts it draws what these say, and nothing of Stage I.
    assert found["retrieval_own_text"] == 1 and found["retrieval_first_text"] < 0.3


def test_a_second_stage_that_copies_gains_nothing(references):
    model = Drawer(references["image"])
    model.draw_large = lambda small, inputs: (tf.constant(copied(small.numpy())), None)

    def copied(small):
        return bicubic(claim.to_uint8(small), (16, 16)).astype(np.float32) / 127.5 - 1

    found = claim.compared(model, references, Matcher())
    assert found["gradient_ratio"] == found["frechet_ratio"] == 1
    assert found["change"] == found["retrieval_lead"] == 0
    assert found["retrieval_first_text"] == found["retrieval"] and found["retrieval_own_text"] < 0.3


def test_figures_are_means_over_seeds_beside_one_single_stage(references, monkeypatch):
    keys = [check.key for check in claim.CHECKS if not check.key.endswith("single_stage")]
    monkeypatch.setattr(claim, "compared", lambda model, references, matcher, seed: dict.fromkeys(keys, seed))
    monkeypatch.setattr(claim, "captioned_examples", lambda config, n, split: references)
    monkeypatch.setattr(claim.encoders, "load", lambda name: Matcher())
    monkeypatch.setattr(claim, "draw", lambda model, given, seed: given["image"] / np.float32(127.5) - 1)
    asked = []

    def variant(name, config_id, *rest):
        asked.append((name, config_id, *rest))
        return SimpleNamespace(model=None, config=None, note=lambda key, value: value)

    bench = SimpleNamespace(shipped=variant, train=variant)
    found = claim.measure(bench, "e", COUNT, "test", single_stage_steps=7, seeds=[10, 12])
    assert asked == [
        ("stackgan", "stackgan/avatars", 10),
        ("stackgan", "stackgan/avatars", 12),
        ("gan_cls", "gan_cls/avatars", {"train.steps": 7, "eval": None}, 10),
    ]
    assert list(found) == [check.key for check in claim.CHECKS]
    assert found["gradient_ratio"] == (11, pytest.approx(1))
    assert found["retrieval_single_stage"] == 1 and found["gradient_distance_single_stage"] == 0
