"""Checkpoints: whole, verified, the last few, and nothing lost when the disk or the numbers fail."""

import errno
import json

import numpy as np
import pytest
from tug import ones, tug, weight

from tfgan_zoo.training import checkpoints as module
from tfgan_zoo.training.checkpoints import Checkpoints


@pytest.fixture
def game():
    return tug()


@pytest.fixture
def checkpoints(tmp_path):
    return Checkpoints(tmp_path / "checkpoints", keep=2)


def train_and_save(game, checkpoints, times):
    for _ in range(times):
        game.fit(ones(1), verbose=0)
        checkpoints.save(game, elapsed=1.0)


def test_a_restored_game_is_the_saved_one(game, checkpoints):
    train_and_save(game, checkpoints, 1)
    other = tug()
    manifest = checkpoints.restore(other, 1)
    assert manifest["elapsed_seconds"] == 1.0
    assert weight(other.left) == weight(game.left)
    assert int(other.step.numpy()) == 1
    assert int(other.optimizers["left"].iterations) == 1


def test_only_the_newest_are_kept(game, checkpoints):
    train_and_save(game, checkpoints, 4)
    assert checkpoints.steps() == [3, 4]
    assert sorted(path.name for path in checkpoints.folder.iterdir()) == [
        "step_00000003",
        "step_00000004",
    ]


@pytest.mark.parametrize(
    "damage",
    [
        lambda folder: (folder / "state.weights.h5").write_bytes(b""),
        lambda folder: flip_a_bit(folder / "state.weights.h5"),
        lambda folder: (folder / "state.weights.h5").unlink(),
        lambda folder: (folder / "manifest.json").write_text("{"),
        lambda folder: (folder / "manifest.json").write_text("[]"),
        lambda folder: claim_another_step(folder / "manifest.json"),
    ],
)
def test_damage_is_found_and_named(game, checkpoints, damage):
    train_and_save(game, checkpoints, 2)
    damage(checkpoints.path(2))
    with pytest.raises(ValueError, match=r"step_00000002.*is damaged.*Delete"):
        checkpoints.restore(tug(), 2)
    assert checkpoints.restore(tug(), 1)["step"] == 1


def flip_a_bit(path):
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def claim_another_step(path):
    path.write_text(json.dumps({**json.loads(path.read_text()), "step": 7}))


def test_a_checkpoint_of_another_model_is_refused(game, checkpoints):
    import keras

    train_and_save(game, checkpoints, 1)
    with pytest.raises(ValueError, match="do not fit this model"):
        checkpoints.restore(tug(left=keras.optimizers.Adam(0.1)), 1)


def test_a_full_disk_leaves_the_older_checkpoints(game, checkpoints, monkeypatch):
    train_and_save(game, checkpoints, 1)
    game.fit(ones(1), verbose=0)

    def full(path):
        path.write_bytes(b"half a file")
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(game, "save_weights", full)
    with pytest.raises(OSError, match="step_00000002: No space left.*earlier checkpoints are whole"):
        checkpoints.save(game, 2.0)
    assert [path.name for path in checkpoints.folder.iterdir()] == ["step_00000001"]


def test_weights_that_are_not_finite_are_not_saved(game, checkpoints):
    train_and_save(game, checkpoints, 1)
    game.fit(ones(1), verbose=0)
    game.left.trainable_variables[0].assign(np.array([[np.nan]]))
    with pytest.raises(FloatingPointError, match="not finite at step 2"):
        checkpoints.save(game, 2.0)
    assert checkpoints.steps() == [1]


def test_a_writer_killed_between_writing_and_renaming_leaves_nothing_that_counts(
    game, checkpoints, monkeypatch
):
    train_and_save(game, checkpoints, 1)
    game.fit(ones(1), verbose=0)

    class Killed(BaseException):
        pass

    def killed(*_):
        raise Killed

    # A killed process runs no cleanup either.
    monkeypatch.setattr(module.os, "rename", killed)
    monkeypatch.setattr(module.shutil, "rmtree", lambda *_, **__: None)
    with pytest.raises(Killed):
        checkpoints.save(game, 2.0)
    monkeypatch.undo()
    assert len(list(checkpoints.folder.iterdir())) == 2
    again = Checkpoints(checkpoints.folder)
    assert again.steps() == [1]
    assert [path.name for path in again.folder.iterdir()] == ["step_00000001"]
