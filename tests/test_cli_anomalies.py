"""The command `tfgan-zoo anomalies`: on a folder of pictures, and what it refuses."""

import csv

import numpy as np
import pytest
from PIL import Image

import tfgan_zoo as zoo
from tfgan_zoo.hub.weights import read_weights, write_weights

CONFIG = "anogan/mnist"
TINY = [
    f"--set=networks.{name}={value}"
    for name, value in {
        "generator.latent_dim": 8,
        "generator.width": 4,
        "generator.image_size": 16,
        "discriminator.width": 4,
        "discriminator.image_size": 16,
    }.items()
]


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    folder = tmp_path_factory.mktemp("run")
    model = zoo.load(CONFIG, smoke=True)
    write_weights(model, folder / "model.weights.h5")
    read_weights(model, folder)
    return model, folder


def test_a_folder_of_pictures_is_scored(run, tiny, tmp_path):
    model, weights = tiny
    images = np.random.default_rng(0).integers(0, 256, [3, 16, 16], np.uint8)
    (tmp_path / "in").mkdir()
    for name, image in zip("bca", images):
        Image.fromarray(image).save(tmp_path / "in" / f"{name}.png")
    out = tmp_path / "out"
    status, said, _ = run(
        "anomalies", CONFIG, tmp_path / "in", "--out", out, "--steps", 2, "--weights", weights, *TINY
    )
    assert status == 0 and str(out) in said
    with open(out / "scores.csv", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    # Names are read in their order.
    inputs = images[[2, 0, 1]][..., None] / np.float32(127.5) - 1
    scores = dict(zip(["a.png", "b.png", "c.png"], model.anomalies(inputs, steps=2)["score"]))
    assert [row["file"] for row in rows] == sorted(scores, key=scores.get, reverse=True)
    np.testing.assert_allclose([float(row["score"]) for row in rows], sorted(scores.values())[::-1], rtol=1e-4)
    for row in rows:
        with Image.open(out / row["picture"]) as picture:
            assert picture.size == (2 * (3 * 17 - 1), 2 * 16)


def test_what_cannot_be_scored_is_told(run, tiny, tmp_path):
    (tmp_path / "empty").mkdir()
    new = ("--out", tmp_path / "out")
    status, _, told = run("anomalies", CONFIG, tmp_path / "empty", *new, "--weights", tiny[1], *TINY)
    assert status == 1 and "no images in the folder" in told
    status, _, told = run("anomalies", "gan/mnist", tmp_path / "empty", *new)
    assert status == 1 and "gan/mnist scores no anomalies" in told
    assert not (tmp_path / "out").exists()
    status, _, told = run("anomalies", CONFIG, tmp_path / "empty", "--out", tmp_path)
    assert status == 1 and "no empty folder" in told
