"""The base: who moves what and when, averages, logs, stages, round trips."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from devices import two_replicas
from tug import Tug, line, ones, tug, weight

SGD = keras.optimizers.SGD


def test_each_player_descends_its_own_loss_in_its_own_weights():
    model = tug()
    model.fit(ones(3), verbose=0)
    # The gradient of left's loss in its weight is mean(x) = 1, of right's 2.
    np.testing.assert_allclose(weight(model.left), 1 - 3 * 0.1, rtol=1e-6)
    np.testing.assert_allclose(weight(model.right), 1 - 3 * 0.2, rtol=1e-6)
    assert int(model.step.numpy()) == 3


@pytest.mark.parametrize("steps_per_execution", [1, 4])
def test_history_holds_the_means_of_each_epoch(steps_per_execution):
    model = tug(steps_per_execution=steps_per_execution)
    history = model.fit(ones(8), epochs=2, steps_per_epoch=4, verbose=0).history
    left, right = 1 - 0.1 * np.arange(8), 1 - 0.2 * np.arange(8)
    np.testing.assert_allclose(history["left_loss"], (left + right).reshape(2, 4).mean(axis=1), rtol=1e-6)
    np.testing.assert_allclose(history["right_loss"], (2 * right).reshape(2, 4).mean(axis=1), rtol=1e-5)


def test_a_loss_that_is_not_finite_shows_in_the_logs():
    batches = tf.data.Dataset.range(4).map(lambda i: {"x": tf.fill([2, 1], tf.where(i == 1, np.nan, 1.0))})
    assert np.isnan(tug().fit(batches, verbose=0).history["left_loss"]).all()


def test_evaluate_gives_the_losses_of_a_step_and_moves_nothing():
    model = tug(left=keras.optimizers.Adam(0.1))
    model.fit(ones(1), verbose=0)
    before = [v.numpy() for v in model.variables] + [v.numpy() for v in model.optimizers["left"].variables]
    found = model.evaluate(ones(3), verbose=0, return_dict=True)
    np.testing.assert_allclose(found["left_loss"], weight(model.left) + weight(model.right), rtol=1e-6)
    after = [v.numpy() for v in model.variables] + [v.numpy() for v in model.optimizers["left"].variables]
    for a, b in zip(before, after, strict=True):
        np.testing.assert_array_equal(a, b)


def test_validation_data_stand_in_the_history():
    history = tug().fit(ones(2), validation_data=ones(2), verbose=0).history
    np.testing.assert_allclose(history["val_right_loss"], [2 * 0.6], rtol=1e-6)


class Noisy(Tug):
    """Logs a draw of the step's noise."""

    def train_step(self, data):
        return {"draw": tf.reduce_mean(self.noise().uniform([2]))}


def test_evaluation_draws_what_training_never_draws_and_repeats_it():
    model = tug(kind=Noisy)
    drawn = [model.fit(ones(1), verbose=0).history["draw"][0] for _ in range(3)]
    found = [model.evaluate(ones(1), verbose=0, return_dict=True)["draw"] for _ in range(2)]
    assert len({*drawn, found[0]}) == 4 and found[0] == found[1]


def test_accumulated_gradients_move_a_player_every_other_step():
    model = tug(left=SGD(0.1, gradient_accumulation_steps=2))
    model.fit(ones(1), verbose=0)
    assert weight(model.left) == 1.0
    model.fit(ones(1), verbose=0)
    np.testing.assert_allclose(weight(model.left), 0.9, rtol=1e-6)


@pytest.mark.parametrize(
    "optimizer", [SGD(0.1, loss_scale_factor=1024), keras.optimizers.LossScaleOptimizer(SGD(0.1))]
)
def test_scaled_losses_move_a_player_as_far_as_plain_ones(optimizer):
    model = tug(left=optimizer)
    model.fit(ones(2), verbose=0)
    np.testing.assert_allclose(weight(model.left), 0.8, rtol=1e-6)


class Together(Tug):
    """Both players move at once, each on a loss in which the other's weight stands too."""

    def train_step(self, data):
        def losses():
            product = tf.reduce_mean(self.left(data["x"]) * self.right(data["x"]))
            return {"left": product, "right": -2 * product}, {"product": product}

        return self.minimize_together(("left", "right"), losses)


