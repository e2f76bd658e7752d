"""The protocol of conditional accuracy on images whose class can be read off one pixel."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers, ops

from tfgan_zoo import evaluation, metrics
from tfgan_zoo.core.model import AdversarialModel
from tfgan_zoo.core.sampler import Classes, Latents, Sampler
from tfgan_zoo.hub.config import load_config

LEVELS = np.array([-0.9, -0.3, 0.3, 0.9])


class OfPixels(AdversarialModel):
    """Its images are the pixel of their label, whatever z."""

    def __init__(self, pixels):
        super().__init__()
        z, label = keras.Input([1], name="z"), keras.Input([], dtype="int32", name="label")
        dense = layers.Dense(1, use_bias=False)
        image = layers.Reshape([1, 1, 1])(dense(ops.one_hot(label, len(pixels))))
        dense.kernel.assign(np.reshape(pixels, [-1, 1]))
        self.classes = len(pixels)
        self.generator = keras.Model({"z": z, "label": label}, image)
        self.sampler = Sampler(self.generator, {"z": Latents(1), "label": Classes(self.classes)})


def nearest_level(images):
    grey = tf.cast(images, tf.float32)[:, 0, 0, :1] / 127.5 - 1
    return {"features": grey, "logits": -tf.abs(grey - tf.constant(LEVELS, tf.float32))}


@pytest.fixture
def reader(monkeypatch):
    """The extractor "levels", in place of those that ship."""
    extractor = metrics.Extractor(
        name="levels",
        network=nearest_level,
        weights_hash="0" * 64,
        resizer="none",
        antialias=False,
        layer="features",
        logits_layer="logits",
        channels=1,
    )
    monkeypatch.setattr("tfgan_zoo.evaluation.samples.extractor_of", {"levels": extractor}.get)


def accuracy(model, samples=8):
    asked = {"conditional_accuracy": {"extractor": "levels", "samples": samples}, "sliced_wasserstein": None}
    config = load_config("cgan/mnist", {"eval": asked}, smoke=True)
    return evaluation.evaluate(model, config)


@pytest.mark.parametrize(
    "pixels, expected",
    [
        (LEVELS, 1.0),
        # Class 3 looks like class 2.
        ([-0.9, -0.3, 0.3, 0.3], 0.75),
        # Each class looks like the next, though every class is drawn as often.
        ([-0.3, 0.3, 0.9, -0.9], 0.0),
        # All look alike.
        ([0.9] * 4, 0.25),
    ],
)
def test_the_share_of_samples_read_as_the_class_they_were_asked_for(reader, pixels, expected):
    [score] = accuracy(OfPixels(pixels))
    assert score["metric"] == "conditional_accuracy" and score["value"] == expected


def test_every_class_is_asked_for_as_often_and_the_stamp_says_what_read_them(reader):
    model = OfPixels(LEVELS)
    asked = []
    generate = model.generate
    model.generate = lambda n, **given: asked.append((n, given)) or generate(n, **given)
    [score] = accuracy(model, samples=20)
    [(n, given)] = asked
    assert (n, given["seed"]) == (20, 0) and np.bincount(given["label"]).tolist() == [5] * 4
    assert score["protocol"] == {
        "extractor": "levels",
        "weights_hash": "0" * 64,
        "labels": "every class as often",
        "n_fake": 20,
        "seed": 0,
    }
