import itertools
import re

import numpy as np
import pytest

from tfgan_zoo import data
from tfgan_zoo.data import prepared, scenes
from tfgan_zoo.utils.cache import sha256

# Of the first forty scenes that the sprites below give with seed 3.
SHA256 = {
    "image": "0f00cb06af23328933924cd13aedd054bc355e3605a5349468f68e4afad2b616",
    "layout": "b4811fbf9a4f74f73c16cda98082ba4db7b77363c2ab74ebc77f08237518fa0e",
    "boxes": "f85a9bab0b0d5ba7b6f636b6cf0da13aa1d791f29dfce91944e009b520b33c5d",
    "classes": "fe60ff319ee56f4331431268a325ad7af789bf404d31fd09b328e3fbc4eb25df",
    "caption": "a06119bb6ca9bf410d368d82e57cc4edcf58de046d44edcc345609ffc184c551",
}


def sprites():
    """For every object a square of its own red and green, a quarter of it missing to be seen flipped."""
    pixels = np.zeros([20, 64, 64, 4], np.uint8)
    for number in range(20):
        pixels[number, 8:56, 8:56] = [12 * number, 255 - 12 * number, 0, 255]
    pixels[:, 8:32, 8:32] = 0
    return pixels


def prepare_emoji():
    """A noto_emoji of the sprites, half of them in the test split, with one emoji that no scene uses."""
    names = np.array([*scenes.NAMES.values(), "clown face"])[::-1]
    images = np.concatenate([sprites(), np.zeros([1, 64, 64, 4], np.uint8)])[::-1]
    arrays = {"image": images, "label": np.zeros(21, np.int32), "caption": names}
    prepared.write("noto_emoji", prepared.Built(arrays, {"train": 11, "test": 10}, {}, {}, ""))


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TFGAN_ZOO_DATA", str(tmp_path_factory.mktemp("zoo")))
        prepare_emoji()
        return scenes.build(seed=3, count=200)["scenes"]


@pytest.fixture(scope="module")
def examples(built):
    return [dict(zip(built.arrays, row)) for row in zip(*built.arrays.values())]


def test_the_bytes_are_the_known_ones(built):
    assert {key: sha256(array[:40]) for key, array in built.arrays.items()} == SHA256


def test_what_is_built(built):
    assert built.splits == {"train": 200, "test": 40, "unseen": 20}
    assert {key: (array.shape[1:], array.dtype.kind) for key, array in built.arrays.items()} == {
        "image": ((64, 64, 3), "u"),
        "layout": ((64, 64), "u"),
        "boxes": ((4, 4), "f"),
        "classes": ((4,), "i"),
        "caption": ((), "U"),
    }
    counts = (built.arrays["classes"] >= 0).sum(1)
    assert np.bincount(counts[:240], minlength=5)[1:].min() > 40 and set(counts[240:]) == {2, 3, 4}
    assert len({image.tobytes() for image in built.arrays["image"]}) == 260


def test_layouts_name_the_object_whose_colour_is_there(examples):
    for example in examples:
        red, green, blue = np.moveaxis(example["image"].astype(int), -1, 0)
        objects = np.where(example["layout"] > len(scenes.CLASSES), 0, example["layout"])
        inside = (objects > 0) & (blue < 4)
        numbers = objects[inside].astype(int) - 1
        assert inside.sum() > 50 * (example["classes"] >= 0).sum()
        # The filter makes rims brighter: the shares of red and green tell, but not at every pixel.
        share = red[inside] / (red + green)[inside]
        assert (np.rint(share * 255 / 12) == numbers).mean() > 0.9
        assert set(np.unique(objects)) - {0} == set(example["classes"][example["classes"] >= 0] + 1)
        (behind,) = set(np.unique(example["layout"])) - set(np.unique(objects))
        assert str(example["caption"]).endswith(scenes.LAYOUT_CLASSES[behind - 1])


def test_a_box_holds_its_object_and_no_more(examples):
    singles = [example for example in examples if example["classes"][1] < 0]
    assert len(singles) > 30
    for example in singles:
        rows, columns = np.nonzero(example["layout"] <= len(scenes.CLASSES))
        box = [rows.min(), columns.min(), rows.max() + 1, columns.max() + 1]
        np.testing.assert_array_equal(example["boxes"][0] * 64, box)
        assert not example["boxes"][1:].any()
        assert 11 <= box[2] - box[0] <= 22 and 11 <= box[3] - box[1] <= 22


def overlap(a, b):
    sides = np.minimum(a[2:], b[2:]) - np.maximum(a[:2], b[:2])
    return np.prod(np.maximum(sides, 0)) / min(np.prod(a[2:] - a[:2]), np.prod(b[2:] - b[:2]))


def test_objects_cover_one_another_but_little(examples):
    for example in examples:
        boxes = example["boxes"][example["classes"] >= 0]
        assert all(overlap(a, b) <= 0.1 + 1e-6 for a, b in itertools.combinations(boxes, 2))


