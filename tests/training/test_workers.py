"""Several processes train as one does, only the chief writes, and a dead worker is noticed and resumed from."""

import json
import os
import re
import time

import h5py
import numpy as np
import pytest
from cluster import BENCHMARK, EVALUATE, TRAIN, Workers

from tfgan_zoo import data
from tfgan_zoo.evaluation import compare
from tfgan_zoo.hub import models
from tfgan_zoo.hub.config import list_configs, load_config
from tfgan_zoo.layers.batch_norm import BatchNormalization
from tfgan_zoo.training.run import train
from tfgan_zoo.utils import distribution

PATIENCE = 240


def arrays(folder):
    """Every array of a run's networks in full precision, as its last checkpoint has them, by its name."""
    found = {}
    with h5py.File(max((folder / "checkpoints").iterdir()) / "state.weights.h5") as file:
        file.visititems(lambda name, item: found.update({name: item[()]}) if hasattr(item, "dtype") else None)
    return {name: array for name, array in found.items() if not name.startswith("optimizers")}


def difference(one, other):
    first, second = arrays(one), arrays(other)
    assert first.keys() == second.keys()
    return max(np.abs(first[name].astype(float) - second[name]).max() for name in first)


def alone(config_id, overrides, folder):
    train(load_config(config_id, overrides, smoke=True), folder, say=lambda _: None)
    return folder


def last_losses(said):
    """What a worker said of the losses of each run's last step."""
    return re.findall(r"step (\d+)/\1  (.*?)  [\d,]+ images/s", said)


def asked(runs, strategy="multiworker", devices=1):
    return {"strategy": strategy, "devices": devices, "runs": runs}


def together(strategy, count, config_ids, tmp_path, batch):
    """Trains each config on `count` replicas and on one; the largest difference of weights, for each."""
    overrides = {"train.batch_size": batch}
    tmp_path.mkdir(exist_ok=True)
    runs = [[name, overrides, str(tmp_path / str(number)), False] for number, name in enumerate(config_ids)]
    processes, devices = (count, 1) if strategy == "multiworker" else (1, count)
    with Workers(TRAIN, [asked(runs, strategy, devices)] * processes, tmp_path) as workers:
        assert workers.wait(PATIENCE) == [0] * processes, workers.said(0)[-2000:]
        for index in range(processes):
            wrote = [f"done {name} {index == 0}" for name in config_ids]
            assert [line for line in workers.said(index).splitlines() if line.startswith("done")] == wrote
            assert last_losses(workers.said(index)) == last_losses(workers.said(0))
        assert len(last_losses(workers.said(0))) == len(config_ids)
    return {
        name: difference(alone(name, overrides, tmp_path / f"alone{number}"), tmp_path / str(number))
        for number, name in enumerate(config_ids)
    }


def require_equal(found, strategy, count, record_property):
    for name, largest in found.items():
        record_property("alike", [name, strategy, count, float(largest)])
    assert max(found.values()) <= 1e-5, found


def test_two_workers_train_as_one(tmp_path, record_property):
    found = together("multiworker", 2, ["gan/mnist", "wgan_gp/mnist"], tmp_path, batch=4)
    require_equal(found, "multiworker", 2, record_property)


@pytest.mark.long
@pytest.mark.parametrize(
    "strategy, count", [("mirrored", 2), ("mirrored", 4), ("multiworker", 2), ("multiworker", 3)]
)
def test_every_shape_of_game_trains_alike_on_replicas(strategy, count, tmp_path, record_property):
    ids = {"gan/mnist", "wgan_gp/mnist", "progressive_gan/fashion_mnist", "infogan/mnist"} & set(
        list_configs()
    )
    # Minibatch statistics are of groups of four on each replica; the history pool has five slots.
    found = together(strategy, count, sorted(ids), tmp_path / "others", batch=4 * count)
    found |= together(strategy, count, ["cyclegan/avatars"], tmp_path / "cyclegan", batch=count)
    require_equal(found, strategy, count, record_property)


def test_workers_of_unlike_settings_are_refused(tmp_path):
    folder = str(tmp_path / "run")
    unlike = [asked([["gan/ring8", {"train.seed": seed}, folder, False]]) for seed in (0, 1)]
    with Workers(TRAIN, unlike, tmp_path) as workers:
        workers.processes[1].wait(timeout=PATIENCE)
        assert "RunError: This worker was started with other settings than the chief" in workers.said(1)
        assert workers.wait(60) == [1, 1]
    assert not (tmp_path / "run" / "checkpoints").exists()


