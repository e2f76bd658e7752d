"""captioned/: the embedding of each caption, and an image of another class, anew in every epoch."""

import numpy as np
import pytest
import tensorflow as tf

from tfgan_zoo import data
from tfgan_zoo.data import prepared
from tfgan_zoo.data.order import WrongExamples
from tfgan_zoo.text import encoders

COUNT = 30


def write(name, **arrays):
    """Images of the grey of their number, three in a row of one class or caption."""
    greys = np.arange(COUNT, dtype=np.uint8)[:, None, None, None]
    arrays["image"] = np.broadcast_to(greys, [COUNT, 2, 2, 3])
    prepared.write(name, prepared.Built(arrays, {"train": COUNT - 3, "test": 3}, {}, {}, ""))


def labels():
    return (np.arange(COUNT) // 3).astype(np.int32)


@pytest.fixture
def emoji():
    write("noto_emoji", label=labels(), caption=np.array([f"emoji {i}" for i in range(COUNT)]))


def number(images):
    """The number that an image of a batch shows."""
    return np.rint((images[:, 0, 0, 0] + 1) * 127.5).astype(int)


def batches(name, epochs=1, **arguments):
    stream = data.load(name, batch_size=27, start_step=0, **arguments)
    return list(stream.take(epochs).as_numpy_iterator())


def test_the_text_is_the_embedding_of_the_caption(emoji):
    encoder = encoders.load("noto_emoji")
    (batch,) = batches("captioned/noto_emoji", seed=3)
    assert set(batch) == {"image", "label", "caption", "text", "wrong_image"}
    assert batch["text"].dtype == np.float32 and batch["text"].shape == (27, encoder.dimension)
    assert sorted(number(batch["image"])) == list(range(27))
    captions = [f"emoji {i}" for i in number(batch["image"])]
    np.testing.assert_allclose(batch["text"], encoder.embed_captions(captions), atol=1e-5)


def test_a_wrong_image_is_of_another_class_in_every_epoch(emoji):
    seen = set()
    for batch in batches("captioned/noto_emoji", epochs=60):
        own, wrong = number(batch["image"]), number(batch["wrong_image"])
        assert (own // 3 != wrong // 3).all() and set(wrong) <= set(range(27))
        seen |= set(zip(own.tolist(), wrong.tolist()))
    # Of the 24 images of other classes nearly each comes up in 60 epochs.
    assert len(seen) > 0.85 * 27 * 24


def test_without_labels_it_is_one_of_another_caption():
    write("scenes", caption=np.array([f"a scene like {i // 3}" for i in range(COUNT)]))
    for batch in batches("captioned/scenes@noto_emoji", epochs=20):
        assert (number(batch["image"]) // 3 != number(batch["wrong_image"]) // 3).all()


def test_the_epochs_draw_anew_and_a_seed_draws_again(emoji):
    def wrong(**arguments):
        found = []
        for batch in batches("captioned/noto_emoji", epochs=4, keys=["image", "wrong_image"], **arguments):
            order = np.argsort(number(batch["image"]))
            found.append(number(batch["wrong_image"])[order].tolist())
        return found

    first = wrong(seed=1)
    assert first == wrong(seed=1) and first != wrong(seed=2)
    assert len({tuple(epoch) for epoch in first}) == 4
    later = data.load("captioned/noto_emoji", batch_size=27, seed=1, start_step=3, keys=["wrong_image"])
    stream = data.load("captioned/noto_emoji", batch_size=27, seed=1, start_step=0).skip(3)
    for one, other in zip(later.take(2), stream):
        np.testing.assert_array_equal(one["wrong_image"], other["wrong_image"])


def test_in_stored_order_the_wrong_images_stay(emoji):
    stored = data.load("captioned/noto_emoji", batch_size=27, shuffle=False)
    first, second = next(iter(stored)), next(iter(stored))
    np.testing.assert_array_equal(first["wrong_image"], second["wrong_image"])
    own, wrong = (number(first[key].numpy()) for key in ("image", "wrong_image"))
    assert own.tolist() == list(range(27)) and (own // 3 != wrong // 3).all()


def test_strangers_come_equally_often():
    """Classes of 1, 2 and 5 examples; every example of another class is drawn as often, within noise."""
    classes = np.array(["b", "a", "c", "c", "a", "c", "c", "c"])
    strangers, rows = WrongExamples(classes), tf.range(8, dtype=tf.int64)
    drawn = np.stack([strangers.rows(rows, 5, tf.constant(epoch, tf.int64)) for epoch in range(1200)])
    for row in range(8):
        others = np.flatnonzero(classes != classes[row])
        counts = np.bincount(drawn[:, row], minlength=8)
        assert set(np.flatnonzero(counts)) == set(others)
        # 8 draws spread over the others come to each once, twice or thrice.
        shares = np.bincount(np.arange(8) * len(others) // 8) / 8
        np.testing.assert_allclose(sorted(counts[others] / 1200), sorted(shares), atol=0.05)


def test_names_of_classes_stand_for_captions():
    found = data.arrays("captioned/fashion_mnist_10k@noto_emoji", take=20)
    assert found["caption"].tolist()[:2] == ["Coat", "Pullover"]
    expected = encoders.load("noto_emoji").embed_captions(found["caption"])
    np.testing.assert_allclose(found["text"], expected, atol=1e-5)
    info = data.info("captioned/fashion_mnist_10k@noto_emoji", image_size=8)
    assert info.elements["text"] == ((128,), "float32")
    assert info.elements["wrong_image"] == ((8, 8, 1), "float32")
    assert info.class_names[-1] == "Ankle boot"


def test_embeddings_are_made_once(emoji, zoo_data, monkeypatch):
    first = data.arrays("captioned/noto_emoji")["text"]
    assert len(list(zoo_data.glob("text_noto_emoji-*.npz"))) == 1

    def refuse(*_):
        raise AssertionError("embedded again")

    monkeypatch.setattr(encoders.Encoder, "embed_captions", refuse)
    np.testing.assert_array_equal(data.arrays("captioned/noto_emoji")["text"], first)
    with pytest.raises(AssertionError, match="embedded again"):
        data.arrays("captioned/noto_emoji", "train[:20]")


@pytest.mark.parametrize(
    "name, split, error, message",
    [
        ("toy/ring8@noto_emoji", "train", ValueError, "needs images, and toy/ring8 has x"),
        ("noto_emoji", "train[:3]", ValueError, "two classes or more"),
        ("noto_emoji@noto_emojis", "train", ValueError, "Did you mean noto_emoji"),
        ("noto_emoji@noto_emoji_paper", "train", FileNotFoundError, "train_encoder noto_emoji_paper"),
        ("avatars/personas@noto_emoji", "train", ValueError, "captions or class names"),
    ],
)
def test_what_cannot_be_captioned(emoji, name, split, error, message):
    write("avatars/personas")
    with pytest.raises(error, match=message):
        data.load(f"captioned/{name}", split, batch_size=1)
