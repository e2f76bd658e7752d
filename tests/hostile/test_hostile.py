"""Hostile and broken input: the answer is a result or a clear error, and nothing of it is run as code."""

import ast
import io
import os
import pickle
import shutil
import zipfile
from pathlib import Path

import keras
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

import tfgan_zoo
from tfgan_zoo import data
from tfgan_zoo.evaluation import compare
from tfgan_zoo.hub import index, models
from tfgan_zoo.hub.config import Config, ConfigError, load_config, parse_overrides, parse_yaml
from tfgan_zoo.hub.weights import load_pretrained, read_card, read_weights
from tfgan_zoo.metrics.protocol import Protocol
from tfgan_zoo.metrics.statistics import Moments, load_statistics, save_statistics
from tfgan_zoo.text import encoders
from tfgan_zoo.training.checkpoints import Checkpoints
from tfgan_zoo.utils import cache

SMALL = "gan/gaussian_1d"
SHIPPED = index.pretrained_root()


def tries(count):
    """Derandomised: a failure of the suite is one that its reader can repeat."""
    return settings(
        max_examples=count,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    )


def kind(name):
    return pytest.mark.kind(name)


scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**30), 10**30),
    st.integers(-3, 20),
    st.floats(),
    st.text(max_size=20),
    st.sampled_from(["../../etc/passwd", "dcgan.generator", "os.system", "__import__", "\0", "a" * 5000]),
)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
    max_leaves=6,
)


def leaves(tree, path=""):
    for key, value in tree.items():
        here = f"{path}.{key}" if path else key
        yield here
        if isinstance(value, dict):
            yield from leaves(value, here)


KEYS = sorted(leaves(load_config("dcgan/fashion_mnist").as_dict()))
keys = st.one_of(
    st.sampled_from(KEYS), st.text(min_size=1, max_size=12), st.sampled_from(["a.b.c", "train.", "..", "smoke"])
)
ODD = [None, True, -1, 0, 1, 3, 17, 1.5, 1e30, "", "Adam", "os.system", "../x", "keras.Model", [], {}]


@kind("config keys and values")
@tries(400)
@given(overrides=st.dictionaries(keys, values, min_size=1, max_size=3))
def test_overrides_of_any_kind(tried, overrides):
    found = tried.answers(load_config, "dcgan/fashion_mnist", overrides)
    assert isinstance(found, Config | Exception)


@kind("networks and optimisers of a config")
@tries(60)
@given(
    key=st.sampled_from([key for key in KEYS if key.startswith(("networks.", "optimizers.", "system_args"))]),
    value=st.one_of(st.sampled_from(ODD), st.text(max_size=8)),
)
def test_models_of_any_config(tried, key, value):
    def build():
        return models.build(load_config("dcgan/fashion_mnist", {key: value}, smoke=True))

    assert isinstance(tried.answers(build), models.system_class("dcgan") | Exception)


@kind("YAML texts")
@tries(400)
@given(text=st.one_of(st.text(max_size=60), st.text(alphabet="{}[]:,&*!|>-?# \n\t'\"%@`ab1", max_size=60)))
def test_yaml_of_any_text(tried, text):
    tried.answers(parse_yaml, text, "a.yaml")
    tried.answers(parse_overrides, [f"train.steps={text}"])


def bomb(levels):
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]" for i in range(1, levels)]
    return "\n".join(lines)


