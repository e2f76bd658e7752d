"""Keras' callbacks on a system with two players, and ours for one of them."""

import csv

import keras
import numpy as np
import pytest
import tensorflow as tf
from tug import ones, tug, weight

import tfgan_zoo as zoo

SGD = keras.optimizers.SGD


def rates(model):
    return [float(optimizer.learning_rate) for optimizer in model.optimizers.values()]


def test_keras_scheduler_sets_the_rates_of_all_players():
    model = tug()
    model.fit(ones(3), verbose=0, callbacks=[keras.callbacks.LearningRateScheduler(lambda epoch, rate: rate / 2)])
    np.testing.assert_allclose(rates(model), [0.05, 0.05])
    np.testing.assert_allclose(weight(model.left), 1 - 3 * 0.05, rtol=1e-6)


@pytest.mark.parametrize("players", ["right", ["right"]])
def test_our_scheduler_sets_those_of_one(players):
    model = tug()
    schedule = zoo.callbacks.LearningRateScheduler(lambda epoch, rate: rate / 2, players=players)
    model.fit(ones(3), verbose=0, callbacks=[schedule])
    np.testing.assert_allclose(rates(model), [0.1, 0.05])
    with pytest.raises(ValueError, match="Tug has no player middle; it has left, right"):
        model.fit(ones(1), verbose=0, callbacks=[zoo.callbacks.LearningRateScheduler(rates, players="middle")])


@pytest.mark.parametrize("players, expected", [(None, [0.01, 0.01]), ("left", [0.01, 0.1])])
def test_rates_fall_on_a_plateau(players, expected):
    model = tug(left=SGD(0.1), right=SGD(0.1))
    # The loss falls by 0.3 an epoch, which is not enough here.
    plateau = zoo.callbacks.ReduceLROnPlateau(
        monitor="left_loss", mode="min", min_delta=10, patience=1, factor=0.1, players=players
    )
    model.fit(ones(2), epochs=2, steps_per_epoch=1, verbose=0, callbacks=[plateau])
    np.testing.assert_allclose(rates(model), expected)


class Weights(keras.callbacks.Callback):
    """What both weights are while a model is evaluated."""

    def on_test_batch_end(self, batch, logs=None):
        self.seen = weight(self.model.left), weight(self.model.right)


def averaging():
    return [SGD(0.1, use_ema=True, ema_momentum=0.5) for _ in range(2)]


@pytest.mark.parametrize("players, averaged", [(None, [True, True]), ("left", [True, False])])
def test_averages_stand_in_while_a_model_is_evaluated(players, averaged):
    model, seen = tug(*averaging()), Weights()
    model.fit(ones(2), verbose=0)
    now = weight(model.left), weight(model.right)
    swap = zoo.callbacks.SwapEMAWeights(players=players)
    model.evaluate(ones(1), verbose=0, callbacks=[swap, seen])
    np.testing.assert_allclose((weight(model.left), weight(model.right)), now, rtol=1e-6)
    # After weights of 0.9, 0.8 and of 0.8, 0.6 the averages are 0.85 and 0.7.
    np.testing.assert_allclose(seen.seen, np.where(averaged, [0.85, 0.7], [0.8, 0.6]), rtol=1e-6)


def test_players_without_averages_are_refused_by_name():
    model = tug(left=averaging()[0])
    with pytest.raises(ValueError, match="optimizer of right keeps no averages; give it use_ema=True"):
        model.fit(ones(1), verbose=0, callbacks=[zoo.callbacks.SwapEMAWeights(players="right")])


def test_keras_callbacks_of_files_and_logs(tmp_path):
    model = tug()
    model.fit(
        ones(4),
        epochs=2,
        steps_per_epoch=2,
        validation_data=ones(1),
        verbose=0,
        callbacks=[
            keras.callbacks.CSVLogger(tmp_path / "log.csv"),
            keras.callbacks.ModelCheckpoint(tmp_path / "best.keras", monitor="val_left_loss", mode="min"),
            keras.callbacks.TensorBoard(tmp_path / "board"),
            zoo.callbacks.TerminateOnNaN(),
            keras.callbacks.EarlyStopping(monitor="val_left_loss", mode="min"),
        ],
    )
    with open(tmp_path / "log.csv") as file:
        rows = list(csv.DictReader(file))
    np.testing.assert_allclose([float(row["left_loss"]) for row in rows], [(2 + 1.7) / 2, (1.4 + 1.1) / 2], rtol=1e-5)
    loaded = keras.models.load_model(tmp_path / "best.keras")
    assert weight(loaded.left) == weight(model.left)
    assert list((tmp_path / "board" / "train").iterdir())


def test_nan_ends_training():
    model = tug()
    batches = tf.data.Dataset.range(5).map(lambda i: {"x": tf.fill([2, 1], tf.where(i >= 1, np.nan, 1.0))})
    model.fit(batches, epochs=2, verbose=0, callbacks=[zoo.callbacks.TerminateOnNaN()])
    assert int(model.step.numpy()) == 2
    with pytest.raises(ValueError, match="use tfgan_zoo.callbacks.TerminateOnNaN"):
        model.fit(batches, verbose=0, callbacks=[keras.callbacks.TerminateOnNaN()])


def test_an_interrupted_fit_is_restored(tmp_path):
    class Break(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            if epoch == 1:
                raise KeyboardInterrupt

    whole, broken, again = tug(*averaging()), tug(*averaging()), tug(*averaging())
    options = {"epochs": 4, "steps_per_epoch": 1, "verbose": 0}
    whole.fit(ones(4), **options)
    with pytest.raises(KeyboardInterrupt):
        backup = keras.callbacks.BackupAndRestore(tmp_path / "backup")
        broken.fit(ones(4), callbacks=[backup, Break()], **options)
    again.fit(ones(4), callbacks=[keras.callbacks.BackupAndRestore(tmp_path / "backup")], **options)
    assert (weight(again.left), weight(again.right)) == (weight(whole.left), weight(whole.right))
    assert int(again.step.numpy()) == 4
