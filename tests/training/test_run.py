"""Runs: what they leave, how they stop, and that a resumed run is the undisturbed one."""

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time

import h5py
import numpy as np
import pytest

from tfgan_zoo.hub.config import load_config
from tfgan_zoo.training import run as module
from tfgan_zoo.training import run_folder
from tfgan_zoo.training.callbacks import Table, TrainingDiverged
from tfgan_zoo.training.run import RunError, RunStopped, train
from tfgan_zoo.utils.files import sha256

LEFT = {
    "config.json",
    "checkpoints",
    "losses.csv",
    "scores.csv",
    "tensorboard",
    "model.weights.h5",
    "samples.png",
    "curve.png",
    "card.json",
    "run.lock",
}


def config(config_id="dcgan/fashion_mnist", **overrides):
    overrides = {key.replace("__", "."): value for key, value in overrides.items()}
    return load_config(config_id, overrides, smoke=True)


def silent(_):
    pass


def arrays(path):
    """Every array of a weights file, by its name."""
    found = {}
    with h5py.File(path) as file:
        file.visititems(
            lambda name, item: found.update({name: item[()]}) if hasattr(item, "dtype") else None
        )
    return found


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    folder = tmp_path_factory.mktemp("run")
    card = train(config(train__steps=8), folder, say=silent)
    return folder, card


def test_a_run_leaves_weights_pictures_curve_and_card(finished):
    folder, card = finished
    assert {path.name for path in folder.iterdir()} == LEFT
    assert json.loads((folder / "card.json").read_text()) == card
    assert card["weights_sha256"] == sha256(folder / "model.weights.h5")
    assert card["steps"] == 8 and card["id"] == "dcgan/fashion_mnist"
    assert card["config"]["train"]["steps"] == 8
    assert [score["metric"] for score in card["scores"]] == ["sliced_wasserstein"]
    assert card["scores"][0]["protocol"]["n_fake"] == 32


def test_shipped_weights_hold_no_optimizer(finished):
    names = arrays(finished[0] / "model.weights.h5")
    assert any(name.startswith("generator/") for name in names)
    assert not any("optimizers" in name or "adam" in name for name in names)


def test_the_losses_are_those_of_plain_fit(finished):
    """The command line and `model.fit` on the library's data are the same training."""
    from contracts import fit

    from tfgan_zoo.hub.models import build

    settings = config(train__steps=8)
    model = fit(build(settings), settings, 8)
    saved = arrays(finished[0] / "model.weights.h5")["discriminator/layers/dense/vars/0"]
    kernel = model.discriminator.layers[-1].kernel.numpy()
    np.testing.assert_array_equal(kernel.astype(np.float16), saved)


def test_a_longer_run_goes_on_from_a_finished_one(finished, tmp_path):
    shutil.copytree(finished[0], tmp_path / "run")
    lines = []
    train(config(train__steps=12), tmp_path / "run", resume=True, say=lines.append)
    assert "step 8" in lines[0]
    train(config(train__steps=12), tmp_path / "whole", say=silent)
    run_weights, whole_weights = (
        arrays(tmp_path / name / "model.weights.h5") for name in ("run", "whole")
    )
    assert run_weights.keys() == whole_weights.keys()
    for name, value in run_weights.items():
        np.testing.assert_array_equal(value, whole_weights[name], name)
    losses = [(tmp_path / name / "losses.csv").read_text() for name in ("run", "whole")]
    assert losses[0] == losses[1]


def test_a_used_folder_needs_resume_and_the_same_settings(finished):
    folder, _ = finished
    with pytest.raises(RunError, match="already holds a run; use --resume"):
        train(config(), folder, say=silent)
    with pytest.raises(RunError, match="another value of train.seed"):
        train(config(train__seed=1), folder, resume=True, say=silent)


def test_a_folder_with_other_files_is_refused(tmp_path):
    (tmp_path / "thesis.tex").write_text("")
    with pytest.raises(RunError, match="holds other files and no run"):
        train(config(), tmp_path, say=silent)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.tex"]


