import shutil
import socket

import numpy as np
import pytest
import tensorflow as tf
import tensorflow_datasets as tfds

from tfgan_zoo import data

SIZES = {"train": 20, "test": 6}


def pictures(n, seed):
    return np.random.default_rng(seed).integers(0, 256, [n, 6, 5, 3], np.uint8)


def prepare(folder, seed=0):
    features = tfds.features.FeaturesDict(
        {
            "image": tfds.features.Image(shape=(6, 5, 3), dtype=np.uint8, encoding_format="png"),
            "label": tfds.features.ClassLabel(names=["dot", "line", "ring"]),
            "name": tfds.features.Text(),
        }
    )
    splits = {
        split: tf.data.Dataset.from_tensor_slices(
            {"image": pictures(n, seed), "label": np.arange(n) % 3, "name": [f"{i}" for i in range(n)]}
        )
        for split, n in SIZES.items()
    }
    tfds.dataset_builders.store_as_tfds_dataset(
        name="tiny_shapes",
        version="1.2.0",
        data_dir=folder,
        features=features,
        split_datasets=splits,
        disable_shuffling=True,
    )


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    folder = tmp_path_factory.mktemp("prepared")
    prepare(folder)
    return folder


@pytest.fixture(autouse=True)
def no_network(monkeypatch):
    def refuse(*_, **__):
        raise AssertionError("the network was asked")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)


@pytest.mark.parametrize("name", ["tiny_shapes", "tiny_shapes:1.2.0", "tiny_shapes:1.*.*"])
def test_a_prepared_set(prepared, name):
    found = data.arrays(name, data_dir=prepared)
    assert set(found) == {"image", "label"}
    np.testing.assert_array_equal(found["image"], pictures(20, 0))
    assert found["label"].tolist() == [i % 3 for i in range(20)] and found["label"].dtype == np.int32


def test_splits_take_and_forms(prepared):
    found = data.arrays("tiny_shapes", "train[25%:]", take=4, channels=1, data_dir=prepared)
    assert found["image"].shape == (4, 6, 5, 1) and found["label"].tolist() == [2, 0, 1, 2]
    assert data.arrays("tiny_shapes", "test", image_size=8, data_dir=prepared)["image"].shape == (6, 8, 8, 3)
    with pytest.raises(ValueError, match="train"):
        data.arrays("tiny_shapes", "valid", data_dir=prepared)
    with pytest.raises(ValueError, match="take"):
        data.arrays("tiny_shapes", take=21, data_dir=prepared)


def test_info_and_batches(prepared):
    found = data.info("tiny_shapes", "test", data_dir=prepared)
    assert found.elements == {"image": ((6, 5, 3), "float32"), "label": ((), "int32")}
    assert found.num_examples == 6 and found.class_names == ("dot", "line", "ring")
    batch = next(iter(data.load("tiny_shapes", batch_size=20, shuffle=False, data_dir=prepared)))
    np.testing.assert_allclose(batch["image"], pictures(20, 0) / 127.5 - 1, atol=1e-6)


def test_the_environment_says_where(prepared, monkeypatch):
    monkeypatch.setenv("TFDS_DATA_DIR", str(prepared))
    assert len(data.arrays("tiny_shapes")["image"]) == 20


def test_decoded_once_and_again_when_the_files_change(prepared, tmp_path, zoo_data, monkeypatch):
    from tfgan_zoo.data import tfds_source

    reads = []
    read = tfds_source._read
    monkeypatch.setattr(tfds_source, "_read", lambda *a: reads.append(1) or read(*a))
    prepare(tmp_path / "other")
    for _ in range(2):
        data.arrays("tiny_shapes", data_dir=tmp_path / "other")
    assert len(reads) == 1 and len(list(zoo_data.iterdir())) == 1
    shutil.rmtree(tmp_path / "other")
    prepare(tmp_path / "other", seed=1)
    found = data.arrays("tiny_shapes", data_dir=tmp_path / "other")
    np.testing.assert_array_equal(found["image"], pictures(20, 1))
    assert len(reads) == 2


def test_a_known_set_that_is_not_prepared_says_how_to_get_it(tmp_path):
    with pytest.raises(FileNotFoundError) as caught:
        data.load("mnist", data_dir=tmp_path / "here")
    message = str(caught.value)
    assert f"looked in {tmp_path / 'here'}" in message
    assert f"tfds.builder('mnist', data_dir='{tmp_path / 'here'}').download_and_prepare()" in message
    assert "data_dir=" in message and "TFDS_DATA_DIR" in message
    with pytest.raises(FileNotFoundError, match=str(tmp_path / "tfds")):
        data.load("cifar10:3.0.2")


def test_a_version_that_is_not_there(prepared):
    with pytest.raises(ValueError, match="tiny_shapes:9.9.9"):
        data.load("tiny_shapes:9.9.9", data_dir=prepared)


def test_a_set_without_images(tmp_path):
    tfds.dataset_builders.store_as_tfds_dataset(
        name="numbers",
        version="1.0.0",
        data_dir=tmp_path,
        features=tfds.features.FeaturesDict({"value": np.int64}),
        split_datasets={"train": tf.data.Dataset.from_tensor_slices({"value": np.arange(3)})},
    )
    with pytest.raises(ValueError, match="no uint8 feature 'image'.*value"):
        data.load("numbers", data_dir=tmp_path)


def test_a_folder_called_like_a_set_needs_a_dot(tmp_path, monkeypatch):
    from PIL import Image

    (tmp_path / "mnist").mkdir()
    Image.new("L", (4, 4), 9).save(tmp_path / "mnist" / "a.png")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(FileNotFoundError, match="write './mnist'"):
        data.load("mnist")
    assert data.arrays("./mnist")["image"].tolist() == [[[[9]] * 4] * 4]
