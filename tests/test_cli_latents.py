"""Commands that find the latents of images: what they write, from a picture, a folder or an array."""

import json

import numpy as np
import pytest
from PIL import Image

import tfgan_zoo as zoo
from tfgan_zoo.cli.latents import conditions_of
from tfgan_zoo.hub.weights import read_weights, write_weights
from tfgan_zoo.utils import pictures

CONFIG = "vae/mnist"
SMOKE = zoo.load_config(CONFIG, smoke=True).as_dict()
SMALL = [
    f"--set={section}.{key}={json.dumps(value)}"
    for section in ("networks", "data")
    for key, value in SMOKE[section].items()
]


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A small VAE and the folder that holds its weights."""
    folder = tmp_path_factory.mktemp("run")
    model = zoo.load(CONFIG, smoke=True)
    write_weights(model, folder / "model.weights.h5")
    read_weights(model, folder)
    return model, folder


@pytest.fixture
def images(trained):
    """Five random images, uint8, of the model's shape."""
    return np.random.default_rng(0).integers(0, 256, [5, *trained[0].example_shapes["image"]], np.uint8)


def scaled(images):
    return images / np.float32(127.5) - 1


@pytest.mark.parametrize("where", ["folder", "picture", "array"])
def test_encode_writes_what_the_encoder_reads(run, trained, images, tmp_path, where):
    model, weights = trained
    source = tmp_path / "own"
    if where == "array":
        source, names = tmp_path / "own.npy", ["0", "1", "2", "3", "4"]
        np.save(source, images)
    else:
        source.mkdir()
        names = [f"{place}.png" for place in range(len(images))]
        for name, image in zip(names, images):
            Image.fromarray(image[..., 0]).save(source / name)
    if where == "picture":
        source, names, images = source / "2.png", ["2.png"], images[2:3]
    out = tmp_path / "latents.npz"
    status, said, _ = run("encode", CONFIG, source, "--out", out, "--weights", weights, *SMALL)
    assert status == 0 and str(out) in said
    expected = model.encode(scaled(images))
    with np.load(out) as found:
        assert set(found) == {"name", "z", "mu", "logvar"}
        assert found["name"].tolist() == names
        np.testing.assert_allclose(found["mu"], expected["mu"], atol=1e-6)
        np.testing.assert_allclose(found["z"], expected["mu"], atol=1e-6)


def test_reconstruct_draws_images_beside_what_is_made_of_them(run, trained, images, tmp_path):
    model, weights = trained
    np.save(tmp_path / "own.npy", images)
    out = tmp_path / "r.png"
    status, said, _ = run("reconstruct", CONFIG, tmp_path / "own.npy", "--out", out, "--weights", weights, *SMALL)
    made = model.reconstruct(scaled(images))
    assert status == 0 and f"{np.mean((made - scaled(images)) ** 2):.4g}" in said
    rows = np.stack([scaled(images), made], axis=1).reshape(10, *images.shape[1:])
    expected = pictures.grid(rows, 2)[..., 0].repeat(2, axis=0).repeat(2, axis=1)
    with Image.open(out) as picture:
        np.testing.assert_array_equal(np.asarray(picture), expected)


def test_what_cannot_be_done_is_said_in_a_line(run, trained, tmp_path):
    weights = trained[1]
    (tmp_path / "notes.png").write_text("no picture")

    def told(*arguments):
        status, _, errors = run(*arguments)
        assert status == 1 and errors.count("\n") == 1
        return errors

    options = ["--weights", weights, *SMALL]
    assert "cannot be read as a picture" in told("encode", CONFIG, tmp_path / "notes.png", *options)
    assert "no such folder" in told("encode", CONFIG, "./nowhere", *options)
    assert "takes nothing beside the image; got label" in told(
        "encode", CONFIG, "fashion_mnist_10k:train[:2]", "--condition", "label=1", *options
    )
    write_weights(zoo.load("gan/ring8"), tmp_path / "model.weights.h5")
    assert "GAN cannot encode images" in told("encode", "gan/ring8", tmp_path, "--weights", tmp_path)


def test_conditions_are_read_as_json_or_text():
    assert conditions_of(["label=3", "style=[0.5, 1]", "caption=a red ball"]) == {
        "label": 3,
        "style": [0.5, 1],
        "caption": "a red ball",
    }
    with pytest.raises(ValueError, match="NAME=VALUE"):
        conditions_of(["label"])
