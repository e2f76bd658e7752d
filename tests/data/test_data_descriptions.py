"""described/: busts with captions of their attributes, and captions in the test that training lacks."""

import numpy as np
import pytest

from tfgan_zoo import data
from tfgan_zoo.data import prepared
from tfgan_zoo.data.descriptions import caption


@pytest.mark.parametrize(
    "attributes, expected",
    [
        ([0, 0, 1, 0, 3, 0, 0], "a smiling person of light skin with long red hair"),
        ([1, 0, 0, 0, 0, 3, 1], "a frowning person of dark skin with short black hair and glasses"),
        ([1, 1, 0, 0, 4, 2, 2], "an open-mouthed person of brown skin with short grey hair, glasses and a beard"),
        ([0, 1, -1, 1, -1, 1, 0], "a smiling person of tan skin with a hat and a beard"),
    ],
)
def test_a_caption_says_what_is_to_be_seen(attributes, expected):
    assert caption(attributes) == expected


@pytest.fixture
def busts(zoo_data):
    """A bust of each look, its number in its first pixels, in the splits of 300 and 180."""
    looks = np.stack(np.meshgrid(*map(np.arange, (2, 2, 2, 1, 5, 4, 3)), indexing="ij"), -1).reshape(-1, 7)
    images = np.zeros([len(looks), 2, 2, 3], np.uint8)
    images[:, 0, 0, 0], images[:, 0, 0, 1] = np.arange(len(looks)) % 256, np.arange(len(looks)) // 256
    arrays = {"image": images, "attributes": looks.astype(np.int32)}
    prepared.write("avatars/personas", prepared.Built(arrays, {"train": 300, "test": 180}, {}, {}, ""))
    return looks


def test_no_caption_of_the_test_is_seen_in_training(busts):
    found = {split: data.arrays("described/avatars/personas", split) for split in ("train", "test")}
    train, test = (set(examples["caption"].tolist()) for examples in found.values())
    assert len(train) + len(test) == len(busts) == 480 and not train & test
    # A tenth, within three standard deviations of so many draws.
    assert abs(len(test) - 48) < 20
    for examples in found.values():
        number = examples["image"][:, 0, 0, 0] + 256 * examples["image"][:, 0, 0, 1].astype(int)
        np.testing.assert_array_equal(examples["attributes"], busts[number])
        assert examples["caption"].tolist() == [caption(look) for look in busts[number]]


def test_splits_are_cut_like_others(busts):
    whole = data.arrays("described/avatars/personas", "train")["caption"]
    part = data.arrays("described/avatars/personas", "train[10:50%]", take=5)["caption"]
    assert part.tolist() == whole[10:15].tolist()
    with pytest.raises(ValueError, match="unknown split 'validation'"):
        data.arrays("described/avatars/personas", "validation")


def test_only_busts_can_be_described(zoo_data):
    arrays = {"image": np.zeros([4, 2, 2, 3], np.uint8)}
    prepared.write("scenes", prepared.Built(arrays, {"train": 2, "test": 2}, {}, {}, ""))
    with pytest.raises(ValueError, match="busts with attributes, and scenes has image"):
        data.arrays("described/scenes")
