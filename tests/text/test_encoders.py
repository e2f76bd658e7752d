"""Text encoders: the paper's shapes, the loss by hand, the score counted, a training, what is on disk."""

import collections
import itertools
import json

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers
from tiny import of_type

from tfgan_zoo import data
from tfgan_zoo.benchmarks import train_encoder
from tfgan_zoo.data.descriptions import caption, seen
from tfgan_zoo.evaluation import judges
from tfgan_zoo.hub.index import pretrained_root
from tfgan_zoo.text import char_cnn_rnn, encoders
from tfgan_zoo.text.characters import characters
from tfgan_zoo.utils.files import sha256

TINY = {
    "text": {"dimension": 8, "widths": (8, 8, 16), "length": 48},
    "image": {"dimension": 8, "width": 4, "image_size": 8},
}


@pytest.fixture
def tiny(monkeypatch):
    monkeypatch.setitem(encoders.NETWORKS, "avatars", TINY)
    keras.utils.set_random_seed(0)
    return encoders.build("avatars")


def test_the_papers_encoder_has_18_states_of_512():
    network = char_cnn_rnn.text_encoder()
    (gru,) = of_type(network, layers.GRU)
    assert network.input_shape == (None, 201) and gru.input.shape == (None, 18, 512)
    kernels = [tuple(each.kernel.shape) for each in of_type(network, layers.Conv1D)]
    assert kernels == [(4, 69, 384), (4, 384, 512), (4, 512, 512)]
    assert network.output_shape == (None, 1024)


def test_embeddings_have_mean_0_and_variance_1_over_captions():
    """All that can be told of every bust, each as often as it is drawn; training lacks half of it."""
    shares = collections.Counter()
    for look in itertools.product(*(range(count) for count in (2, 2, 2, 2, 5, 4, 3))):
        glasses, beard, _, hat = look[:4]
        share = (0.4 if glasses else 0.6) * (0.4 if beard else 0.6) * (0.12 if hat else 0.88)
        for told in (2, 3):
            choices = list(itertools.combinations(seen(look), told))
            for things in choices:
                shares[caption(look, things)] += share / len(choices)
    found = encoders.load("avatars").embed_captions(list(shares))
    assert found.shape == (len(shares), 128)
    weights = np.array(list(shares.values()))
    mean = np.average(found, axis=0, weights=weights)
    np.testing.assert_allclose(mean, 0, atol=0.35)
    np.testing.assert_allclose(np.average((found - mean) ** 2, axis=0, weights=weights), 1, atol=0.2)


def test_blanks_are_no_character(tiny):
    """An unknown character feeds the first convolution what the emptiness behind a caption does."""
    one, other, third = tiny.embed_captions(["ab", "abñ", "abc"])
    np.testing.assert_allclose(one, other, atol=1e-6)
    assert np.abs(one - third).max() > 1e-3


def test_images_of_other_sizes_are_stretched_and_grey_is_repeated(tiny):
    images = np.random.default_rng(0).integers(0, 256, [3, 8, 8, 3], np.uint8)
    expected = tiny.embed_images(images)
    np.testing.assert_allclose(tiny.embed_images(images / 127.5 - 1), expected, atol=1e-5)
    np.testing.assert_allclose(tiny.embed_images(images, batch_size=2), expected, atol=1e-5)
    flat = np.full([1, 5, 7, 1], 200, np.uint8)
    full = np.full([1, 8, 8, 3], 200, np.uint8)
    np.testing.assert_allclose(tiny.embed_images(flat), tiny.embed_images(full), atol=1e-5)


def test_embeddings_mind_no_batch_size(tiny):
    captions = [f"number {i}" for i in range(5)]
    np.testing.assert_allclose(
        tiny.embed_captions(captions), tiny.embed_captions(captions, batch_size=2), atol=1e-5
    )


def test_the_frozen_encoder_has_nothing_to_train():
    network = encoders.pretrained("noto_emoji")
    assert network.trainable_variables == [] and network.count_params() > 0
    found = network(characters(tf.constant(["cat"]), network.input_shape[1]))
    np.testing.assert_allclose(found, encoders.load("noto_emoji").embed_captions(["cat"]), atol=1e-6)


