"""What a folder drops is said in one line."""

import shutil
import warnings

import numpy as np
import pytest
from PIL import Image

from tfgan_zoo import data


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "images"
    for name in ("cats/a.png", "cats/b.png", "dogs/c.png"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        Image.new("L", (4, 4)).save(folder / name)
    return folder


def told(folder):
    """The warning that reading it gives, and the line of its `Info`, which are one."""
    with pytest.warns(data.LeftOut) as caught:
        info = data.info(folder)
    (line,) = map(str, info.folders)
    assert str(caught[0].message) == line
    return line.removeprefix(f"{folder}: ")


def test_a_folder_that_is_taken_whole_is_no_matter(folder):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        (line,) = map(str, data.info(folder).folders)
    assert line == f"{folder}: 3 images in 2 classes (cats 2, dogs 1)"


def test_files_that_are_no_images_are_counted_by_kind(folder):
    for name in ("cats/1.HEIC", "dogs/2.heic", "a.svg", "b.pdf", "LICENSE"):
        (folder / name).write_bytes(b"no picture")
    np.save(folder / "c.npy", np.zeros(3))
    assert told(folder) == (
        "3 images in 2 classes (cats 2, dogs 1); 6 files left out as no readable image "
        "(.heic 2, .npy 1, .pdf 1, .svg 1, without suffix 1)"
    )


def test_a_picture_beside_the_class_folders_is_named(folder):
    Image.new("L", (4, 4)).save(folder / "cover.png")
    assert told(folder) == "4 images; no labels, because of 1 image outside the class folders (cover.png)"
    assert data.info(folder).num_classes is None


def test_a_folder_of_a_class_without_a_readable_image_is_named(folder):
    (folder / "birds").mkdir()
    (folder / "birds/a.heic").write_bytes(b"no picture")
    assert told(folder) == (
        "3 images in 2 classes (cats 2, dogs 1); 1 file left out as no readable image (.heic 1); no image in birds"
    )


def test_a_folder_of_nothing_readable_says_what_there_is(tmp_path):
    folder = tmp_path / "images"
    folder.mkdir()
    (folder / "a.heic").write_bytes(b"no picture")
    with pytest.raises(ValueError, match=r"no images in the folder .*: 1 file left out as no readable image \(.heic 1\)"):
        data.load(folder)


def test_data_made_of_folders_tell_of_all_of_them(folder, tmp_path_factory):
    other = tmp_path_factory.mktemp("other")
    Image.new("L", (4, 4)).save(other / "a.png")
    (other / "b.pdf").write_bytes(b"no picture")
    with pytest.warns(data.LeftOut, match=r"\(.pdf 1\)"):
        info = data.info(f"unpaired/{folder}+{other}")
    assert [each.images for each in info.folders] == [3, 1]
    assert data.is_of_files(f"edges/{folder}") and not data.is_of_files("edges/fashion_mnist_10k")


def test_contents_are_of_the_images_and_not_of_their_place(folder, tmp_path_factory):
    moved = shutil.copytree(folder, tmp_path_factory.mktemp("moved") / "x")
    assert data.info(moved).contents == data.info(folder).contents
    assert data.info(folder, image_size=3).contents != data.info(folder).contents
    Image.new("L", (4, 4), 1).save(moved / "cats/a.png")
    assert data.info(moved).contents != data.info(folder).contents


def test_labels_are_counted(folder):
    info = data.info(folder)
    assert (info.num_classes, info.label_counts) == (2, {0: 2, 1: 1})
    assert data.info({"image": np.zeros([3, 4, 4], np.uint8), "label": np.array([5, 5, 0])}).num_classes == 6
