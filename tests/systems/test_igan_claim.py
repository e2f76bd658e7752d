"""iGAN's claim: what is divided by what, where the two searches begin, and what an edit left as it was."""

from types import SimpleNamespace

import numpy as np
import pytest
import tensorflow as tf

from tfgan_zoo.systems.igan import claim


def test_ratios_are_of_mean_errors(monkeypatch):
    errors = {"network": np.array([2.0, 4.0]), "optimization": np.array([1.0, 2.0]), "hybrid": np.array([1.0, 0.5])}
    monkeypatch.setattr(claim, "projected", lambda variant, images, iterations: errors)
    monkeypatch.setattr(claim, "edited", lambda model, images: {"unedited_ssim": float(len(images))})
    arrays = {"image": np.zeros([9, 16, 16, 1], np.uint8)}
    monkeypatch.setattr(claim, "reference_arrays", lambda config, split: arrays)
    variant = SimpleNamespace(config=None, model=None, note=lambda name, value: value)
    found = claim.measure(SimpleNamespace(shipped=lambda *_: variant), 8, 50, 3, "test")
    assert found["hybrid_over_network"] == pytest.approx(0.25) and found["error_hybrid"] == 0.75
    assert found["hybrid_over_optimization"] == pytest.approx(0.5) and found["unedited_ssim"] == 3


class Model:
    """Projects to 0.25, and paints the middle half way from there to white, whatever is asked."""

    def edit(self, images, strokes):
        after = np.full_like(images, 0.25)
        after[:, 6:10, 6:10] = 0.625
        edited = images.copy()
        edited[:, 6:10, 6:10] = 1.0
        return {"reconstruction": np.full_like(images, 0.25), "frames": after[:, None], "edited": edited}


def test_an_edit_is_judged_inside_the_box_and_its_cost_outside(monkeypatch):
    monkeypatch.setattr(claim, "_GREYS", (255,))
    images = np.random.default_rng(0).uniform(-1, 1, [3, 16, 16, 1]).astype(np.float32)
    found = claim.edited(Model(), images)
    assert found["color_left"] == pytest.approx(0.5) and found["color_left_edited"] == 0
    assert found["unedited_ssim"] == pytest.approx(1) and found["unedited_ssim_generated"] < 0.6


def test_both_searches_have_as_many_steps_and_their_own_starts():
    asked = []

    def search(images, start, steps):
        asked.append((np.shape(start)[-1], steps))
        return SimpleNamespace(loss=start[:, 0])

    class Trained(SimpleNamespace):
        def averaged(self):
            return tf.name_scope("averaged")

    model = Trained(
        latents=lambda n, seed: np.full([n, 2], 7.0, np.float32),
        predict_latents=lambda images: tf.fill([len(images), 2], 3.0),
        error=lambda images: lambda z: z[:, 0] + 1,
        search=search,
    )
    variant = SimpleNamespace(model=model, config=SimpleNamespace(train=SimpleNamespace(seed=0)))
    found = claim.projected(variant, np.zeros([2, 4, 4, 1], np.float32), 50)
    assert {way: values[0] for way, values in found.items()} == {"network": 4, "optimization": 7, "hybrid": 3}
    assert asked == [(2, 50), (2, 50)]
