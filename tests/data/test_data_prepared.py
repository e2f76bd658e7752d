import json
import sys
import zipfile

import numpy as np
import pytest

from tfgan_zoo import cli, data
from tfgan_zoo.data import prepared
from tfgan_zoo.utils import cache
from tfgan_zoo.utils.registry import Registry

NAME = "avatars/personas"


def built(**changes):
    """Ten images of the grey of their number, the last two of them for the test."""
    grey = np.arange(10, dtype=np.uint8)[:, None, None, None]
    facts = {
        "arrays": {"image": np.broadcast_to(grey, [10, 4, 4, 3]), "attributes": np.arange(70).reshape(10, 7)},
        "splits": {"train": 8, "test": 2},
        "request": {"seed": 3},
        "source": {"package": "1.0"},
        "attribution": "by us",
    }
    return prepared.Built(**{**facts, **changes})


def greys(split, **arguments):
    return data.arrays(NAME, split, **arguments)["image"][:, 0, 0, 0].tolist()


def test_what_was_written_is_found():
    prepared.write(NAME, built())
    assert greys("train") == list(range(8)) and greys("test") == [8, 9]
    assert greys("train[75%:]") == [6, 7] and greys("train", take=3) == [0, 1, 2]
    found = data.info(NAME, "test", image_size=8)
    assert found.num_examples == 2 and found.elements["image"] == ((8, 8, 3), "float32")
    assert found.class_names is None
    with pytest.raises(ValueError, match="unknown split 'valid'; here are train, test"):
        data.load(NAME, "valid")


def test_images_with_alpha_lie_over_white_and_class_names_are_kept():
    pixels = np.zeros([2, 1, 1, 4], np.uint8)
    pixels[0, ..., 3] = 255
    changes = {"arrays": {"image": pixels, "label": np.arange(2)}, "splits": {"train": 2}}
    prepared.write(NAME, built(**changes, class_names=("cat", "dog")))
    assert data.arrays(NAME)["image"].tolist() == [[[[0, 0, 0]]], [[[255, 255, 255]]]]
    assert data.info(NAME).class_names == ("cat", "dog")


def test_the_file_is_an_npz_with_a_manifest(zoo_data):
    path = prepared.write(NAME, built())
    assert path == zoo_data / "prepared" / "avatars" / "personas.npz"
    with np.load(path) as file:
        np.testing.assert_array_equal(file["image"], built().arrays["image"])
    with zipfile.ZipFile(path) as file:
        manifest = json.loads(file.read("manifest.json"))
    assert manifest["count"] == 10 and manifest["splits"] == {"train": 8, "test": 2}
    assert manifest["request"] == {"seed": 3} and manifest["source"] == {"package": "1.0"}
    assert manifest["attribution"] == "by us" and "numpy" in manifest["versions"]
    assert manifest["arrays"]["image"]["sha256"] == cache.sha256(built().arrays["image"])


def test_data_dir_comes_before_the_cache(tmp_path, monkeypatch):
    prepared.write(NAME, built())
    with monkeypatch.context() as patch:
        patch.setenv("TFGAN_ZOO_DATA", str(tmp_path / "other"))
        prepared.write(NAME, built(splits={"train": 4, "test": 6}))
    assert greys("train", data_dir=tmp_path / "other") == [0, 1, 2, 3]
    assert greys("train", data_dir=tmp_path / "empty") == list(range(8))


PREPARED = [name for recipe in prepared.RECIPES.names() for name in prepared.RECIPES[recipe].names]


def test_every_recipe_is_found():
    assert prepared.RECIPES.names() == ["avatars", "noto_emoji", "scenes"]
    assert len(PREPARED) == 5


@pytest.mark.parametrize("name", PREPARED)
def test_what_is_not_prepared_says_the_command(name, zoo_data, tmp_path):
    with pytest.raises(FileNotFoundError) as caught:
        data.load(name, data_dir=tmp_path / "here")
    message = str(caught.value)
    recipe = prepared.recipe_of(name)
    assert f"\n  {recipe.command}" in message and message.endswith(recipe.sources)
    assert str(tmp_path / "here" / "prepared") in message and str(zoo_data / "prepared") in message


def test_a_neighbour_is_told_of_a_wrong_name():
    with pytest.raises(ValueError, match="Did you mean .*avatars/personas"):
        data.load("avatar_personas")


@pytest.mark.parametrize("at", [0.001, 0.5, 0.999])
def test_a_damaged_file_says_the_command(at):
    path = prepared.write(NAME, built())
    content = bytearray(path.read_bytes())
    content[int(at * len(content))] ^= 255
    path.write_bytes(content)
    with pytest.raises(ValueError, match="damaged(.|\n)*tfgan-zoo prepare avatars --seed 0"):
        data.load(NAME, batch_size=1)


@pytest.mark.parametrize(
    "name, arguments, message",
    [
        ("avatar", {}, "no recipe of data sets 'avatar'. Did you mean avatars"),
        ("avatars", {"font": "x"}, "unexpected keyword argument 'font'.*tfgan-zoo prepare avatars --seed 0"),
        ("noto_emoji", {"font": "x"}, "'emoji_test'.*tfgan-zoo prepare noto_emoji --font NotoColorEmoji.ttf"),
        ("avatars", {"count": 9}, "at least 10"),
        ("avatars", {"seed": -1}, "seed >= 0"),
    ],
)
def test_wrong_requests(name, arguments, message):
    with pytest.raises(ValueError, match=message):
        data.prepare(name, **arguments)


@pytest.fixture
def run(monkeypatch, capsys):
    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["tfgan-zoo", *map(str, arguments)])
        with pytest.raises(SystemExit) as stop:
            cli.main()
        return stop.value.code or 0, *capsys.readouterr()

    return run


def test_the_command_builds_with_the_arguments_given(run, monkeypatch):
    asked = []

    def build(seed=0, count=5000):
        asked.append((seed, count))
        return {NAME: built()}

    # A recipe of this test alone.
    monkeypatch.setattr(prepared, "RECIPES", Registry("recipe"))
    monkeypatch.setattr(prepared, "SOURCES", Registry("data set"))
    prepared.recipe("busts", names=(NAME,), command="")(build)
    assert run("prepare", "busts", "--seed", 2)[0] == 0
    status, out, _ = run("prepare", "busts", "-n", 50)
    assert status == 0 and out.startswith(f"Wrote {NAME} (8 train, 2 test) to ")
    assert out.endswith("/prepared/avatars/personas.npz.\n")
    assert asked == [(2, 5000), (0, 50)] and greys("test") == [8, 9]


def test_the_command_says_which_extra_is_missing(run, monkeypatch):
    monkeypatch.setitem(sys.modules, "dicebear", None)
    status, _, errors = run("prepare", "avatars")
    assert status == 1 and "'dicebear'" in errors and 'pip install "tfgan_zoo[avatars]"' in errors
