"""The command `tfgan-zoo`: what it prints, what it writes, and its exit status."""

import json
import os
import signal
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

import tfgan_zoo as zoo
from tfgan_zoo import cli, data
from tfgan_zoo.hub import catalogue, index
from tfgan_zoo.hub.config import load_config
from tfgan_zoo.hub.weights import read_weights, write_weights
from tfgan_zoo.random import latents
from tfgan_zoo.training.callbacks import TrainingDiverged
from tfgan_zoo.training.run import RunError, RunStopped
from tfgan_zoo.utils import errors, pictures

IMAGES = "dcgan/fashion_mnist_10k"
TINY = (
    "--set=networks.generator.width=4",
    "--set=networks.generator.latent_dim=8",
    "--set=networks.generator.image_size=16",
    "--set=networks.discriminator.width=4",
    "--set=networks.discriminator.image_size=16",
)
HEAVY = ("tensorflow", "keras", "matplotlib", "scipy", "numpy")


def refused(result):
    """The one line that a command left when it failed."""
    status, out, errors = result
    assert status == 1 and out == ""
    assert errors.startswith("tfgan-zoo: ") and errors.count("\n") == 1
    return errors


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    """A tiny model and a run folder that holds its weights."""
    folder = tmp_path_factory.mktemp("run")
    model = zoo.load(IMAGES, overrides={"train.seed": 5}, smoke=True)
    write_weights(model, folder / "model.weights.h5")
    # As stored: in half precision.
    read_weights(model, folder)
    return model, folder


def python(code, *arguments):
    command = [sys.executable, "-c", code, *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True)


_MAIN = """
import sys
from tfgan_zoo.cli import main
sys.argv[0] = "tfgan-zoo"
try:
    main()
except SystemExit as stop:
    assert not stop.code, stop.code
print(*(name for name in {heavy} if name in sys.modules), file=sys.stderr)
"""


@pytest.mark.parametrize("arguments", [["list"], ["list", "--json"], ["--help"], ["train", "--help"]])
def test_listing_and_help_import_nothing_heavy(arguments):
    done = python(_MAIN.format(heavy=HEAVY), *arguments)
    assert done.stdout and done.stderr.split() == []


def test_list_takes_half_a_second():
    # Processor time, since other processes of the test run share the cores.
    def seconds():
        before = os.times()
        subprocess.run([sys.executable, "-m", "tfgan_zoo", "list"], check=True, capture_output=True)
        after = os.times()
        return after.children_user + after.children_system - before[2] - before[3]

    assert min(seconds() for _ in range(5)) < 0.5


def test_list_names_every_config(run):
    status, out, _ = run("list")
    assert status == 0
    assert [line.split()[0] for line in out.splitlines()] == zoo.list_configs()
    assert "Generative Adversarial Nets" in out


def test_list_as_json_agrees_with_the_configs(run):
    status, out, _ = run("list", "--json")
    assert status == 0
    rows = json.loads(out)
    assert [row["id"] for row in rows] == zoo.list_configs()
    for row in rows:
        config = load_config(row["id"])
        assert row == {
            "id": config.id,
            "paper": config.paper.title,
            "arxiv": config.paper.arxiv,
            "system": config.system,
            "data": config.data.name,
            "steps": config.train.steps,
            "weights": index.has_weights(config.id),
        }


def test_info_counts_parameters(run):
    status, out, _ = run("info", "dcgan/fashion_mnist", "--smoke")
    assert status == 0 and "arXiv:1511.06434" in out and "batch_size: 8" in out
    # Dense 8x128, batch norm 4x8, 5x5 maps 8 to 4, batch norm 4x4, 5x5 maps 4 to 1 with bias.
    assert f"generator: generator, {1024 + 32 + 800 + 16 + 101:,}" in out
    # 5x5 maps 1 to 4 with bias, 5x5 maps 4 to 8, batch norm 4x8, dense 128 to 1 with bias.
    assert f"discriminator: discriminator, {104 + 800 + 32 + 129:,}" in out


def test_info_shows_settings(run):
    status, out, _ = run("info", "gan/ring8", "--smoke", "--set", "train.seed=17")
    assert status == 0 and "seed: 17" in out


