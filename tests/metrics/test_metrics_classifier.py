"""The classifiers that ship: their cards, what they take and refuse, and how they are trained."""

import dataclasses
import json
import shutil

import keras
import numpy as np
import pytest
import tensorflow as tf

from tfgan_zoo import data, metrics
from tfgan_zoo.benchmarks import train_classifier as training
from tfgan_zoo.hub import index
from tfgan_zoo.metrics.features import classifier as classifiers
from tfgan_zoo.utils.files import sha256

PROMISED = {"mnist": 0.993, "fashion_mnist": 0.925, "cifar10": 0.80}


def shipped(name):
    return index.pretrained_root() / "classifier" / name


@pytest.fixture(scope="module")
def fashion():
    return metrics.load_extractor("classifier/fashion_mnist")


@pytest.fixture(scope="module")
def garments():
    return data.arrays("fashion_mnist_10k")


@pytest.mark.parametrize("name", PROMISED)
def test_the_card_is_that_of_the_weights(name):
    card = json.loads((shipped(name) / "card.json").read_text())
    weights = shipped(name) / "model.weights.h5"
    assert card["weights_sha256"] == sha256(weights) and weights.stat().st_size < 2 << 20
    assert card["network"] == classifiers.NETWORKS[name]
    recipe = {**dataclasses.asdict(training.RECIPES[name]), "batch_size": 128}
    assert recipe | card["recipe"] == recipe
    (score,) = card["scores"]
    assert score["value"] >= PROMISED[name]
    assert score["protocol"] == {"data": f"{name}:test", "n_test": 10_000}
    extractor = metrics.load_extractor(f"classifier/{name}")
    stamp = extractor.protocol(split="x:test")
    assert (stamp.extractor, stamp.weights_hash) == (f"classifier/{name}", card["weights_sha256"])
    outputs = extractor(np.zeros((3, 32, 32, 1), np.uint8))
    width = classifiers.NETWORKS[name]["width"]
    assert outputs["features"].shape == (3, 8 * width) and outputs["logits"].shape == (3, 10)


def test_the_accuracy_is_real(fashion, garments):
    logits = fashion(garments["image"][:500])["logits"]
    assert np.mean(logits.argmax(axis=1) == garments["label"][:500]) >= 0.90


def test_small_images_are_padded_as_data_are(fashion, garments):
    for images in (garments["image"][:4], garments["image"][:4, :25, :20]):
        padded = data.arrays({"image": images}, image_size=32, fit="pad")["image"]
        np.testing.assert_array_equal(classifiers._centred(images, "it"), padded)
        np.testing.assert_array_equal(fashion(images)["features"], fashion(padded)["features"])


def test_floats_give_what_uint8_gives(fashion, garments):
    images = garments["image"][:4]
    np.testing.assert_array_equal(
        fashion(images / 127.5 - 1)["logits"], fashion(images)["logits"]
    )


def test_grey_is_repeated_for_the_colour_classifier(garments):
    extractor = metrics.load_extractor("classifier/cifar10")
    grey = garments["image"][:4]
    colour = extractor(np.repeat(grey, 3, axis=-1))["features"]
    np.testing.assert_array_equal(extractor(grey)["features"], colour)
    assert extractor.protocol().channels == "grey repeated to RGB"


def test_what_a_classifier_refuses(fashion):
    with pytest.raises(ValueError, match="at most 32 x 32, not 33 x 20"):
        fashion(np.zeros((2, 33, 20, 1), np.uint8))
    with pytest.raises(ValueError, match="3 channels; classifier/fashion_mnist takes 1"):
        fashion(np.zeros((2, 32, 32, 3), np.uint8))
    with pytest.raises(ValueError, match="no extractor 'classifier/fashion'. Did you mean classifier/fashion_mnist"):
        metrics.load_extractor("classifier/fashion")


