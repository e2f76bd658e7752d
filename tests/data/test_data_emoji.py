import emoji_font
import numpy as np
import pytest

from tfgan_zoo import data
from tfgan_zoo.data import emoji
from tfgan_zoo.utils.cache import sha256

# Of the images that the test font gives.
SHA256 = "f990eac090c3b84c40076cd7351f5ac62fded35ee1935d084caea66fca026b59"


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("emoji")
    listed = folder / "emoji-test.txt"
    listed.write_text(emoji_font.LIST, encoding="utf-8")
    return {"font": emoji_font.make(folder / "font.ttf"), "emoji_test": listed}


@pytest.fixture(scope="module")
def built(files):
    return emoji.build(**files)


def rows(built):
    """{name: (label, the grey of the middle)} of every row."""
    arrays = built.arrays
    return {
        str(name): (int(label), int(image[32, 32, 0]))
        for name, label, image in zip(arrays["caption"], arrays["label"], arrays["image"])
    }


def test_every_sequence_finds_its_glyph_name_and_group(built):
    grey = emoji_font.GREYS
    assert rows(built["noto_emoji/all"]) == {
        "grinning face": (0, grey["face"]),
        "smiling face": (0, grey["smile"]),
        "technologist": (1, grey["technologist"]),
        "technologist: light skin tone": (1, grey["light_technologist"]),
        "man technologist": (1, grey["man_technologist"]),
        "keycap: 1": (7, grey["keycap"]),
        "flag: Ascension Island": (8, grey["flag"]),
    }


def test_without_skin_tones(built):
    every, some = rows(built["noto_emoji/all"]), rows(built["noto_emoji"])
    assert set(every) - set(some) == {"technologist: light skin tone"}
    assert all(every[name] == some[name] for name in some)


def test_the_bytes_are_the_known_ones(built):
    assert sha256(built["noto_emoji/all"].arrays["image"]) == SHA256


def test_pictures_are_centred_squares_whose_edges_keep_their_colour(built):
    arrays = built["noto_emoji/all"].arrays
    (image,) = arrays["image"][arrays["caption"] == "man technologist"]
    assert image.shape == (64, 64, 4)
    solid = image[..., 3] > 127
    assert (solid == np.pad(np.ones([32, 32], bool), 16)).all()
    # Averaging colours without regard to alpha would darken the rim with the black of what is clear.
    alpha = image[..., 3:] / 255
    grey = emoji_font.GREYS["man_technologist"]
    over_white = alpha * image[..., :3] + (1 - alpha) * 255
    np.testing.assert_allclose(over_white, np.repeat(255 - alpha * (255 - grey), 3, -1), atol=2)


def one(name, group="People & Body", points=(1,)):
    return emoji.Emoji(group, points, name)


def test_people_of_any_skin_hair_and_gender_share_a_base():
    names = ("man technologist", "technologist", "woman technologist: dark skin tone")
    assert {one(name).base for name in names} == {"technologist"}
    assert one("woman and man holding hands").base == one("men holding hands: light skin tone").base
    assert one("person: red hair").base == one("woman").base
    assert one("man cook").base != one("man farmer").base


def test_flags_and_keycaps_do_not():
    assert one("flag: Chad", "Flags").base != one("flag: Chile", "Flags").base
    assert one("keycap: 1", "Symbols").base != one("keycap: 2", "Symbols").base


def test_variants_are_in_one_split_and_a_tenth_is_for_the_test():
    assert one("man cook").split == one("woman cook: dark skin tone").split
    splits = [one(f"thing {i}", "Objects").split for i in range(3000)]
    assert splits.count("test") / 3000 == pytest.approx(0.1, abs=0.02)


def test_rows_lie_split_after_split(built):
    for found in built.values():
        splits = [listed[str(name)].split for name in found.arrays["caption"]]
        assert splits == ["train"] * found.splits["train"] + ["test"] * found.splits["test"]


listed = {each.name: each for each in emoji.parse(emoji_font.LIST)}


def test_the_list():
    assert list(listed)[:3] == ["grinning face", "smiling face", "technologist"] and len(listed) == 8
    assert listed["smiling face"] == emoji.Emoji("Smileys & Emotion", (0x263A, 0xFE0F), "smiling face")
    assert [name for name, each in listed.items() if each.has_skin_tone] == ["technologist: light skin tone"]
    with pytest.raises(ValueError, match="no fully-qualified emoji"):
        emoji.parse("1F600 ; unqualified # a")
    with pytest.raises(ValueError, match="a group 'Vehicles'"):
        emoji.parse(emoji_font.LIST.replace("Flags", "Vehicles"))


def test_prepare_then_load(files, built):
    data.prepare("noto_emoji", **files)
    found = data.info("noto_emoji/all")
    assert found.class_names == emoji.GROUPS
    assert found.elements["image"] == ((64, 64, 3), "float32")
    expected = built["noto_emoji/all"]
    count = expected.splits["train"]
    batch = next(iter(data.load("noto_emoji/all", batch_size=count, shuffle=False)))
    assert [text.decode() for text in batch["caption"].numpy()] == expected.arrays["caption"][:count].tolist()
    assert (batch["image"].numpy()[:, 0, 0] == 1).all()
    greys = np.rint((batch["image"].numpy()[:, 32, 32, 0] + 1) * 127.5)
    np.testing.assert_array_equal(greys, expected.arrays["image"][:count, 32, 32, 0])


def test_a_font_that_will_not_do(files, tmp_path):
    lacking = emoji_font.make(tmp_path / "old.ttf", lacking=("keycap", "technologist"))
    with pytest.raises(ValueError, match="lacks 2 of the 8 emoji in .*, such as technologist, keycap: 1"):
        emoji.build(lacking, files["emoji_test"])
    with pytest.raises(ValueError, match="no bitmaps"):
        emoji.build(emoji_font.make(tmp_path / "vector.ttf", bitmaps=False), files["emoji_test"])
    with pytest.raises(ValueError, match="is no font"):
        emoji.build(files["emoji_test"], files["emoji_test"])
    with pytest.raises(FileNotFoundError, match="gone.ttf"):
        emoji.build(tmp_path / "gone.ttf", files["emoji_test"])
