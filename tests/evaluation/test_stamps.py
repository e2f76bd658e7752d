"""What scores depend on is in their stamps: sizes, fits, and the contents of a user's files."""

import shutil

import numpy as np
import pytest
from PIL import Image

import tfgan_zoo as zoo
from tfgan_zoo import metrics
from tfgan_zoo.data import given
from tfgan_zoo.evaluation import compare as comparing
from tfgan_zoo.evaluation import evaluate
from tfgan_zoo.hub.config import load_config

MODEL = "dcgan/fashion_mnist_10k"
SIZES = {f"networks.{player}.image_size": 16 for player in ("generator", "discriminator")}
WIDTHS = {f"networks.{player}.width": 4 for player in ("generator", "discriminator")}
TINY = {**SIZES, **WIDTHS, "data.image_size": 16, "data.fit": "pad"}


def wide(folder, count=12, seed=0):
    """Images twice as wide as high, whose halves differ."""
    folder.mkdir()
    rng = np.random.default_rng(seed)
    for number in range(count):
        pixels = np.repeat(rng.integers(0, 256, (12, 2, 3), dtype=np.uint8), 12, axis=1)
        Image.fromarray(pixels).save(folder / f"{number:02}.png")
    return folder


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    home = tmp_path_factory.mktemp("home")
    wide(home / "wide")
    return home


@pytest.fixture
def model(monkeypatch):
    """Stands in for the weights that ship."""
    made = zoo.load(MODEL, overrides=TINY)
    monkeypatch.setattr(comparing.models, "load", lambda *_: made)


def against(real, **options):
    (score,) = comparing.evaluate(MODEL, str(real), ["sliced_wasserstein"], overrides=TINY, **options)
    return score


def test_scores_against_one_folder_by_other_fits_are_unlike(home, model):
    scores = {fit: against(home / "wide", fit=fit) for fit in ("crop", "pad", "stretch")}
    assert len({score["value"] for score in scores.values()}) == 3
    for fit, score in scores.items():
        assert (score["protocol"]["image_size"], score["protocol"]["fit"]) == (16, fit)
    with pytest.raises(metrics.ProtocolMismatch, match="fit: 'crop' here, 'pad' there"):
        metrics.score_difference(scores["crop"], scores["pad"])


def test_size_fit_and_channels_are_the_configs_where_none_are_given(home, model):
    score = against(home / "wide")
    assert score["protocol"]["fit"] == "pad"
    assert score == against(home / "wide", fit="pad", image_size=16, channels=1)
    assert score["protocol"]["shape"] == [16, 16, 1]


def test_a_folder_is_known_by_what_is_in_it_and_not_by_its_path(home, model, tmp_path):
    first, copied = against(home / "wide"), against(shutil.copytree(home / "wide", tmp_path / "copy"))
    assert metrics.score_difference(first, copied) == 0 and str(home) not in str(first["protocol"])
    (tmp_path / "copy" / "00.png").unlink()
    shutil.copy(home / "wide" / "01.png", tmp_path / "copy" / "00.png")
    with pytest.raises(metrics.ProtocolMismatch, match=r"\(contents: "):
        metrics.score_difference(first, against(tmp_path / "copy"))


def test_an_array_is_known_by_its_values(tmp_path):
    paths = [str(tmp_path / f"{name}.npy") for name in "abc"]
    for path, seed in zip(paths, (0, 0, 1)):
        np.save(path, np.random.default_rng(seed).integers(0, 256, (4, 16, 16, 1), dtype=np.uint8))
    first, same, other = (comparing.evaluate(paths[2], path, ["psnr"])[0]["protocol"] for path in paths)
    assert first == same != other


def test_scores_of_one_side_alone_say_how_it_was_read(home):
    stamps = [
        comparing.evaluate(str(home / "wide"), None, ["ms_ssim_diversity"], image_size=32, fit=fit)[0][
            "protocol"
        ]
        for fit in ("crop", "pad")
    ]
    assert [(stamp["image_size"], stamp["fit"]) for stamp in stamps] == [(32, "crop"), (32, "pad")]


def test_statistics_remember_how_their_images_were_read(home, tmp_path):
    read = {"extractor": "classifier/mnist", "channels": 1, "image_size": 16}
    kept = str(tmp_path / "kept.npz")
    comparing.evaluate(str(home / "wide"), metrics=[], statistics=kept, fit="pad", **read)
    (score,) = comparing.evaluate(str(home / "wide"), kept, fit="pad", **read)
    assert (
        score["protocol"] == comparing.evaluate(*[str(home / "wide")] * 2, fit="pad", **read)[0]["protocol"]
    )
    with pytest.raises(metrics.ProtocolMismatch, match="'fit': 'pad'} and fakes by .*'fit': 'crop'}"):
        comparing.evaluate(str(home / "wide"), kept, fit="crop", **read)
    with pytest.raises(ValueError, match="reals are 16 x 16 and fakes 20 x 20"):
        comparing.evaluate(str(home / "wide"), kept, fit="pad", **{**read, "image_size": 20})


@pytest.mark.parametrize(
    "config_id, name", [("dcgan/fashion_mnist", "sliced_wasserstein"), ("vae/mnist", "evidence_bound")]
)
def test_a_configs_own_scores_say_it_too(config_id, name, home, tmp_path):
    def protocol(folder, **overrides):
        overrides = {
            "data.name": str(folder),
            "data.take": None,
            "data.channels": 1,
            "data.image_size": 28,
            **overrides,
        }
        overrides |= {**SIZES, "data.image_size": 16} if config_id.startswith("dcgan") else {}
        config = load_config(config_id, overrides, smoke=True)
        config = config.model_copy(update={"eval": {name: {"split": "train"}}})
        return evaluate(zoo.load(config_id, overrides=overrides, smoke=True), config)[0]["protocol"]

    cropped = protocol(home / "wide", **{"data.fit": "crop"})
    assert (cropped["data"], cropped["fit"]) == ("files:train", "crop")
    assert cropped == protocol(shutil.copytree(home / "wide", tmp_path / "copy"), **{"data.fit": "crop"})
    padded = protocol(home / "wide", **{"data.fit": "pad"})
    assert padded["fit"] == "pad" and padded["contents"] != cropped["contents"]


def test_a_name_with_a_colon_is_a_folder_where_there_is_one(home, monkeypatch):
    monkeypatch.chdir(home)
    shutil.copytree("wide", "x:train")
    assert given.source_and_split("x:train") == ("x:train", "train")
    assert given.source_and_split("x:test") == ("x", "test")
    shutil.copytree("wide", "fashion_mnist_10k:train")
    assert given.source_and_split("fashion_mnist_10k:train") == ("fashion_mnist_10k", "train")
    assert given.source_and_split("./fashion_mnist_10k:train") == ("./fashion_mnist_10k:train", "train")
    assert given.source_and_split("wide:train[:80%]") == ("wide", "train[:80%]")
    (score,) = comparing.evaluate("x:train", "./wide", ["sliced_wasserstein"])
    assert score["value"] == 0