def test_weights_that_are_not_the_cards_are_refused(tmp_path):
    for name in ("model.weights.h5", "card.json"):
        shutil.copy(shipped("mnist") / name, tmp_path)
    weights = tmp_path / "model.weights.h5"
    with open(weights, "r+b") as file:
        file.seek(5000)
        file.write(b"\x00\x01\x02\x03")
    with pytest.raises(ValueError, match="model.weights.h5 has SHA-256 .* but its card says"):
        metrics.classifier("mnist", tmp_path)
    weights.unlink()
    with pytest.raises(FileNotFoundError, match=f"train_classifier mnist --out {tmp_path}"):
        metrics.classifier("mnist", tmp_path)


def test_the_dtype_policy_of_the_program_does_not_reach_the_network():
    keras.config.set_dtype_policy("mixed_float16")
    try:
        layers = classifiers.network(channels=1, width=2).layers
        assert {layer.compute_dtype for layer in layers} == {"float32"}
    finally:
        keras.config.set_dtype_policy("float32")


def crops(image, shift):
    """Every image that moving by up to `shift` pixels gives."""
    side = len(image)
    padded = np.pad(image, [(shift, shift), (shift, shift), (0, 0)], constant_values=-1.0)
    places = range(2 * shift + 1)
    return [padded[y : y + side, x : x + side] for y in places for x in places]


@pytest.mark.parametrize("mirror", [False, True])
def test_variation_moves_and_mirrors_and_nothing_else(rng, mirror):
    image = rng.uniform(-1, 1, (32, 32, 1)).astype(np.float32)
    recipe = training.Recipe(steps=50, shift=1, mirror=mirror)
    varied = training.vary(np.repeat(image[None], 500, axis=0), recipe, [3, 0]).numpy()
    possible = crops(image, 1) + [crop[:, ::-1] for crop in crops(image, 1)] * mirror
    seen = [[np.array_equal(one, other) for other in possible] for one in varied]
    assert np.sum(seen, axis=1).tolist() == [1] * 500
    assert np.all(np.sum(seen, axis=0) > 500 / len(possible) / 3)
    again = training.vary(np.repeat(image[None], 500, axis=0), recipe, [3, 0])
    np.testing.assert_array_equal(varied, again)


def bars(n, seed):
    """Upright and lying bars, 28 x 28, which a classifier learns in a few steps."""
    rng = np.random.default_rng(seed)
    labels = rng.integers(2, size=n).astype(np.int32)
    images = rng.integers(0, 60, (n, 28, 28, 1), dtype=np.uint8)
    for image, label, place in zip(images, labels, rng.integers(4, 22, n)):
        (image if label else image.swapaxes(0, 1))[place : place + 3] = 200
    return {"image": images, "label": labels}


def test_training_writes_weights_and_the_card_that_vouches_for_them(tmp_path, monkeypatch):
    made = {"train": bars(400, 0), "test": bars(200, 1)}
    plain = data.arrays
    monkeypatch.setattr(data, "arrays", lambda name, split, **form: plain(made[split], **form))
    monkeypatch.setitem(classifiers.NETWORKS, "mnist", {"channels": 1, "width": 2})
    monkeypatch.setitem(training.RECIPES, "mnist", training.Recipe(50, 2, False, polish=50))
    asked = []
    monkeypatch.setattr(tf.config.experimental, "enable_op_determinism", lambda: asked.append(1))
    training.main("mnist", tmp_path, seed=3)
    card = json.loads((tmp_path / "card.json").read_text())
    assert asked == [1] and card["scores"][0]["value"] > 0.9
    assert card["scores"][0]["protocol"] == {"data": "mnist:test", "n_test": 200}
    assert (card["seed"], card["epochs"]) == (3, 100 * 128 / 400)
    assert {"commit", "versions", "machine", "wall_seconds", "parameters"} <= set(card)
    extractor = metrics.classifier("mnist", tmp_path)
    assert extractor.weights_hash == card["weights_sha256"]
    logits = extractor(made["test"]["image"])["logits"]
    right = np.mean(logits.argmax(axis=1) == made["test"]["label"])
    assert right == card["scores"][0]["value"]
