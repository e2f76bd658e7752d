"""described/: busts with captions of their attributes, and captions in the test that training lacks."""

import itertools

import numpy as np
import pytest

from tfgan_zoo import data
from tfgan_zoo.data import prepared
from tfgan_zoo.data.descriptions import caption, seen


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


@pytest.mark.parametrize(
    "attributes, things, expected",
    [
        ([1, 1, 0, 0, 4, 2, 2], ["beard", "glasses"], "a person with glasses and a beard"),
        ([1, 1, 0, 0, 4, 2, 2], ["skin", "mouth"], "an open-mouthed person of brown skin"),
        ([1, 1, 0, 0, 4, 2, 2], ["hair", "skin", "beard"], "a person of brown skin with short grey hair and a beard"),
        ([0, 1, -1, 1, -1, 1, 0], ["hair", "mouth"], "a smiling person with a hat"),
    ],
)
def test_a_caption_tells_the_things_it_is_asked_for(attributes, things, expected):
    assert caption(attributes, things) == expected


def test_what_is_not_there_is_not_seen():
    assert list(seen([1, 1, 0, 0, 4, 2, 2])) == ["mouth", "skin", "hair", "glasses", "beard"]
    assert list(seen([0, 0, 0, 0, 4, 2, 2])) == ["mouth", "skin", "hair"]


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
    assert not train & test
    several = len(train | test)
    # A half, within three standard deviations of so many draws.
    assert abs(len(test) - several / 2) < 3 * np.sqrt(several * 0.5 * 0.5)
    numbers = [_numbers(examples) for examples in found.values()]
    np.testing.assert_array_equal(np.sort(np.concatenate(numbers)), np.arange(len(busts)))
    for number, examples in zip(numbers, found.values()):
        np.testing.assert_array_equal(examples["attributes"], busts[number])


def test_two_or_three_things_are_told_each_as_often(busts):
    every = [data.arrays("described/avatars/personas", split) for split in ("train", "test")]
    looks, captions = (np.concatenate([examples[key] for examples in every]) for key in ("attributes", "caption"))
    told = []
    for look, text in zip(looks, captions.tolist()):
        choices = [things for n in (2, 3) for things in itertools.combinations(seen(look), n)]
        [things] = [things for things in choices if caption(look, things) == text]
        told.append(things)
    lengths = np.array([len(things) for things in told])
    # Of 480 fair draws, within three standard deviations.
    assert abs((lengths == 2).sum() - 240) < 33
    # Of busts with all five things, each is told in (2/5 + 3/5) / 2 of the captions.
    rich = [things for look, things in zip(looks, told) if len(seen(look)) == 5]
    shares = [np.mean([thing in things for things in rich]) for thing in ("mouth", "skin", "hair", "glasses", "beard")]
    np.testing.assert_allclose(shares, 0.5, atol=3 * np.sqrt(0.25 / len(rich)))


def _numbers(examples):
    return examples["image"][:, 0, 0, 0] + 256 * examples["image"][:, 0, 0, 1].astype(int)


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