def test_players_that_move_together_use_gradients_at_the_same_weights():
    model = tug(kind=Together)
    model.fit(ones(1), verbose=0)
    np.testing.assert_allclose([weight(model.left), weight(model.right)], [1 - 0.1, 1 + 0.2], rtol=1e-6)
    model.fit(ones(1), verbose=0)
    np.testing.assert_allclose([weight(model.left), weight(model.right)], [0.9 - 0.12, 1.2 + 0.18], rtol=1e-6)


class Gated(Tug):
    """`left` moves at even steps alone."""

    def train_step(self, data):
        return self.minimize("left", lambda: self.left_loss(data["x"]), when=self.step.value % 2 == 0)

    def players(self):
        return {"left": [self.left]}


def gated(**arguments):
    model = Gated(line("left"), line("right"))
    model.compile(keras.optimizers.Adam(0.1), **arguments)
    return model


@pytest.mark.parametrize("arguments", [{}, {"jit_compile": True}])
def test_an_update_that_is_forbidden_leaves_slots_and_counts_alone(arguments):
    model = gated(**arguments)
    losses = [model.fit(ones(1), verbose=0).history["left_loss"][0] for _ in range(5)]
    assert int(model.optimizers["left"].iterations) == 3
    # A loss is logged even where the update is forbidden.
    np.testing.assert_allclose(np.array(losses) - weight(model.right), [1, 0.9, 0.9, 0.8, 0.8], rtol=1e-4)


def test_forbidden_updates_are_the_same_on_two_replicas():
    with two_replicas().scope():
        model = gated()
    model.fit(ones(5, batch=4), verbose=0)
    assert model.optimizers["left"].iterations.numpy() == 3
    np.testing.assert_allclose(weight(model.left), 0.7, rtol=1e-4)


class Offset(Tug):
    """A player that is a variable of the model itself beside its network."""

    def __init__(self, left, right, **kwargs):
        super().__init__(left, right, **kwargs)
        self.offset = self.add_weight(name="offset", shape=(), initializer="zeros")

    def players(self):
        return {"left": [self.left, self.offset], "right": [self.right]}

    def left_loss(self, x):
        loss = tf.reduce_mean(self.left(x)) + 3 * self.offset
        return loss, {"left_loss": loss}


def test_a_player_may_hold_variables():
    model = tug(kind=Offset)
    model.fit(ones(2), verbose=0)
    np.testing.assert_allclose([weight(model.left), float(model.offset)], [0.8, -0.6], rtol=1e-6)


@keras.saving.register_keras_serializable("tfgan_zoo_tests")
class Several(Tug):
    """Networks in a list and in a dict."""

    def __init__(self, pair, named, seed=0, **kwargs):
        super().__init__(pair[0], named["right"], seed=seed, **kwargs)
        self.pair = pair
        self.named = named

    def players(self):
        return {"left": list(self.pair), "right": list(self.named.values())}


def test_lists_and_dicts_of_networks_survive_a_keras_file(tmp_path):
    model = Several([line("a"), line("b")], {"right": line("c"), "spare": line("d")})
    model.compile("sgd")
    model.fit(ones(2), verbose=0)
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    assert [each.name for each in loaded.pair] == ["a", "b"] and list(loaded.named) == ["right", "spare"]
    assert loaded.pair[0] is loaded.left and loaded.named["right"] is loaded.right
    assert weight(loaded.left) == weight(model.left) < 1 and weight(loaded.pair[1]) == 1


def test_averages_stand_in_within_the_context_only():
    model = tug(left=SGD(0.1, use_ema=True, ema_momentum=0.5))
    with model.averaged():
        assert weight(model.left) == 1.0
    model.fit(ones(2), verbose=0)
    now = weight(model.left)
    np.testing.assert_allclose(now, 0.8, rtol=1e-6)
    # Keras starts the average at the first weights it sees: 0.9, then (0.9 + 0.8) / 2.
    with model.averaged():
        np.testing.assert_allclose(weight(model.left), 0.85, rtol=1e-6)
        np.testing.assert_allclose(weight(model.right), 0.6, rtol=1e-6)
    assert weight(model.left) == now


def test_averages_are_put_back_when_the_body_fails():
    model = tug(left=SGD(0.1, use_ema=True, ema_momentum=0.5))
    model.fit(ones(2), verbose=0)
    before = weight(model.left)
    with pytest.raises(RuntimeError), model.averaged():
        raise RuntimeError
    assert weight(model.left) == before