def test_info_shows_the_card_of_weights_that_ship(tmp_path, monkeypatch):
    monkeypatch.setattr(index, "pretrained_root", lambda: tmp_path)
    config = load_config("gan/ring8", smoke=True)
    model = zoo.load("gan/ring8", smoke=True)
    assert "no weights ship" in catalogue.describe(config, model)
    folder = tmp_path / "gan" / "ring8"
    folder.mkdir(parents=True)
    (folder / "model.weights.h5").touch()
    scores = [{"metric": "modes", "value": 8}, {"metric": "distance", "value": 0.123456789}]
    card = {"steps": 10, "wall_seconds": 3.4, "scores": scores}
    (folder / "card.json").write_text(json.dumps(card), encoding="utf-8")
    text = catalogue.describe(config, model)
    assert "weights ship: 10 steps, 3 s" in text
    assert "modes: 8" in text and "distance: 0.123457" in text


@pytest.mark.parametrize(
    "command",
    [["info"], ["train", "--run=run"], ["sample"], ["interpolate"], ["export", "out"], ["benchmark"]],
)
def test_an_unknown_id_is_told_its_neighbour(run, tmp_path, monkeypatch, command):
    monkeypatch.chdir(tmp_path)
    name, *rest = command
    errors = refused(run(name, "dcgan/fashion_mnits", *rest))
    assert "'dcgan/fashion_mnits'" in errors and "dcgan/fashion_mnist" in errors
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "setting, told",
    [
        ("train.step=3", "unknown key 'train.step'. Did you mean steps"),
        ("train.steps", "key=value"),
        ("train.steps=many", "train.steps: Input should be a valid integer"),
        ("train.steps=*x", "aliases"),
        ("networks.generator.widht=3", "unknown key 'widht'. Did you mean width?"),
    ],
)
def test_a_bad_setting_is_refused(run, setting, told):
    assert told in refused(run("info", IMAGES, "--smoke", "--set", setting))


def test_a_setting_of_bad_yaml_is_refused_in_one_line(run):
    assert "--set train.steps" in refused(run("info", IMAGES, "--set", "train.steps=[1"))


def test_a_missing_argument_is_a_usage_error(run):
    assert run("info")[0] == 2


