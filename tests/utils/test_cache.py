import json
import os
import warnings
import zipfile

import numpy as np
import pytest

from tfgan_zoo.utils import cache

ARRAYS = {
    "image": np.arange(48, dtype=np.uint8).reshape(3, 4, 4, 1),
    "label": np.arange(3, dtype=np.int32),
}

pytestmark = pytest.mark.usefixtures("zoo_data")


class Build:
    def __init__(self, arrays=ARRAYS):
        self.arrays, self.calls = arrays, 0

    def __call__(self):
        self.calls += 1
        return self.arrays


def fetch(build, source=1):
    return cache.fetch("a/name", {"split": "train"}, {"bytes": source}, build)


def same(found):
    return all(np.array_equal(found[key], ARRAYS[key]) and found[key].dtype == ARRAYS[key].dtype for key in ARRAYS)


def test_built_once_and_then_read(zoo_data):
    build = Build()
    assert same(fetch(build)) and same(fetch(build)) and build.calls == 1
    (path,) = zoo_data.iterdir()
    with zipfile.ZipFile(path) as file:
        manifest = json.loads(file.read("manifest.json"))
    assert manifest["count"] == 3 and manifest["arrays"]["image"]["shape"] == [3, 4, 4, 1]
    assert manifest["arrays"]["image"]["sha256"] == cache.sha256(ARRAYS["image"])
    assert manifest["request"] == {"split": "train"} and "numpy" in manifest["versions"]


def test_a_changed_source_is_built_anew_in_the_same_file(zoo_data):
    build = Build()
    fetch(build, 1), fetch(build, 2), fetch(build, 2)
    assert build.calls == 2 and len(list(zoo_data.iterdir())) == 1


def test_other_requests_are_other_files(zoo_data):
    build = Build()
    for split in ("train", "test"):
        cache.fetch("a/name", {"split": split}, {}, build)
    assert build.calls == 2 and len(list(zoo_data.iterdir())) == 2


def flip_a_pixel(path):
    """Change the pixels and mend the archive around them, so that only the SHA-256 can tell."""
    with zipfile.ZipFile(path) as file:
        members = {name: file.read(name) for name in file.namelist()}
    pixels = members["image.npy"]
    members["image.npy"] = pixels[:-1] + bytes([pixels[-1] ^ 1])
    with zipfile.ZipFile(path, "w") as file:
        for name, content in members.items():
            file.writestr(name, content)


def truncate(path):
    path.write_bytes(path.read_bytes()[:-100])


def scribble(path):
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 255
    path.write_bytes(content)


@pytest.mark.parametrize("damage", [flip_a_pixel, truncate, scribble])
def test_a_damaged_file_is_rebuilt_with_a_warning(zoo_data, damage):
    build = Build()
    fetch(build)
    (path,) = zoo_data.iterdir()
    damage(path)
    with pytest.warns(UserWarning, match=f"{path.name} is damaged"):
        assert same(fetch(build))
    assert build.calls == 2
    assert same(fetch(build)) and build.calls == 2


def test_a_pickle_is_not_loaded(zoo_data):
    build = Build()
    fetch(build)
    (path,) = zoo_data.iterdir()
    with zipfile.ZipFile(path) as file:
        manifest = file.read("manifest.json")
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("manifest.json", manifest)
        with file.open("image.npy", "w") as member:
            np.lib.format.write_array(member, np.array([{"a": 1}], object))
    with pytest.warns(UserWarning, match="damaged"):
        assert same(fetch(build))


def test_a_write_that_fails_leaves_the_old_file_and_no_half_one(zoo_data, monkeypatch):
    fetch(Build())
    (path,) = zoo_data.iterdir()
    before = path.read_bytes()

    def fail(*_):
        raise OSError("disk full")

    monkeypatch.setattr(os, "replace", fail)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        fetch(Build(), source=2)
    assert [p.name for p in zoo_data.iterdir()] == [path.name] and path.read_bytes() == before


def test_a_folder_that_cannot_be_written_is_done_without_and_said_once(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("TFGAN_ZOO_DATA", str(tmp_path / "file" / "cache"))
    build = Build()
    with pytest.warns(UserWarning, match="cannot be written") as caught:
        assert same(fetch(build)) and same(fetch(build))
    assert build.calls == 2 and len(caught) == 1


def test_where_the_cache_lies(monkeypatch, tmp_path):
    assert cache.folder() == tmp_path / "zoo_cache"
    monkeypatch.delenv("TFGAN_ZOO_DATA")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    assert cache.folder() == tmp_path / "xdg" / "tfgan_zoo"
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    assert cache.folder() == tmp_path / "home" / ".cache" / "tfgan_zoo"