def test_the_loss_by_hand():
    scores = tf.constant([[2.0, 1.5], [0.0, 1.0]])
    different = np.eye(2, dtype=bool)
    # From image 0: 1 + 1.5 - 2. From text 1: 1 + 1.5 - 1. The rest is right by at least 1.
    np.testing.assert_allclose(train_encoder.joint_loss(scores, different), (0.5 + 1.5) / 2)
    # Where both captions are one, no pair is wrong.
    assert float(train_encoder.joint_loss(scores, np.ones([2, 2], bool))) == 0


def test_only_wrong_pairs_count():
    scores = tf.constant([[1.0, 5.0, 0.5], [5.0, 1.0, 0.0], [0.0, 0.0, 1.0]])
    same = np.array([[1, 1, 0], [1, 1, 0], [0, 0, 1]], bool)
    # Of four wrong pairs one is too close, seen from its image and from its text alike.
    np.testing.assert_allclose(train_encoder.joint_loss(scores, same), (0.5 + 0.5) / 4)


def test_training_teaches_which_caption_is_which_colour(tiny, tmp_path, monkeypatch):
    rng = np.random.default_rng(0)
    colours = {"red": (255, 0, 0), "green": (0, 255, 0), "blue": (0, 0, 255), "grey": (128, 128, 128)}
    captions = np.array(list(colours) * 8)
    pixels = np.array([colours[caption] for caption in captions])[:, None, None]
    images = np.clip(pixels + rng.integers(-40, 40, [32, 8, 8, 3]), 0, 255).astype(np.uint8)
    examples = {"image": images, "caption": captions}
    recipe = train_encoder.Recipe("scenes", steps=60)
    train_encoder.fit(tiny, examples, recipe.steps, seed=0)
    monkeypatch.setattr(data, "arrays", lambda *_, **__: examples)
    monkeypatch.setattr(judges, "CHOICES", 3)
    train_encoder.finish(tiny, recipe, tmp_path, 1.0)
    card = json.loads((tmp_path / "card.json").read_text())
    assert card["id"] == "text/avatars" and card["scores"][0]["value"] > 0.7
    assert card["weights_sha256"] == sha256(tmp_path / "model.weights.h5")
    assert card["scores"][0]["protocol"] == {"data": "scenes:test", "n_test": 32, "choices": 3}
    loaded = encoders.load("avatars", tmp_path)
    # The weights are stored to 11 bits.
    np.testing.assert_allclose(loaded.embed_captions(["red"]), tiny.embed_captions(["red"]), atol=0.02)
    assert card["scores"] == judges.encoder_retrieval("avatars", "scenes", tmp_path)
    (tmp_path / "card.json").write_text(json.dumps({**card, "weights_sha256": "0" * 64}))
    with pytest.raises(ValueError, match="its card says 0000000000000000"):
        encoders.load("avatars", tmp_path)


def test_encoders_are_found_in_the_cache_too(tiny, tmp_path, monkeypatch):
    monkeypatch.setenv("TFGAN_ZOO_DATA", str(tmp_path))
    with pytest.raises(FileNotFoundError, match="train_encoder noto_emoji_paper --out"):
        encoders.load("noto_emoji_paper")
    monkeypatch.setitem(encoders.NETWORKS, "noto_emoji_paper", TINY)
    folder = tmp_path / "text" / "noto_emoji_paper"
    folder.mkdir(parents=True)
    tiny.networks().save_weights(folder / "model.weights.h5")
    card = {"weights_sha256": sha256(folder / "model.weights.h5")}
    (folder / "card.json").write_text(json.dumps(card))
    assert encoders.load("noto_emoji_paper").weights_hash == card["weights_sha256"]


def test_unknown_names():
    with pytest.raises(ValueError, match="Did you mean noto_emoji"):
        encoders.load("noto_emojy")


CARDS = sorted(pretrained_root().glob("text/*/card.json"))


@pytest.mark.parametrize("path", CARDS, ids=lambda path: path.parent.name)
def test_the_cards_that_ship(path):
    card = json.loads(path.read_text())
    name = path.parent.name
    recipe = json.loads(json.dumps(train_encoder.RECIPES[name].__dict__))
    assert card["recipe"] == {**recipe, "batch_size": train_encoder.BATCH}
    assert card["network"] == json.loads(json.dumps(encoders.NETWORKS[name]))
    assert encoders.load(name).weights_hash == card["weights_sha256"]
    (score,) = card["scores"]
    assert score["value"] > 0.15 and score["protocol"]["choices"] == 10
