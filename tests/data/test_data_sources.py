import sys

import numpy as np
import pytest

from tfgan_zoo import data
from tfgan_zoo.data import source
from tfgan_zoo.data.source import split_rows


@pytest.mark.parametrize(
    "split, rows",
    [
        ("train", range(10)),
        ("train[9:]", range(9, 10)),
        ("train[:80%]", range(8)),
        ("train[80%:]", range(8, 10)),
        ("train[10%:-3]", range(1, 7)),
        ("train[-2:]", range(8, 10)),
    ],
)
def test_slices_of_a_split(split, rows):
    assert split_rows(split, {"train": 10}) == ("train", rows)


@pytest.mark.parametrize("split", ["trian", "test", "train[5]", "train[:11]", "train[6:6]", "train[8:2]", "", None])
def test_wrong_splits(split):
    with pytest.raises(ValueError, match="train"):
        split_rows(split, {"train": 10})


def test_an_unknown_split_names_the_known_ones():
    with pytest.raises(ValueError, match="unknown split 'eval'; here are train, test"):
        data.arrays("toy/ring8", "eval")


def test_unknown_names_list_their_neighbours():
    with pytest.raises(ValueError, match="Did you mean fashion_mnist_10k"):
        data.load("fashon_mnist_10k")
    with pytest.raises(ValueError, match="There is no data set 'cifar11'. Did you mean .*cifar10"):
        data.load("cifar11")
    with pytest.raises(ValueError, match="There are avatars/avataaars, .*toy/ring8 and the names of TFDS"):
        data.load("=")
    with pytest.raises(ValueError, match="no data set 'toy/ring9'. Did you mean toy/ring8"):
        data.load("toy/ring9")
    with pytest.raises(FileNotFoundError, match="Did you mean edges/fashion_mnist_10k"):
        data.load("egdes/fashion_mnist_10k")


def test_a_module_in_the_folder_is_a_source_more(monkeypatch, tmp_path):
    (tmp_path / "invented.py").write_text(
        "from tfgan_zoo.data.source import OPERATORS, SOURCES, in_memory\n"
        "@SOURCES.register\n"
        "def invented(data_dir): return in_memory('invented', {'all': 3}, lambda split: {'x': X})\n"
        "@OPERATORS.register\n"
        "def same(name, find): return find(name)\n"
        "import numpy as np\n"
        "X = np.float32([[0, 1], [2, 3], [4, 5]])\n"
    )
    monkeypatch.setattr(data, "__path__", [*data.__path__, str(tmp_path)])
    for registry in (source.SOURCES, source.OPERATORS):
        monkeypatch.setattr(registry, "_imported", set())
        monkeypatch.setattr(registry, "_things", dict(registry._things))
    assert data.arrays("same/invented", "all[1:]")["x"].tolist() == [[2, 3], [4, 5]]
    del sys.modules["tfgan_zoo.data.invented"]


@pytest.mark.parametrize("name", ["./nowhere", "~/no/such/images", "/nowhere/at/all", "photos/cats"])
def test_a_path_that_is_not_there(name):
    with pytest.raises(FileNotFoundError, match="no such folder"):
        data.load(name)


def test_what_is_no_name_at_all():
    with pytest.raises(TypeError, match="got int"):
        data.load(3)


def test_arrays_of_uint8_come_back_as_they_are():
    images = np.random.default_rng(0).integers(0, 256, [5, 4, 6, 3], np.uint8)
    np.testing.assert_array_equal(data.arrays(images)["image"], images)
    np.testing.assert_array_equal(data.arrays(images[..., 0])["image"], images[..., :1])
    np.testing.assert_array_equal(data.arrays(images, "train[2:4]", take=1)["image"], images[2:3])


def test_float_images_are_not_rounded_by_load_and_are_by_arrays():
    images = np.random.default_rng(0).uniform(-1, 1, [6, 4, 4, 1])
    batch = next(iter(data.load(images, batch_size=6, shuffle=False)))
    np.testing.assert_array_equal(batch["image"], images.astype(np.float32))
    rounded = data.arrays(images)["image"]
    assert rounded.dtype == np.uint8
    np.testing.assert_allclose(rounded / 127.5 - 1, images, atol=0.5 / 127.5 + 1e-6)


def test_points():
    x = np.random.default_rng(0).normal(size=[7, 2])
    read = data.arrays({"x": x, "label": np.arange(7)})
    np.testing.assert_array_equal(read["x"], x.astype(np.float32))
    assert read["label"].dtype == np.int32


IMAGES = np.zeros([4, 2, 2, 1], np.uint8)


@pytest.mark.parametrize(
    "arrays, message",
    [
        (np.zeros([4, 2, 2, 2], np.uint8), "C of 1 or 3"),
        (np.zeros([4, 2], np.uint8), "must be \\[N,H,W\\]"),
        (np.zeros([0, 2, 2], np.uint8), "at least 1"),
        (np.zeros([4, 2, 2], np.int64), "uint8 in 0..255 or float"),
        (np.full([4, 2, 2], 1.5), "must lie in \\[-1, 1\\]"),
        (np.full([4, 2, 2], np.nan), "must lie in \\[-1, 1\\]"),
        ({"label": np.arange(4)}, "with image or image_a or x"),
        ({"image": IMAGES, "lable": np.arange(4)}, "lable"),
        ({"image": IMAGES, "label": np.arange(5)}, "of one length"),
        ({"image": IMAGES, "label": np.ones(4)}, "labels must be integers"),
        ({"image": IMAGES, "label": np.arange(4) + 2**31}, "int32"),
        ({"x": np.full([4, 2], np.inf)}, "finite"),
        ({"x": np.arange(8).reshape(4, 2)}, "x must be floats"),
    ],
)
def test_arrays_that_are_not_right(arrays, message):
    with pytest.raises(ValueError, match=message):
        data.load(arrays, batch_size=1)


def test_floats_that_look_like_zero_to_one_warn():
    with pytest.warns(UserWarning, match="2 \\* images - 1"):
        data.arrays(np.linspace(0, 1, 16).reshape(1, 4, 4))


def test_info():
    found = data.info("fashion_mnist_10k", "train[:2%]", image_size=32, channels=3)
    assert found.num_examples == 200
    assert found.elements == {"image": ((32, 32, 3), "float32"), "label": ((), "int32")}
    assert found.class_names[-1] == "Ankle boot"
    assert data.info("toy/grid25", "test") == data.Info(10_000, {"x": ((2,), "float32")}, None)
