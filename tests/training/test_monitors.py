"""Monitors of a run: what they alarm at, and what a run does then."""

from types import SimpleNamespace

import numpy as np
import pytest
import tensorflow as tf

from tfgan_zoo.benchmarks import false_alarms
from tfgan_zoo.hub.config import load_config
from tfgan_zoo.training import monitors
from tfgan_zoo.training.callbacks import TrainingDiverged
from tfgan_zoo.training.run import train


def watched(monitor, losses, name="discriminator_loss", start=0, threshold=0.1):
    """Feeds a loss a step; the steps at which it alarmed."""
    found = []
    monitor.alarm = found.append
    saturation = {"discriminator_loss": threshold}
    monitor.set_model(SimpleNamespace(step=tf.constant(start), saturation=saturation))
    monitor.on_train_begin()
    steps = []
    for step, loss in enumerate(losses, start + 1):
        before = len(found)
        monitor.on_step(step, {name: loss})
        steps += [step] * (len(found) - before)
    return steps


def saturation(steps=4):
    return monitors.Saturation(None, steps)


def test_a_discriminator_that_knows_all_is_saturated_once_a_window():
    assert watched(saturation(), [0.01] * 9) == [4, 8]


def test_it_is_the_median_of_the_window_that_counts():
    assert watched(saturation(), [0.01, 0.01, 0.01, 5.0]) == [4]
    assert watched(saturation(), [0.01, 0.01, 5.0, 5.0, 5.0, 0.01]) == []
    assert watched(saturation(), [5.0] * 4 + [0.01] * 4) == [7]


def test_a_resumed_run_is_given_a_whole_window():
    assert watched(saturation(), [0.01] * 5, start=100) == [104]


def test_a_critic_does_not_saturate():
    assert watched(saturation(), [-5.0] * 9, name="critic_loss") == []


def model(made):
    return SimpleNamespace(makes=lambda batch, seed: {"x": np.array(made, np.float32)})


REAL = {"x": np.array([[0.0, 0], [3, 4], [6, 8]])}


def test_the_ratio_is_that_of_mean_distances():
    # Distances of the reals are 5, 10 and 5; of what is made 1, 1 and 0.
    ratio = monitors.diversity_ratios(model([[1, 1], [1, 1], [1, 2]]), REAL, seed=0)
    assert ratio == {"x": pytest.approx((2 / 3) / (20 / 3))}


@pytest.mark.parametrize("made, alarms", [([[1, 1], [1, 1], [1, 2]], 2), ([[0, 0], [1, 2], [3, 5]], 0)])
def test_samples_that_are_alike_are_alarmed_at_every_look(made, alarms):
    found = []
    monitor = monitors.Diversity(found.append, REAL, every=3, threshold=0.3)
    monitor.set_model(model(made))
    for step in range(1, 8):
        monitor.on_step(step, {})
    assert len(found) == alarms
    assert all("two of x differ by 0.1 times" in line for line in found)


def ring(**settings):
    overrides = {f"train.{name}": value for name, value in settings.items()}
    return load_config("gan/ring8", {"train.checkpoint_every": 2, **overrides}, smoke=True)


@pytest.fixture
def collapsing(monkeypatch):
    """A list of the ratios that the next looks find; after them all is well."""
    ratios = []
    monkeypatch.setattr(
        monitors, "diversity_ratios", lambda *_, **__: {"x": ratios.pop(0) if ratios else 1.0}
    )
    return ratios


def test_a_warning_says_what_was_seen(collapsing, tmp_path):
    collapsing += [0.1]
    lines = []
    train(ring(steps=4), tmp_path, say=lines.append)
    assert [line for line in lines if "Warning" in line] == [
        "Warning: The samples have collapsed: at step 2 two of x differ by 0.1 times what two real ones do, "
        "below 0.5."
    ]


def test_a_stop_keeps_the_state_from_before(collapsing, tmp_path):
    collapsing += [1.0, 0.1]
    with pytest.raises(monitors.Collapsed, match="at step 4 .* last good state, of step 2"):
        train(ring(steps=6, on_collapse="stop"), tmp_path, say=lambda _: None)


def test_a_run_rolls_back_and_goes_on(collapsing, tmp_path):
    collapsing += [1.0, 0.1]
    lines = []
    card = train(ring(steps=6, on_collapse="roll_back"), tmp_path, say=lines.append)
    assert card["steps"] == 6
    assert sum("Going on from step 2 with the data in another order" in line for line in lines) == 1


def test_after_three_returns_it_gives_up(collapsing, tmp_path):
    collapsing += [0.1] * 9
    lines = []
    with pytest.raises(monitors.Collapsed, match="last good state, of step 0"):
        train(ring(steps=6, on_collapse="roll_back"), tmp_path, say=lines.append)
    assert sum("Going on from step 0" in line for line in lines) == 3


def test_losses_that_are_not_finite_are_rolled_back_too(tmp_path):
    config = load_config(
        "gan/ring8",
        {"optimizers.generator.learning_rate": 1e30, "train.on_collapse": "roll_back", "train.steps": 20},
        smoke=True,
    )
    lines = []
    with pytest.raises(TrainingDiverged, match="not finite"):
        train(config, tmp_path, say=lines.append)
    assert sum("Going on from step" in line for line in lines) == 3


def test_ignored_means_not_looked_for(monkeypatch, tmp_path):
    monkeypatch.setattr(monitors, "diversity_ratios", lambda *_, **__: pytest.fail("looked"))
    train(ring(steps=2, on_collapse="ignore"), tmp_path, say=lambda _: None)


def test_a_resting_discriminator_that_tells_nothing_is_not_saturated():
    """The shipped D of the line gives 1/2 to all: its loss is 2 log 2."""
    losses = false_alarms.resting_losses("gan/gaussian_1d", 5)
    assert losses == {"discriminator_loss": (pytest.approx(2 * np.log(2), abs=0.05), 0.05)}
