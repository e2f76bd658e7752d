"""The game: who moves what, averages, accumulation, faults, round trips."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from games import ones, tug, weight


def test_each_player_descends_its_own_loss_in_its_own_weights():
    game = tug()
    game.fit(ones(3), verbose=0)
    # The gradient of left's loss in its weight is mean(x) = 1, of right's 2.
    np.testing.assert_allclose(weight(game.left), 1 - 3 * 0.1, rtol=1e-6)
    np.testing.assert_allclose(weight(game.right), 1 - 3 * 0.2, rtol=1e-6)
    assert int(game.step.numpy()) == 3


def test_fit_reports_the_losses_of_the_last_step():
    history = tug().fit(ones(2), verbose=0).history
    # Before its second update left is 0.9, right 0.8; right's loss comes before its update.
    np.testing.assert_allclose(history["left_loss"], [0.9 + 0.8], rtol=1e-6)
    np.testing.assert_allclose(history["right_loss"], [2 * 0.8], rtol=1e-6)


def test_accumulated_gradients_move_a_player_every_other_step():
    game = tug(left=keras.optimizers.SGD(0.1, gradient_accumulation_steps=2))
    game.fit(ones(1), verbose=0)
    assert weight(game.left) == 1.0
    game.fit(ones(1), verbose=0)
    np.testing.assert_allclose(weight(game.left), 0.9, rtol=1e-6)


def test_averages_stand_in_within_the_context_only():
    game = tug(left=keras.optimizers.SGD(0.1, use_ema=True, ema_momentum=0.5))
    with game.averaged():
        assert weight(game.left) == 1.0
    game.fit(ones(2), verbose=0)
    now = weight(game.left)
    np.testing.assert_allclose(now, 0.8, rtol=1e-6)
    # Keras starts the average at the first weights it sees: 0.9, then (0.9 + 0.8) / 2.
    with game.averaged():
        np.testing.assert_allclose(weight(game.left), 0.85, rtol=1e-6)
        np.testing.assert_allclose(weight(game.right), 0.6, rtol=1e-6)
    assert weight(game.left) == now


def test_averages_are_put_back_when_the_body_fails():
    game = tug(left=keras.optimizers.SGD(0.1, use_ema=True, ema_momentum=0.5))
    game.fit(ones(2), verbose=0)
    before = weight(game.left)
    with pytest.raises(RuntimeError), game.averaged():
        raise RuntimeError
    assert weight(game.left) == before


@pytest.mark.parametrize("steps_per_execution", [1, 5])
def test_the_first_loss_that_is_not_finite_is_remembered(steps_per_execution):
    game = tug(steps_per_execution=steps_per_execution)
    batches = tf.data.Dataset.range(5).map(
        lambda i: {"x": tf.fill([2, 1], tf.where(i >= 2, np.nan, 1.0))}
    )
    game.fit(batches, verbose=0)
    assert game.fault.numpy().tolist() == [2, 0]


def test_optimizers_must_match_the_players():
    with pytest.raises(ValueError, match=r"players \(left, right\); got left"):
        game = tug()
        game.compile({"left": keras.optimizers.SGD(0.1)})
    with pytest.raises(ValueError, match="share one optimizer"):
        shared = keras.optimizers.SGD(0.1)
        tug(left=shared, right=shared)


def test_a_batch_without_the_key_says_which_key_is_needed():
    with pytest.raises(KeyError, match="key 'x'; this one has y"):
        tug().fit(tf.data.Dataset.from_tensors({"y": tf.ones([2, 1])}), verbose=0)


def test_bare_tensors_are_examples():
    game = tug()
    game.fit(tf.data.Dataset.from_tensors(tf.ones([2, 1])), verbose=0)
    np.testing.assert_allclose(weight(game.left), 0.9, rtol=1e-6)


def test_saved_games_go_on_with_their_optimizers(tmp_path):
    game = tug(left=keras.optimizers.Adam(0.1, use_ema=True))
    game.fit(ones(3), verbose=0)
    game.save(tmp_path / "game.keras")
    loaded = keras.models.load_model(tmp_path / "game.keras")
    assert int(loaded.optimizers["left"].iterations) == 3
    for each in (game, loaded):
        each.fit(ones(2), verbose=0)
    assert weight(loaded.left) == weight(game.left)


def test_batches_for_k_steps_are_the_same_however_many_replicas_share_them():
    rows = tf.range(12)
    whole = tug().split(rows, 3)
    halves = [tug().split(half, 3) for half in (rows[:6], rows[6:])]
    for k in range(3):
        np.testing.assert_array_equal(
            whole[k], np.concatenate([half[k].numpy() for half in halves])
        )
    assert sorted(np.concatenate([part.numpy() for part in whole])) == list(range(12))
