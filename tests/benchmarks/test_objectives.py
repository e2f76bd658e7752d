"""The bench of objectives: equal budgets, rows that are kept, and the figures of its table."""

import dataclasses

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image
from tiny import affine, constant, descend, weights

from tfgan_zoo.benchmarks.objectives import bench, table
from tfgan_zoo.benchmarks.objectives.entries import OBJECTIVES
from tfgan_zoo.benchmarks.objectives.plain import PlainGAN


def _short(task, updates=12):
    return {task: dataclasses.replace(bench.TASKS[task], updates=updates, batch=8, seeds=(0,), samples=60)}


def test_finished_runs_are_kept(tmp_path, monkeypatch):
    two = {name: OBJECTIVES[name] for name in ("non_saturating", "wgan")}
    rows = bench.run(tmp_path, _short("ring"), two, say=lambda line: None)
    assert [(row["objective"], row["steps"]) for row in rows] == [("non_saturating", 6), ("wgan", 2)]
    monkeypatch.setattr(bench, "_row", lambda *_: pytest.fail("a finished run was trained again"))
    assert bench.run(tmp_path, _short("ring"), two) == rows
    table.draw_rows(rows, tmp_path / "table.png")
    assert len(np.unique(np.asarray(Image.open(tmp_path / "table.png")))) > 20


@pytest.mark.parametrize("name", OBJECTIVES)
def test_steps_are_counted_in_updates_of_all_players(name):
    """What a step counts is what the optimisers do in it."""
    objective = OBJECTIVES[name]
    model = objective.model(*bench._networks("ring", objective.judge), "ring", 1e-3, 0)
    rows = np.random.default_rng(0).normal(size=[8 * model.batches_per_step, 2]).astype(np.float32)
    model.run_eagerly = True
    model.train_on_batch({"x": rows})
    done = sum(int(model.optimizer_of(player).iterations) for player in model.players())
    assert done == bench._updates_in_a_step(model)


def test_the_tables_figures_are_means_over_seeds_and_say_what_collapses():
    rows = [
        {"objective": "wgan", "data": "ring", "values": {"modes": 4, "quality": 0.2, "modes_near": 4}},
        {"objective": "wgan", "data": "ring", "values": {"modes": 6, "quality": 0.4, "modes_near": 5}},
        {"objective": "wgan", "data": "mixture", "values": {"nats": -3.0, "nats_below": 0.9}},
        {"objective": "r1", "data": "mnist", "values": {"fid_c": 3.0, "spread": 0.4}},
    ]
    found = table.summary(rows)
    assert found["wgan"]["modes"] == 5 and found["wgan"]["quality"] == pytest.approx(0.3)
    assert found["wgan"]["collapses"] == ["ring"] and found["r1"]["collapses"] == ["mnist"]
    assert table.cells(found["wgan"]) == ["5.0", "0.30", "0.90", "-", "-", "ring"]


def test_a_run_that_diverges_is_kept_as_a_collapse(tmp_path, monkeypatch):
    monkeypatch.setattr(bench, "TASKS", _short("ring"))
    monkeypatch.setattr(PlainGAN, "generate", lambda self, count, seed: np.full([count, 2], np.nan))
    lines = []
    (row,) = bench.run(tmp_path, _short("ring"), {"least_squares": OBJECTIVES["least_squares"]}, say=lines.append)
    assert row["values"] == {} and row["samples"] == [] and "diverged" in lines[0]
    other = {**row, "seed": 1, "values": {"modes": 8, "quality": 0.5, "modes_near": 8}, "samples": [[0.0, 1.0]]}
    found = table.summary([row, other])["least_squares"]
    assert found["quality"] == 0.5 and found["collapses"] == ["ring"]
    table.draw_rows([row], tmp_path / "table.png")


def test_one_step_of_least_squares_and_r1_by_hand():
    """The discriminator 2 x + 1 on the real 1 and the fake 5, with the penalty gamma 2^2 / 2."""
    model = PlainGAN(constant([5.0]), affine([[2.0]], [1.0], name="discriminator"), "least_squares", r1_weight=3.0)
    logs = descend(model, rate=0.001).train_step({"x": tf.constant([[1.0]])})
    assert float(logs["discriminator_loss"]) == 2**2 + 11**2
    slope = 2 - 0.001 * (2 * 2 * 1 + 2 * 11 * 5 + 3 * 2)
    np.testing.assert_allclose(weights(model.discriminator)[0], [[slope]], rtol=1e-6)
