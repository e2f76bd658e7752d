"""Figures of reconstructions by hand."""

import numpy as np
import pytest

from tfgan_zoo.reproduce import reconstructions


def test_the_ratio_of_distances_by_hand():
    images = np.array([0.0, 3.0, 6.0]).reshape(3, 1, 1, 1)
    assert reconstructions.distance_ratio(images, images) == 0
    # Own: 1 each; of the one before: 7, 2 and 2.
    assert reconstructions.distance_ratio(images, images + 1) == pytest.approx(1 / (11 / 3))
    assert reconstructions.distance_ratio(images, np.zeros([3, 1, 1, 1])) == 1


def test_the_share_of_classes_kept(monkeypatch):
    """A classifier that tells black from white."""

    def classifier(images):
        white = images[:, 0, 0] > 127
        return {"logits": np.concatenate([1 - white, white], axis=1)}

    monkeypatch.setattr(reconstructions, "extractor_of", {"classifier/toy": classifier}.get)
    made = np.array([-1.0, -0.5, 0.5, 1.0]).reshape(4, 1, 1, 1)
    assert reconstructions.classes_kept(made, np.array([0, 1, 1, 1]), "classifier/toy") == 0.75


def test_images_are_scaled_and_keep_their_labels(monkeypatch):
    arrays = {"image": np.array([0, 255], np.uint8).reshape(2, 1, 1, 1), "label": np.array([3, 4])}
    monkeypatch.setattr(reconstructions, "reference_arrays", lambda config, split: arrays)
    images, labels = reconstructions.labelled_images("config", "test")
    np.testing.assert_array_equal(images.ravel(), [-1, 1])
    assert list(labels) == [3, 4]