def test_workers_score_as_one(tmp_path):
    """Counts that divide neither by the batches nor by the workers."""
    images = data.arrays("fashion_mnist_10k", image_size=32, fit="pad", take=301)["image"]
    np.save(tmp_path / "real.npy", images)
    settings = {
        "fake": "dcgan/fashion_mnist",
        "real": str(tmp_path / "real.npy"),
        "metrics": ["fid", "is"],
        "extractor": "classifier/fashion_mnist",
        "samples": 303,
    }
    expected = compare.evaluate(**settings)
    with Workers(EVALUATE, [settings] * 2, tmp_path) as workers:
        assert workers.wait(PATIENCE) == [0, 0], workers.said(0)[-2000:]
        for index in range(2):
            [line] = [line for line in workers.said(index).splitlines() if line.startswith("scores")]
            found = json.loads(line.removeprefix("scores"))
            assert [score["metric"] for score in found] == [score["metric"] for score in expected]
            for one, other in zip(found, expected):
                assert one["value"] == pytest.approx(other["value"], rel=1e-6)


def test_workers_meet_once_for_gradients_and_once_for_moments(tmp_path):
    with Workers(BENCHMARK, [["gan/ring8", "dcgan/mnist"]] * 2, tmp_path) as workers:
        assert workers.wait(PATIENCE) == [0, 0], workers.said(0)[-2000:]
        said = workers.said(0)
    model = models.build(load_config("dcgan/mnist", smoke=True))
    norms = {
        player: sum(isinstance(layer, BatchNormalization) for layer in network.layers)
        for player, network in (("generator", model.generator), ("discriminator", model.discriminator))
    }
    assert all(norms.values())
    # G runs twice and D three times. Back through G once, through D in both of its own batches and in G's.
    moments = (2 + 1) * norms["generator"] + (3 + 3) * norms["discriminator"]
    assert re.findall(r"^meet (\d+)", said, re.MULTILINE) == ["2", str(2 + moments)]
    assert "the workers meet 2 times in it, for" in said


def at_rest(checkpoints):
    """Whether some checkpoints are there."""
    return checkpoints.is_dir() and max(os.listdir(checkpoints), default="") >= "step_00000010"


def writing(checkpoints):
    """Whether the chief is writing a later one just now."""
    return at_rest(checkpoints) and bool(list(checkpoints.glob(".writing-[0-9]*")))


@pytest.mark.parametrize(
    "who, when",
    [
        pytest.param(1, at_rest, id="worker"),
        pytest.param(0, at_rest, id="chief", marks=pytest.mark.long),
        pytest.param(0, writing, id="chief_writing", marks=pytest.mark.long),
    ],
)
def test_the_others_stop_when_a_worker_dies_and_all_resume(who, when, tmp_path, record_property):
    overrides = {"train.steps": 80, "train.checkpoint_every": 2, "train.score_every": 80}
    run = ["gan/ring8", overrides, str(tmp_path / "run")]
    with Workers(TRAIN, [asked([[*run, False]])] * 2, tmp_path) as workers:
        checkpoints = tmp_path / "run" / "checkpoints"
        begun = time.monotonic()
        while not when(checkpoints) or not workers.kills(who, lambda: when(checkpoints)):
            assert time.monotonic() - begun < PATIENCE, workers.said(0)[-2000:]
            time.sleep(0.001)
        killed = time.monotonic()
        statuses = workers.wait(60)
        assert time.monotonic() - killed < 60 and statuses[1 - who] == 1
        assert "WorkerLost: Another worker stopped answering" in workers.said(1 - who)
    assert when(checkpoints)
    with Workers(TRAIN, [asked([[*run, True]])] * 2, tmp_path) as workers:
        assert workers.wait(PATIENCE) == [0, 0], workers.said(0)[-2000:]
        assert "Resuming gan/ring8 at step" in workers.said(1)
    lost = difference(alone("gan/ring8", overrides, tmp_path / "alone"), tmp_path / "run") > 1e-5
    victim = "chief" if who == 0 else "worker"
    record_property("killed", [f"{victim} of two" + ", while it writes" * (when is writing), 1, int(lost)])
    assert not lost


@pytest.mark.parametrize(
    "text, wrong",
    [
        (None, "it is not set"),
        ("{", "cannot be read"),
        ('{"cluster": {"worker": ["a:1"]}}', "cannot be read"),
        (
            '{"cluster": {"worker": ["a:1"]}, "task": {"type": "worker", "index": 1}}',
            "an index within its job",
        ),
        ('{"cluster": {"ps": ["a:1"]}, "task": {"type": "ps", "index": 0}}', "chief and worker alone"),
    ],
)
def test_a_tf_config_that_is_wrong_is_named(monkeypatch, text, wrong):
    monkeypatch.setenv("TF_CONFIG", text) if text else monkeypatch.delenv("TF_CONFIG", raising=False)
    with pytest.raises(distribution.StrategyError, match=wrong):
        distribution.make("multiworker")


def test_unknown_strategies_and_absent_tpus_are_named(monkeypatch):
    with pytest.raises(distribution.StrategyError, match="mirrored"):
        distribution.make("miror")
    monkeypatch.setenv("TPU_NAME", "local")
    with pytest.raises(distribution.StrategyError, match="found no TPU"):
        distribution.make("tpu")
