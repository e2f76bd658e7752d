"""Protocols on images of captions, with models and encoders whose answers are known."""

from types import SimpleNamespace

import numpy as np
import pytest

from tfgan_zoo import data, evaluation
from tfgan_zoo.hub.config import load_config
from tfgan_zoo.text import encoders

DATA = "captioned/fashion_mnist_10k@noto_emoji"


@pytest.fixture(scope="module")
def config():
    return load_config("gan_cls/noto_emoji", smoke=True)


@pytest.fixture(scope="module")
def reals(config):
    return data.arrays(**{**config.data.model_dump(), "keys": None})


class Copy:
    """Gives the real image of each text, turned around where `mirrored`."""

    def __init__(self, reals, mirrored=False):
        self.reals, self.mirrored = reals, mirrored

    def generate(self, n, seed, text):
        np.testing.assert_array_equal(text, self.reals["text"][:n])
        images = (self.reals["image"][:n] / 127.5 - 1).astype(np.float32)
        return images[:, ::-1] if self.mirrored else images


def test_the_distance_of_the_captions_own_images_is_none(config, reals):
    (score,) = evaluation.PROTOCOLS["caption_distance"](Copy(reals), config, None, samples=20)
    assert score["value"] == pytest.approx(0, abs=1e-6)
    assert score["protocol"]["data"] == f"{DATA}:train" and score["protocol"]["n_fake"] == 20
    (turned,) = evaluation.PROTOCOLS["caption_distance"](Copy(reals, True), config, None, samples=20)
    assert turned["value"] > 0.05


@pytest.fixture
def matcher(monkeypatch, reals):
    """Knows the classes of the real images by their pixels, and those of captions."""
    names = sorted(set(reals["caption"].tolist()))
    classes = {image.tobytes(): caption for image, caption in zip(reals["image"], reals["caption"])}

    def embed_images(images):
        pixels = np.rint((images + 1) * 127.5).astype(np.uint8)
        return embed_captions([classes.get(image.tobytes()) for image in pixels])

    def embed_captions(captions):
        return np.array([[name == caption for name in names] for caption in captions], np.float32)

    found = SimpleNamespace(
        name="known", weights_hash="0", embed_images=embed_images, embed_captions=embed_captions
    )
    monkeypatch.setattr(encoders, "load", lambda name: found)
    # The data ask for an encoder, too, and were read before.
    monkeypatch.setattr("tfgan_zoo.evaluation.captions.reference_arrays", lambda config, split: reals)


def test_retrieval_reads_the_drawn_images(config, reals, matcher):
    settings = {"encoder": "known", "samples": 40, "choices": 3}
    (score,), (turned,) = (
        evaluation.PROTOCOLS["caption_retrieval"](Copy(reals, mirrored), config, None, **settings)
        for mirrored in (False, True)
    )
    assert (score["value"], turned["value"]) == (1, 0)
    assert score["protocol"] == {
        "encoder": "known",
        "weights_hash": "0",
        "data": f"{DATA}:train",
        "image_size": 16,
        "fit": "stretch",
        "choices": 3,
        "n_fake": 40,
        "seed": 0,
    }
