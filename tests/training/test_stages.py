"""Runs in stages: stopped and resumed within a stage and at its border, they end as undisturbed ones."""

import os
import signal

import numpy as np
import pytest
from test_run import arrays

from tfgan_zoo.hub.config import load_config
from tfgan_zoo.training import run as module
from tfgan_zoo.training.callbacks import read_table
from tfgan_zoo.training.run import RunStopped, train

STAGES = [
    {"name": "both", "steps": 8},
    {"name": "slowly", "steps": 8, "optimizers": {"generator": {"class": "SGD", "learning_rate": 1e-3}}},
]


def settings():
    overrides = {"train.stages": STAGES, "train.steps": 16, "train.score_every": 2, "train.checkpoint_every": 16}
    return load_config("gan/ring8", overrides, smoke=True)


def silent(_):
    pass


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    folder = tmp_path_factory.mktemp("runs") / "alone"
    train(settings(), folder, say=silent)
    return folder


@pytest.mark.parametrize("step", [4, 8, 12])
def test_a_stopped_run_goes_on_bit_for_bit(undisturbed, step, tmp_path, monkeypatch):
    score = module._Run._score

    def stop_there(run, now):
        if now == step:
            os.kill(os.getpid(), signal.SIGTERM)
        return score(run, now)

    monkeypatch.setattr(module._Run, "_score", stop_there)
    with pytest.raises(RunStopped, match=f"at step {step} "):
        train(settings(), tmp_path / "run", say=silent)
    monkeypatch.undo()
    train(settings(), tmp_path / "run", resume=True, say=silent)
    for name in ("model.weights.h5", "checkpoints/step_00000016/state.weights.h5"):
        found, expected = arrays(tmp_path / "run" / name), arrays(undisturbed / name)
        assert found.keys() == expected.keys()
        for key, values in found.items():
            np.testing.assert_array_equal(values, expected[key], key)
    assert read_table(tmp_path / "run/losses.csv") == read_table(undisturbed / "losses.csv")


def test_an_optimizer_of_a_stage_moves_in_that_stage_alone(undisturbed):
    from tfgan_zoo.hub.models import build

    model = build(settings())
    model.load_weights(undisturbed / "checkpoints/step_00000016/state.weights.h5")
    counts = {name: int(optimizer.iterations) for name, optimizer in model.optimizers.items()}
    assert counts == {"discriminator": 16, "generator": 8, "slowly.generator": 8}