def test_a_command_line_that_fails_leaves_no_traceback():
    command = [sys.executable, "-m", "tfgan_zoo", "info", "gan/ring9"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 1 and done.stdout == ""
    assert done.stderr.startswith("tfgan-zoo: There is no config 'gan/ring9'. Did you mean gan/ring8")
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_stopped_run_has_its_signals_status(number):
    assert errors.status_of(RunStopped("Stopped at step 3.", number)) == 128 + number


@pytest.mark.parametrize(
    "error",
    [KeyError("a"), ValueError("a"), FileNotFoundError("a"), RunError("a"), TrainingDiverged("a")],
)
def test_what_a_user_can_mend_has_status_1(error):
    assert errors.status_of(error) == 1


@pytest.mark.parametrize("error", [TypeError("a"), AttributeError("a"), RuntimeError("a"), AssertionError()])
def test_a_bug_keeps_its_traceback(error, monkeypatch):
    assert errors.status_of(error) is None

    def fail():
        raise error

    monkeypatch.setattr(cli, "app", fail)
    with pytest.raises(type(error)):
        cli.main()


def read(path):
    with Image.open(path) as picture:
        return np.asarray(picture)


def drawn(images, columns=None):
    """The pixels that `pictures.save_grid` writes at its usual scale of 2."""
    return pictures.grid(images, columns)[..., 0].repeat(2, axis=0).repeat(2, axis=1)


@pytest.mark.parametrize("where", ["file", "folder"])
def test_sample_draws_the_models_samples(run, tiny, tmp_path, where):
    model, folder = tiny
    weights = folder / "model.weights.h5" if where == "file" else folder
    out = tmp_path / "s.png"
    status, said, _ = run(
        "sample", IMAGES, "--out", out, "-n", 5, "--seed", 3, "--weights", weights, *TINY
    )
    assert status == 0 and str(out) in said
    np.testing.assert_array_equal(read(out), drawn(model.generate(5, seed=3)))


def test_sample_draws_points(run, tmp_path):
    write_weights(zoo.load("gan/ring8"), tmp_path / "model.weights.h5")
    out = tmp_path / "points.png"
    assert run("sample", "gan/ring8", "--out", out, "--weights", tmp_path)[0] == 0
    assert (read(out)[..., :3] < 250).any()


def test_sample_of_a_translator_shows_held_out_images_beside_their_translations(run, tmp_path):
    config_id, weights, out = "pix2pix/scenes", tmp_path / "model.weights.h5", tmp_path / "s.png"
    smoke = load_config(config_id, smoke=True)
    small = [f"held_out={json.dumps(smoke.held_out)}"]
    for section in ("networks", "data"):
        for key, value in smoke.as_dict()[section].items():
            small += [f"{section}.{key}={json.dumps(value)}"]
    small = [argument for setting in small for argument in ("--set", setting)]
    model = zoo.load(config_id, smoke=True)
    write_weights(model, weights)
    read_weights(model, weights)
    options = ["--out", out, "--weights", weights, *small]
    assert run("sample", config_id, "-n", 3, "--seed", 7, *options)[0] == 0
    examples = data.arrays(**smoke.data.model_dump())
    condition, image = (examples[key][:3] / 127.5 - 1 for key in ("condition", "image"))
    columns = [condition, model.translate(condition, seed=7), image]
    expected = np.stack(columns, axis=1).reshape(9, *image.shape[1:])
    np.testing.assert_array_equal(read(out), drawn(expected, columns=3))
    assert "translates images" in refused(run("interpolate", config_id, *options))


def test_interpolate_walks_between_the_same_ends(run, tiny, tmp_path):
    model, folder = tiny
    out = tmp_path / "i.png"
    options = ["--pairs", 2, "--steps", 3, "--seed", 4, "--weights", folder, *TINY]
    assert run("interpolate", IMAGES, "--out", out, *options)[0] == 0
    z = model.latents(4, 4)
    middle = latents.slerp(z[:2], z[2:], 3)[1]
    walk = np.stack([z[0], middle[0], z[2], z[1], middle[1], z[3]])
    difference = read(out).astype(int) - drawn(model.decode(walk), columns=3)
    assert difference.shape == (66, 100) and np.abs(difference).max() <= 1


def test_interpolate_refuses_points(run, tmp_path):
    write_weights(zoo.load("gan/ring8"), tmp_path / "model.weights.h5")
    errors = refused(run("interpolate", "gan/ring8", "--weights", tmp_path))
    assert "points, not images" in errors


def test_pretrained_means_the_weights_that_ship_in_any_folder(run, tmp_path, monkeypatch):
    monkeypatch.setattr(index, "pretrained_root", lambda: tmp_path)
    (tmp_path / "pretrained").mkdir()
    monkeypatch.chdir(tmp_path)
    for name, command in {"gan/ring8": ["sample"], IMAGES: ["evaluate", "--metric=ms_ssim_diversity"]}.items():
        missing = f"There are no weights at {tmp_path / name / 'model.weights.h5'}. Train them with"
        assert f"{missing} `tfgan-zoo train {name}`" in refused(run(command[0], name, *command[1:]))


def test_export_writes_a_saved_model(run, tiny, tmp_path):
    _, folder = tiny
    out = tmp_path / "out"
    status, said, _ = run("export", IMAGES, out, "--weights", folder, *TINY)
    assert status == 0 and "serving_default, features" in said
    assert (out / "saved_model.pb").is_file()
    assert "exists" in refused(run("export", IMAGES, out, "--weights", folder, *TINY))


@pytest.mark.parametrize("weights", ["nowhere.weights.h5", "elsewhere/model.weights.h5"])
def test_missing_weights_are_named(run, tmp_path, weights):
    out = tmp_path / "s.png"
    told = refused(run("sample", IMAGES, "--out", out, "--weights", tmp_path / weights, *TINY))
    assert f"There are no weights at {tmp_path / weights}." in told and not out.exists()


@pytest.mark.filterwarnings("ignore:Skipping nested container:UserWarning")
def test_weights_of_another_size_are_refused(run, tiny, tmp_path):
    status, _, errors = run("sample", IMAGES, "--weights", tiny[1], "--out", tmp_path / "s.png")
    assert status == 1 and "model.weights.h5 do not fit this model" in errors
    assert "Traceback" not in errors and not (tmp_path / "s.png").exists()


def test_benchmark_writes_its_measurement(run, tmp_path, monkeypatch):
    from tfgan_zoo.benchmarks import training

    monkeypatch.setattr(training, "convolution_peak", lambda: 200.0)
    path = tmp_path / "speed.json"
    status, out, _ = run("benchmark", "dcgan/fashion_mnist", "--smoke", "--steps", 2, "--json", path)
    assert status == 0 and "images/s" in out
    result = json.loads(path.read_text(encoding="utf-8"))
    assert set(result) == {
        "id",
        "replicas",
        "batch",
        "steps",
        "images_per_second",
        "step_milliseconds",
        "gflop_per_step",
        "gflop_per_second",
        "convolution_peak_gflop_per_second",
        "share_of_peak",
        "peak_memory_mib",
    }
    assert (result["id"], result["batch"], result["steps"]) == ("dcgan/fashion_mnist", 8, 2)
