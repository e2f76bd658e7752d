"""AnoGAN's claim: which images are scored, which areas are compared, and that they can be told."""

from types import SimpleNamespace

import numpy as np
import pytest
import tensorflow as tf

from tfgan_zoo.systems.anogan import claim

LABELS = np.array([0, 1, 0, 2, 4, 0, 4, 0])


@pytest.fixture(autouse=True)
def digits(monkeypatch):
    """Images of one pixel, that of row i of brightness i."""
    image = np.arange(8, dtype=np.uint8).reshape(8, 1, 1, 1)
    monkeypatch.setattr(claim, "reference_settings", lambda config, split: {"name": "digits", "classes": [0]})

    def arrays(name, classes):
        assert classes is None
        return {"image": image, "label": LABELS}

    monkeypatch.setattr(claim.data, "arrays", arrays)


def test_as_many_normal_images_as_others_are_scored():
    images, is_other = claim.normal_and_others(None, 0, "test", 3, seed=0)
    rows = np.rint((images[:, 0, 0, 0] + 1) * 127.5).astype(int)
    assert len(set(rows)) == 6 and is_other.tolist() == 3 * [False] + 3 * [True]
    np.testing.assert_array_equal(LABELS[rows] != 0, is_other)


class Model:
    """After a search all but one pair of the four normal images and the four others is told apart; before it none."""

    discrimination = "features"

    def anomalies(self, images, steps, seed):
        rows = np.rint((images[:, 0, 0, 0] + 1) * 127.5).astype(int)
        other = (LABELS[rows] != 0).astype(float)
        order = np.argsort(np.argsort(rows + 10 * other))
        score = np.where(order == 3, 4.5, order) if steps else np.zeros(8)
        score = -score if self.discrimination == "logit" else score
        return {"score": score, "residual": other.reshape(-1, 1, 1, 1)}

    def discriminator(self, images, training):
        return {"logit": tf.constant(images[:, :, 0, 0])}


def test_areas_of_all_normal_digits_are_averaged():
    asked, noted = [], {}

    def train(name, config_id, overrides, seed):
        asked.append((name, config_id, overrides["data.classes"], seed))
        return SimpleNamespace(config=None, model=Model(), note=lambda key, value: noted.setdefault(key, value))

    found = claim.measure(SimpleNamespace(train=train), [0], "test", 10, 5)
    assert asked == [("normal_0", claim.CONFIG, [0], 0)]
    assert found["auroc"] == pytest.approx(15 / 16) and found["auroc_before"] == 0.5
    assert found["gain"] == pytest.approx(7 / 16)
    assert found["auroc_residual"] == 1 and found["auroc_reference"] == pytest.approx(1 / 16)
    # Of 16 pairs, those in which the other image has the lower row.
    below = np.mean([other < normal for other in (1, 3, 4, 6) for normal in (0, 2, 5, 7)])
    assert found["auroc_discriminator"] == pytest.approx(below)
    assert set(found) == set(noted) == {check.key for check in claim.CHECKS}
