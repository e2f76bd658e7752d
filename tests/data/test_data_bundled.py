import numpy as np

from tfgan_zoo import data
from tfgan_zoo.data.bundled import build_fashion_mnist_10k, fashion_mnist_10k
from tfgan_zoo.utils.cache import sha256


def test_the_bytes_are_the_known_ones():
    examples = data.arrays("fashion_mnist_10k")
    assert {key: sha256(array) for key, array in examples.items()} == fashion_mnist_10k.SHA256


def test_every_class_has_a_thousand_images():
    examples = data.arrays("fashion_mnist_10k")
    assert examples["image"].shape == (10_000, 28, 28, 1) and examples["image"].dtype == np.uint8
    assert np.bincount(examples["label"]).tolist() == [1000] * 10 and examples["label"].dtype == np.int32
    assert len({image.tobytes() for image in examples["image"]}) == 10_000


def test_the_file_is_small_and_carries_its_licence():
    assert fashion_mnist_10k.PATH.stat().st_size < 5_000_000
    licence = fashion_mnist_10k.PATH.with_suffix(".LICENSE.txt").read_text(encoding="utf-8")
    assert "MIT License" in licence and "2017 Zalando SE" in licence


def test_any_order_of_the_images_builds_the_same_file(tmp_path):
    examples = fashion_mnist_10k.read()
    order = np.random.default_rng(0).permutation(10_000)
    build_fashion_mnist_10k.write(examples["image"][order], examples["label"][order], tmp_path / "again.npz")
    assert (tmp_path / "again.npz").read_bytes() == fashion_mnist_10k.PATH.read_bytes()