def test_averages_are_matched_by_variable_where_a_layer_was_frozen_later():
    layers = [keras.layers.Dense(1, use_bias=False, kernel_initializer="ones") for _ in range(2)]
    model = Tug(keras.Sequential([keras.Input([1]), *layers]), line("right"))
    model.compile({"left": SGD(0.1, use_ema=True, ema_momentum=0.5), "right": SGD(0.1)})
    model.fit(ones(2), verbose=0)
    now = [layer.kernel.numpy().item() for layer in layers]
    layers[0].trainable = False
    with model.averaged():
        averages = [layer.kernel.numpy().item() for layer in layers]
    held = model.optimizers["left"]._model_variables_moving_average
    assert averages == [each.numpy().item() for each in held] != now
    assert [layer.kernel.numpy().item() for layer in layers] == now


def test_optimizers_must_match_the_players():
    with pytest.raises(ValueError, match=r"players \(left, right\); got left"):
        Tug(line("left"), line("right")).compile({"left": SGD(0.1)})
    with pytest.raises(ValueError, match="share one optimizer"):
        shared = SGD(0.1)
        tug(left=shared, right=shared)


@pytest.mark.parametrize(
    "spec",
    ["sgd", SGD(0.01), keras.saving.serialize_keras_object(SGD(0.01)), {"left": "sgd", "right": "sgd"}],
)
def test_an_optimizer_is_an_object_a_name_or_a_config_for_all_players_or_each(spec):
    model = Tug(line("left"), line("right"))
    model.compile(spec)
    model.fit(ones(1), verbose=0)
    np.testing.assert_allclose([weight(model.left), weight(model.right)], [0.99, 0.98], rtol=1e-6)
    assert [optimizer.name for optimizer in model.optimizers.values()] == ["left", "right"]


class Numbered(Tug):
    """Two lefts, one right."""

    def players(self):
        return {"left_1": [self.left], "left_2": [self.right], "right": [line("third")]}


def test_players_of_one_name_and_several_numbers_may_share_a_setting_but_no_object():
    model = Numbered(line("left"), line("right"))
    model.compile({"left": SGD(0.3), "right": SGD(0.2)})
    rates = {name: float(optimizer.learning_rate) for name, optimizer in model.optimizers.items()}
    assert rates == pytest.approx({"left_1": 0.3, "left_2": 0.3, "right": 0.2})
    assert model.optimizers["left_1"] is not model.optimizers["left_2"]
    model.compile({"left_1": SGD(0.1), "left": SGD(0.3), "right": SGD(0.2)})
    assert float(model.optimizers["left_1"].learning_rate) == pytest.approx(0.1)
    with pytest.raises(ValueError, match=r"players \(left_1, left_2, right\); got left_1, right"):
        model.compile({"left_1": SGD(0.1), "right": SGD(0.2)})


def test_options_that_a_system_has_no_use_for_are_refused_by_name():
    with pytest.raises(ValueError, match="no option metrics, loss"):
        Tug(line("left"), line("right")).compile("sgd", metrics=["mae"], loss="mse")


def test_a_batch_without_the_key_says_which_key_is_needed():
    with pytest.raises(KeyError, match="key 'x'; this one has y"):
        tug().fit(tf.data.Dataset.from_tensors({"y": tf.ones([2, 1])}), verbose=0)


def test_bare_tensors_are_examples():
    model = tug()
    model.fit(tf.data.Dataset.from_tensors(tf.ones([2, 1])), verbose=0)
    np.testing.assert_allclose(weight(model.left), 0.9, rtol=1e-6)


class Labelled(Tug):
    example_shapes = {"x": (1,), "label": ()}

    def train_step(self, data):
        return {"label": tf.reduce_mean(tf.cast(data["label"], tf.float32))}


def test_pairs_are_examples_with_labels():
    pairs = tf.data.Dataset.from_tensors((tf.ones([2, 1]), tf.constant([3, 4])))
    assert tug(kind=Labelled).fit(pairs, verbose=0).history["label"] == [3.5]
    with pytest.raises(ValueError, match="dicts of x and label; got a bare tensor"):
        tug(kind=Labelled).fit(tf.data.Dataset.from_tensors(tf.ones([2, 1])), verbose=0)


def test_saved_models_go_on_with_their_optimizers(tmp_path):
    model = tug(left=keras.optimizers.Adam(0.1, use_ema=True))
    model.fit(ones(3), verbose=0)
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    assert int(loaded.optimizers["left"].iterations) == 3
    for each in (model, loaded):
        each.fit(ones(2), verbose=0)
    assert weight(loaded.left) == weight(model.left)


