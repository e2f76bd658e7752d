"""What systems share that learn from few labels: their batches, the baseline, what they serve and show."""

import numpy as np
import pytest
import tensorflow as tf
from tiny import cross_entropy, descend, heads, pixel_generator, pixels, weights

from tfgan_zoo import data
from tfgan_zoo.core.model import AdversarialModel
from tfgan_zoo.core.sampler import Latents, Sampler
from tfgan_zoo.core.semi_supervised import SemiSupervised
from tfgan_zoo.utils import pictures

SLOPES, OFFSETS = np.array([1.0, -2.0, 0.5]), np.array([0.0, 0.3, -0.4])
IMAGES, LABELS = pixels(0.1, -0.2, 0.3, 0.9), np.array([2, -1, 0, -1])


class FewLabels(SemiSupervised, AdversarialModel):
    """Learns from labels alone."""

    def __init__(self):
        super().__init__()
        self.generator = pixel_generator()
        self.discriminator = heads(logit=(SLOPES, OFFSETS))
        self.sampler = Sampler(self.generator, {"z": Latents(1, "uniform")})

    def train_step(self, data):
        self.seen = data
        return self.supervised_step(data)


def logits(images):
    return np.outer(images, SLOPES) + OFFSETS


def test_it_learns_from_the_labelled_batch_alone():
    model = descend(FewLabels())
    batch = {"image": IMAGES, "labelled_image": IMAGES[::2], "labelled_label": LABELS[::2]}
    logs = model.train_step(model.batch(batch))
    np.testing.assert_allclose(logs["labelled_loss"], cross_entropy([2, 0], logits([0.1, 0.3])).mean(), rtol=1e-5)
    moved = [model.train_step(model.batch(batch))["labelled_loss"] for _ in range(2)]
    assert moved[1] < moved[0] < logs["labelled_loss"]
    np.testing.assert_array_equal(weights(model.generator)[0], [[1.0]])


@pytest.mark.parametrize("given", [(IMAGES, LABELS), {"image": IMAGES, "label": LABELS}])
def test_images_and_labels_of_minus_one_are_a_labelled_batch_themselves(given):
    model = descend(FewLabels())
    logs = model.train_step(model.batch(given))
    np.testing.assert_allclose(logs["labelled_loss"], cross_entropy([2, 0], logits([0.1, 0.3])).mean(), rtol=1e-5)


def test_fit_takes_arrays_of_images_and_labels():
    model = descend(FewLabels())
    model.fit(IMAGES, LABELS, batch_size=4, epochs=1, verbose=0)
    expected = cross_entropy([2, 0], logits([0.1, 0.3])).mean()
    assert model.history.history["labelled_loss"] == [pytest.approx(expected, rel=1e-5)]


def test_labelled_batches_of_loaded_data_stay_as_they_are():
    """Four images of which two are labelled: the labelled batch repeats these."""
    batches = data.load({"image": IMAGES, "label": LABELS}, batch_size=4)
    model = descend(FewLabels())
    model.fit(batches, verbose=0, epochs=1)
    expected = cross_entropy([2, 0], logits([0.1, 0.3])).mean()
    assert model.history.history["labelled_loss"] == [pytest.approx(expected, rel=1e-5)]
    with pytest.raises(KeyError, match="the key 'labelled_image'; this one has image"):
        model.train_on_batch({"image": IMAGES})


def test_probabilities_of_classes_are_served():
    model = FewLabels()
    function, specs = model.signatures()["classify"]
    assert specs["image"].shape.as_list() == [None, 1, 1, 1] and model.classes == 3
    expected = np.exp(logits(IMAGES.ravel()))
    expected /= expected.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(function({"image": tf.constant(IMAGES)})["class_probs"], expected, rtol=1e-5)


def test_a_picture_has_for_each_class_the_samples_that_are_surest_to_be_of_it(monkeypatch, tmp_path):
    shown = {}
    monkeypatch.setattr(pictures, "save_grid", lambda images, path, columns: shown.update(images=images, n=columns))
    model = FewLabels()
    model.picture(tmp_path / "a.png", None)
    assert shown["images"].shape == (30, 1, 1, 1) and shown["n"] == 10
    # The first class is the likelier the greater the pixel, the second the smaller it is.
    samples = np.sort(model.generate(1000, seed=0).ravel())
    np.testing.assert_allclose(shown["images"].ravel()[:10], samples[::-1][:10], rtol=1e-6)
    np.testing.assert_allclose(shown["images"].ravel()[10:20], samples[:10], rtol=1e-6)