@kind("YAML bombs and tags")
@pytest.mark.parametrize(
    "text",
    [
        bomb(9),
        "a: &a [*a]",
        "[" * 100_000,
        "{a: " * 100_000,
        "!!python/object/apply:os.system ['touch PWNED']",
        "!!python/name:os.system",
        "!!binary aGVsbG8=\nb: 1",
        "<<: {a: 1}\n<<: {b: 2}",
        "0x" + "f" * 200_000,
        "1" * 10_000,
        "a: " + "x" * 1_000_000,
    ],
    ids=range(11),
)
def test_yaml_that_would_blow_up(tried, text, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    tried.answers(parse_yaml, text, "a.yaml")
    assert not list(tmp_path.iterdir())


@pytest.fixture
def shipped(tmp_path, monkeypatch):
    """A copy of a config's weights and card in the place where they ship."""
    folder = tmp_path / "pretrained" / SMALL
    shutil.copytree(index.pretrained_folder(SMALL), folder)
    monkeypatch.setattr(index, "pretrained_root", lambda: tmp_path / "pretrained")
    return folder


def damaged(content, position, damage):
    """`content` cut at a share of its length, or with one bit or a stretch of bytes changed there."""
    place = int(position * (len(content) - 1))
    if damage == "cut":
        return content[:place]
    if damage == "flip":
        return content[:place] + bytes([content[place] ^ (1 << place % 8)]) + content[place + 1 :]
    return content[:place] + b"\xff" * min(64, len(content) - place) + content[place + 64 :]


places = st.floats(0, 1)
damages = st.sampled_from(["cut", "flip", "scribble"])


@kind("weights that ship, damaged")
@tries(60)
@given(position=places, damage=damages)
def test_damaged_weights_that_ship(tried, shipped, position, damage):
    path = shipped / "model.weights.h5"
    whole = (SHIPPED / SMALL / path.name).read_bytes()
    path.write_bytes(damaged(whole, position, damage))
    changed = path.read_bytes() != whole
    found = tried.answers(load_pretrained, models.build(load_config(SMALL)), SMALL)
    assert isinstance(found, ValueError) == changed


@kind("weights of a user, damaged")
@tries(60)
@given(position=places, damage=damages)
def test_damaged_weights_of_a_user(tried, tmp_path, position, damage):
    whole = (SHIPPED / SMALL / "model.weights.h5").read_bytes()
    path = tmp_path / "a.weights.h5"
    path.write_bytes(damaged(whole, position, damage))
    tried.answers(read_weights, models.build(load_config(SMALL)), path)


@kind("weights of other configs")
@pytest.mark.parametrize("other", ["gan/ring8", "gan/mnist", "dcgan/mnist"])
def test_swapped_weights(tried, shipped, other):
    real = SHIPPED / other / "model.weights.h5"
    shutil.copy(real, shipped / "model.weights.h5")
    assert isinstance(tried.answers(load_pretrained, models.build(load_config(SMALL)), SMALL), ValueError)
    assert isinstance(tried.answers(read_weights, models.build(load_config(SMALL)), real), ValueError)


@kind("cards, damaged")
@tries(60)
@given(position=places, damage=damages)
def test_damaged_cards(tried, shipped, position, damage):
    path = shipped / "card.json"
    whole = (SHIPPED / SMALL / "card.json").read_bytes()
    path.write_bytes(damaged(whole, position, damage))
    found = tried.answers(read_card, SMALL)
    assert isinstance(found, dict) or str(path) in str(found)


@kind("cards of another shape")
@pytest.mark.parametrize("text", ["[]", "{}", "null", "3", '"card"', '{"weights_sha256": 3}', "[" * 100_000])
def test_cards_of_another_shape(tried, shipped, text):
    (shipped / "card.json").write_text(text)
    found = tried.answers(load_pretrained, models.build(load_config(SMALL)), SMALL)
    assert isinstance(found, Exception)


@kind("checkpoints, damaged")
@tries(40)
@given(position=places, damage=damages, name=st.sampled_from(["state.weights.h5", "manifest.json"]))
def test_damaged_checkpoints(tried, tmp_path_factory, position, damage, name):
    model = models.build(load_config(SMALL))
    checkpoints = Checkpoints(tmp_path_factory.mktemp("run"))
    path = checkpoints.save(model, 0.0) / name
    whole = path.read_bytes()
    path.write_bytes(damaged(whole, position, damage))
    found = tried.answers(checkpoints.restore, model, 0)
    if name == "state.weights.h5" and path.read_bytes() != whole:
        assert isinstance(found, ValueError)


@kind("caches, damaged")
@tries(60)
@given(position=places, damage=damages)
@pytest.mark.filterwarnings("ignore::UserWarning")
def test_damaged_caches_are_built_anew(tried, tmp_path_factory, position, damage):
    patch = pytest.MonkeyPatch()
    with patch.context() as context:
        context.setenv("TFGAN_ZOO_DATA", str(tmp_path_factory.mktemp("cache")))
        arrays = {"image": np.arange(48, dtype=np.uint8).reshape(3, 4, 4, 1)}
        cache.fetch("a", {}, {"bytes": 1}, lambda: arrays)
        (path,) = cache.folder().iterdir()
        path.write_bytes(damaged(path.read_bytes(), position, damage))
        found = tried.answers(cache.fetch, "a", {}, {"bytes": 1}, lambda: arrays)
        np.testing.assert_array_equal(found["image"], arrays["image"])


@kind("arrays and statistics of a user, damaged")
@tries(80)
@given(position=places, damage=damages, form=st.sampled_from(["npy", "npz", "statistics"]))
def test_damaged_arrays_of_a_user(tried, tmp_path_factory, position, damage, form):
    folder = tmp_path_factory.mktemp("arrays")
    path = folder / ("a.npy" if form == "npy" else "a.npz")
    images = np.arange(2 * 32 * 32, dtype=np.uint8).reshape(2, 32, 32, 1)
    if form == "npy":
        np.save(path, images)
    elif form == "npz":
        np.savez(path, image=images, other=images)
    else:
        save_statistics(path, Moments(np.eye(3)), Protocol(extractor="a"))
    path.write_bytes(damaged(path.read_bytes(), position, damage))
    if form == "statistics":
        found = tried.answers(load_statistics, path)
    else:
        found = tried.answers(compare.evaluate, str(path), None, ["ms_ssim_diversity"], None)
    if isinstance(found, Exception):
        assert path.name in str(found) or "images" in str(found) or "array" in str(found)


def encoded(mode, size, suffix):
    buffer = io.BytesIO()
    image = Image.new(mode, size)
    more = {"save_all": True, "append_images": [image, image]} if suffix == "gif" else {}
    image.save(buffer, {"jpg": "jpeg", "tif": "tiff"}.get(suffix, suffix), **more)
    return buffer.getvalue()


FORMS = [
    *(("png", mode) for mode in ("1", "L", "LA", "P", "RGB", "RGBA", "I;16")),
    *(("jpg", mode) for mode in ("L", "RGB", "CMYK")),
    *(("tif", mode) for mode in ("I;16", "F", "CMYK", "LAB", "RGB")),
    *(("gif", mode) for mode in ("P", "L")),
    ("webp", "RGBA"),
    ("bmp", "RGB"),
]


@kind("images, whole and damaged")
@pytest.mark.filterwarnings("ignore:Tag data larger than file:UserWarning")
@tries(150)
@given(
    form=st.sampled_from(FORMS),
    size=st.tuples(st.integers(1, 40), st.integers(1, 40)),
    position=places,
    damage=st.sampled_from(["none", "cut", "flip", "scribble"]),
)
def test_images_of_any_form(tried, tmp_path_factory, form, size, position, damage):
    suffix, mode = form
    content = encoded(mode, size, suffix)
    folder = tmp_path_factory.mktemp("images")
    path = folder / f"a.{suffix}"
    path.write_bytes(content if damage == "none" else damaged(content, position, damage))
    found = tried.answers(lambda: data.arrays(str(folder), image_size=8))
    if isinstance(found, Exception):
        assert path.name in str(found) or str(folder) in str(found)
    else:
        assert found["image"].shape[1:3] == (8, 8)


@kind("files that are no images")
@tries(60)
@given(content=st.binary(max_size=200), suffix=st.sampled_from(["png", "jpg", "gif", "tif", "webp", "bmp"]))
def test_bytes_that_are_no_image(tried, tmp_path_factory, content, suffix):
    folder = tmp_path_factory.mktemp("images")
    (folder / f"a.{suffix}").write_bytes(content)
    assert isinstance(tried.answers(lambda: data.arrays(str(folder), image_size=8)), ValueError)


TRICKS = [
    *("../../etc/passwd", "/etc/passwd", "gan/../gan/mnist", "gan/mnist/", "gan//mnist", "gan/mnist\0"),
    *("~", "", "..", "C:\\x"),
]


@kind("path tricks in names")
@pytest.mark.parametrize("name", TRICKS)
def test_names_are_no_paths(tried, name):
    for refuses in (load_config, index.config_path, models.load, encoders.load):
        assert isinstance(tried.answers(refuses, name), Exception)
    for key in ("system", "networks.generator.builder", "optimizers.generator.class"):
        found = tried.answers(lambda: models.build(load_config("gan/mnist", {key: name}, smoke=True)))
        assert isinstance(found, ConfigError)


class Canary:
    """Touches a file when it is unpickled."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return os.mkdir, (str(self.path),)


@kind("files of a stranger that hold code")
@pytest.mark.parametrize("form", ["npy", "npz", "npz member", "h5", "weights"])
def test_pickles_are_not_run(tried, tmp_path, form):
    canary = tmp_path / "canary"
    objects = np.array([Canary(canary)], dtype=object)
    path = tmp_path / {"npy": "a.npy", "npz": "a.npz", "npz member": "b.npz"}.get(form, "a.weights.h5")
    if form == "npy":
        np.save(path, objects, allow_pickle=True)
    elif form == "npz":
        np.savez(path, image=objects)
    elif form == "npz member":
        with zipfile.ZipFile(path, "w") as file:
            file.writestr("image.npy", pickle.dumps(Canary(canary)))
    else:
        path.write_bytes(pickle.dumps(Canary(canary)))
    read = (
        (lambda: read_weights(models.build(load_config(SMALL)), path))
        if path.suffix == ".h5"
        else (lambda: compare.evaluate(str(path), str(path), ["sliced_wasserstein"]))
    )
    assert isinstance(tried.answers(read), ValueError) and not canary.exists()


@kind("files of a stranger that hold code")
def test_a_keras_file_with_a_lambda_is_refused(tried, tmp_path):
    """As Keras loads by itself: nothing here turns its safe mode off."""
    canary = tmp_path / "canary"
    x = keras.Input([1])
    touching = keras.layers.Lambda(lambda value, path=str(canary): (__import__("os").mkdir(path), value)[1])
    keras.Model(x, keras.layers.Dense(1)(x)).save(tmp_path / "plain.keras")
    network = keras.Sequential([keras.Input([1]), keras.layers.Dense(1)])
    network.add(touching)
    shutil.rmtree(canary)
    network.save(tmp_path / "a.keras")
    assert isinstance(tried.answers(keras.models.load_model, tmp_path / "a.keras"), ValueError)
    assert not canary.exists()


PICKLERS = {"pickle", "dill", "cloudpickle", "marshal", "shelve"}
EVALUATORS = {"eval", "exec", "unsafe_load", "full_load", "enable_unsafe_deserialization"}


def test_nothing_here_pickles_or_evaluates():
    """No module imports a pickler, calls eval or exec, or asks NumPy, YAML or Keras for their unsafe ways."""
    for path in Path(tfgan_zoo.__file__).parent.rglob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.Import | ast.ImportFrom):
                names = {alias.name.split(".")[0] for alias in node.names} | {getattr(node, "module", "")}
                assert not names & PICKLERS, path
            if isinstance(node, ast.Call):
                called = getattr(node.func, "id", getattr(node.func, "attr", ""))
                assert called not in EVALUATORS, path
                for keyword in node.keywords:
                    unsafe = {"allow_pickle": True, "safe_mode": False}.get(keyword.arg)
                    assert unsafe is None or getattr(keyword.value, "value", None) != unsafe, path