GRAMMAR = re.compile(
    r"(?P<first>an? [a-z ]+?)"
    r"( (?P<relation>left of|right of|above|below) (?P<second>an? [a-z ]+?)"
    r"( with (?P<third>an? [a-z ]+?)( and (?P<fourth>an? [a-z ]+?))?)?)?"
    r" (in a meadow|on a table|at night|in the snow)"
)


def test_captions_say_what_is_there_and_where(examples):
    for example in examples:
        said = GRAMMAR.fullmatch(str(example["caption"]))
        named = [said[key].split(" ", 1)[1] for key in ("first", "second", "third", "fourth") if said[key]]
        assert [scenes.CLASSES.index(name) for name in named] == example["classes"][: len(named)].tolist()
        assert (example["classes"][len(named) :] == -1).all()
        if said["relation"]:
            (y1, x1), (y2, x2) = ((box[:2] + box[2:]) / 2 for box in example["boxes"][:2])
            apart = {"left of": x2 - x1, "right of": x1 - x2, "above": y2 - y1, "below": y1 - y2}
            assert max(apart, key=apart.get) == said["relation"]


def test_the_words_agree():
    assert scenes.caption([0], None, "at night") == "an apple at night"
    four = scenes.caption([2, 11, 0, 15], "below", "on a table")
    assert four == "a strawberry below a bicycle with an apple and a soccer ball on a table"


def triples(examples):
    for example in examples:
        said = GRAMMAR.fullmatch(str(example["caption"]))
        if said["relation"]:
            yield int(example["classes"][0]), said["relation"], int(example["classes"][1])


def test_held_out_triples_are_unseen_and_nowhere_else(examples):
    out = scenes.held_out(3)
    assert not set(triples(examples[:240])) & out
    unseen = list(triples(examples[240:]))
    assert len(unseen) == 20 and set(unseen) <= out


def test_a_tenth_of_all_triples_is_held_out_with_its_inverses():
    out = scenes.held_out(3)
    assert len(out) == 160 and out != scenes.held_out(4)
    inverse = {"left of": "right of", "right of": "left of", "above": "below", "below": "above"}
    assert {(b, inverse[relation], a) for a, relation, b in out} == out


def placed(top, left):
    return scenes.Placed(0, np.full([16, 16, 4], 255, np.uint8), top, left)


@pytest.mark.parametrize(
    "second, told",
    [
        ((30, 10), "above"),
        ((0, 10), "below"),
        ((10, 40), "left of"),
        ((10, 0), "right of"),
        ((40, 29), "above"),
        ((40, 31), None),
        ((31, 40), None),
        ((29, 40), "left of"),
    ],
)
def test_a_relation_is_told_where_it_is_clear(second, told):
    """Clear is one and a half times as far along one axis as along the other."""
    assert scenes.relation(placed(10, 10), placed(*second)) == told


def test_backgrounds_run_from_top_to_bottom(examples):
    colours = {name: np.array(ends) for name, ends in scenes.BACKGROUNDS.items()}
    for example in examples[:40]:
        (ends,) = [ends for name, ends in colours.items() if str(example["caption"]).endswith(name)]
        for row, colour in zip((0, 63), ends):
            empty = example["layout"][row] > len(scenes.CLASSES)
            shown, counts = np.unique(example["image"][row][empty], axis=0, return_counts=True)
            np.testing.assert_array_equal(shown[counts.argmax()], colour)


def test_same_seed_same_scenes_and_a_smaller_build_is_the_beginning(built):
    prepare_emoji()
    again = scenes.build(seed=3, count=20)["scenes"].arrays
    other = scenes.build(seed=4, count=20)["scenes"].arrays
    for key, array in built.arrays.items():
        np.testing.assert_array_equal(again[key][:20], array[:20])
        assert not np.array_equal(other[key][:20], array[:20])


def test_prepare_then_load():
    prepare_emoji()
    data.prepare("scenes", seed=3, count=20)
    assert {split: data.info("scenes", split).num_examples for split in ("train", "test", "unseen")} == {
        "train": 20,
        "test": 4,
        "unseen": 2,
    }
    spec = data.load("layout/scenes", batch_size=5, image_size=32).element_spec
    assert {key: tuple(value.shape) for key, value in spec.items()} == {
        "condition": (5, 32, 32, 3),
        "image": (5, 32, 32, 3),
        "layout": (5, 32, 32),
    }
    names = data.info("scenes").class_names
    assert names[:20] == scenes.CLASSES and names[20:] == ("meadow", "table", "night", "snow")


def test_without_emoji_it_says_how_to_get_them():
    with pytest.raises(FileNotFoundError, match="tfgan-zoo prepare noto_emoji --font"):
        data.prepare("scenes")


def test_wrong_requests():
    with pytest.raises(ValueError, match="at least 10"):
        data.prepare("scenes", count=9)