def test_batches_for_k_steps_are_the_same_however_many_replicas_share_them():
    rows = {"x": tf.range(12), "label": -tf.range(12)}
    whole = Tug.split(rows, 3)
    halves = [
        Tug.split({key: half(v) for key, v in rows.items()}, 3) for half in (lambda v: v[:6], lambda v: v[6:])
    ]
    for k in range(3):
        joined = np.concatenate([half[k]["x"].numpy() for half in halves])
        np.testing.assert_array_equal(whole[k]["x"], joined)
        np.testing.assert_array_equal(whole[k]["label"], -whole[k]["x"])
    assert sorted(np.concatenate([part["x"].numpy() for part in whole])) == list(range(12))


@keras.saving.register_keras_serializable("tfgan_zoo_tests")
class Staged(Tug):
    """`left` moves in the first stage, `right` in the second; counts its traces."""

    stage_names = ("first", "second")
    traces = []

    def train_step(self, data):
        self.traces.append(self.stage)
        if self.stage == "first":
            return self.minimize("left", lambda: self.left_loss(data["x"]))
        return self.minimize("right", lambda: self.right_loss(data["x"]))


FIRST = {"name": "first", "steps": 3}


def staged(first=FIRST, rate=0.01, **arguments):
    model = Staged(line("left"), line("right"))
    second = {"name": "second", "steps": 5, "optimizers": {"right": SGD(rate)}}
    model.compile("sgd", stages=[first, second], **arguments)
    return model


def test_each_stage_moves_its_own_players_with_its_own_optimizers():
    model = staged(rate=0.5)
    model.fit(ones(2), verbose=0)
    assert model.stage == "first"
    np.testing.assert_allclose([weight(model.left), weight(model.right)], [0.98, 1], rtol=1e-6)
    model.fit(ones(3), verbose=0)
    assert model.stage == "second"
    np.testing.assert_allclose([weight(model.left), weight(model.right)], [0.97, 1 - 2 * 1.0], rtol=1e-6)
    counts = {name: int(optimizer.iterations) for name, optimizer in model.optimizers.items()}
    assert counts == {"left": 3, "right": 0, "second.right": 2}


def test_a_stage_is_traced_once():
    Staged.traces.clear()
    model = staged()
    for _ in range(8):
        model.fit(ones(1), verbose=0)
    assert Staged.traces == ["first", "second"]


@pytest.mark.parametrize("first", [2, 3, 4])
def test_training_goes_on_from_a_file_within_a_stage_and_across_a_border(first, tmp_path):
    whole, begun = staged(), staged()
    whole.fit(ones(7), verbose=0)
    begun.fit(ones(first), verbose=0)
    begun.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    loaded.fit(ones(7 - first), verbose=0)
    for network in ("left", "right"):
        assert weight(getattr(loaded, network)) == weight(getattr(whole, network))
    assert int(loaded.optimizers["second.right"].iterations) == 4


def test_a_stage_is_begun_once_whatever_interrupts_it(tmp_path, monkeypatch):
    begun = []
    monkeypatch.setattr(Staged, "begin_stage", lambda self: begun.append((self.stage, int(self.step.numpy()))))
    model = staged()
    model.fit(ones(2), verbose=0)
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    for _ in range(3):
        loaded.fit(ones(1), verbose=0)
    assert begun == [("first", 0), ("second", 3)]


def test_evaluation_is_that_of_the_stage_that_training_has_reached(tmp_path):
    model = staged()
    assert set(model.evaluate(ones(1), verbose=0, return_dict=True)) == {"left_loss"}
    model.fit(ones(3), verbose=0)
    assert set(model.evaluate(ones(1), verbose=0, return_dict=True)) == {"right_loss"}
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    assert set(loaded.evaluate(ones(1), verbose=0, return_dict=True)) == {"right_loss"}


def test_stages_that_cannot_be_are_refused():
    with pytest.raises(ValueError, match="Staged trains in the stages first, second.* Got none"):
        Staged(line("left"), line("right")).compile("sgd")
    with pytest.raises(ValueError, match="Stage first takes 3 steps.*steps_per_execution=2"):
        staged(steps_per_execution=2)
    with pytest.raises(ValueError, match="Stage first has an optimizer for middle, which is no player"):
        staged({**FIRST, "optimizers": {"middle": SGD(0.1)}})