def test_an_unwritable_folder_is_refused_at_once(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(RunError, match="cannot be written"):
        train(config(), tmp_path / "file" / "run", say=silent)


def test_a_full_disk_is_refused_at_once(tmp_path, monkeypatch):
    monkeypatch.setattr(run_folder.shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(9, 9, 0))
    with pytest.raises(RunError, match="only 0 MiB are free"):
        train(config(), tmp_path / "run", say=silent)


def test_resume_in_an_empty_folder_says_that_it_starts(tmp_path):
    lines = []
    train(config(train__steps=2), tmp_path / "run", resume=True, say=lines.append)
    assert "no checkpoint" in lines[0]


@pytest.mark.parametrize("replicas", [1, 2])
def test_a_run_over_cpu_devices_says_once_that_its_steps_go_one_by_one(replicas, tmp_path):
    from contracts import two_replicas

    lines = []
    strategy = two_replicas() if replicas == 2 else None
    train(config("gan/ring8"), tmp_path / "run", strategy=strategy, say=lines.append)
    told = [line for line in lines if "train.steps_per_execution=2" in line]
    assert len(told) == replicas - 1


def test_a_nan_stops_the_run_names_loss_and_step_and_keeps_the_last_good_state(tmp_path):
    hot = {"class": "SGD", "learning_rate": 1e30}
    settings = config(optimizers__generator=hot, train__steps=40)
    with pytest.raises(TrainingDiverged) as error:
        train(settings, tmp_path / "run", say=silent)
    assert "_loss was not finite between steps" in str(error.value) or "weight" in str(error.value)
    last = max((tmp_path / "run/checkpoints").iterdir())
    assert str(last) in str(error.value)
    assert all(np.isfinite(value).all() for value in arrays(last / "state.weights.h5").values())
    assert not (tmp_path / "run/card.json").exists()


def test_a_table_drops_the_rows_after_a_step_and_a_line_cut_short(tmp_path):
    path = tmp_path / "losses.csv"
    table = Table(path)
    for step in (1, 2, 3):
        table.add({"step": step, "loss": step / 3})
    with open(path, "a") as file:
        file.write("4,")
    assert [row["step"] for row in Table(path, upto=2).rows] == [1, 2]
    assert path.read_text().splitlines() == ["step,loss", f"1,{1 / 3}", f"2,{2 / 3}"]


def command(folder, steps):
    return [
        *(sys.executable, "-m", "tfgan_zoo", "train", "gan/mnist", "--smoke"),
        *("--run", str(folder), "--resume", "--set", f"train.steps={steps}"),
        *("--set", "train.checkpoint_every=40", "--set", "train.score_every=100000"),
        # On so few images the paper's rate of 0.1 diverges.
        *("--set", "optimizers.generator.learning_rate=0.01"),
        *("--set", "optimizers.discriminator.learning_rate=0.01"),
    ]


def run(folder, steps, kill_after=None, with_signal=signal.SIGKILL):
    """Trains in a process of its own; kills it some seconds after its first checkpoint."""
    process = subprocess.Popen(
        command(folder, steps), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    if kill_after is not None:
        while not list(folder.glob("checkpoints/step_*")) and process.poll() is None:
            time.sleep(0.05)
        time.sleep(kill_after)
        process.send_signal(with_signal)
    out, err = process.communicate(timeout=300)
    return process.returncode, out, err


def killed_and_undisturbed(tmp_path, kills, steps):
    """Weights' hashes of a run killed at random moments, and of one left alone."""
    alone, disturbed = tmp_path / "alone", tmp_path / "disturbed"
    assert run(alone, steps)[0] == 0
    moments = random.Random(0)
    for _ in range(kills):
        run(disturbed, steps, kill_after=moments.uniform(0, 4))
    assert run(disturbed, steps)[0] == 0
    losses = [(folder / "losses.csv").read_text() for folder in (alone, disturbed)]
    assert losses[0] == losses[1]
    return [sha256(folder / "model.weights.h5") for folder in (alone, disturbed)]


@pytest.mark.parametrize("kills, steps", [(1, 1200), pytest.param(10, 6000, marks=pytest.mark.long)])
def test_kills_at_random_moments_change_nothing(kills, steps, tmp_path, record_property):
    alone, disturbed = killed_and_undisturbed(tmp_path, kills, steps)
    record_property("killed", ["a run alone, at random moments", kills, int(alone != disturbed)])
    assert alone == disturbed


def test_sigterm_saves_and_says_how_to_go_on(tmp_path):
    status, _, err = run(tmp_path / "run", 200_000, kill_after=2, with_signal=signal.SIGTERM)
    assert status == 128 + signal.SIGTERM, err
    assert "go on with --resume" in err
    stopped = int(err.rsplit("Stopped at step ")[1].split()[0])
    assert (tmp_path / f"run/checkpoints/step_{stopped:08d}").is_dir()


def test_two_processes_do_not_train_in_one_folder(tmp_path):
    with run_folder._locked(tmp_path), pytest.raises(RunError, match="Another process"):
        with run_folder._locked(tmp_path):
            pass


def test_a_signal_within_the_process_stops_after_the_execution(tmp_path, monkeypatch):
    """The same in one process, so that the exception and the restored handlers can be seen."""
    before = signal.getsignal(signal.SIGTERM)

    def ask(_, step):
        os.kill(os.getpid(), signal.SIGTERM)
        return {}

    monkeypatch.setattr(module._Run, "_score", ask)
    with pytest.raises(RunStopped) as stopped:
        train(config(train__steps=40), tmp_path / "run", say=silent)
    assert stopped.value.signal == signal.SIGTERM
    assert signal.getsignal(signal.SIGTERM) is before
    assert (tmp_path / "run/checkpoints/step_00000004").is_dir()


def test_xla_and_determinism_exclude_each_other(tmp_path):
    config = load_config("dcgan/fashion_mnist_10k", {"train.jit_compile": True}, smoke=True)
    with pytest.raises(RunError, match="train.deterministic=false"):
        train(config, tmp_path / "run")
    assert not (tmp_path / "run").exists()
