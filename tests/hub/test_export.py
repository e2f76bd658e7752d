"""Exports: new folders only, nothing half-written, averaged weights."""

import numpy as np
import pytest
import tensorflow as tf

import tfgan_zoo as zoo

ID = "gan/ring8"
Z = np.random.default_rng(0).normal(size=(5, 2)).astype(np.float32)


def load(**overrides):
    return zoo.load(ID, overrides=overrides, smoke=True)


def served(path, z=Z):
    return tf.saved_model.load(path).signatures["serving_default"](z=tf.constant(z))["x"].numpy()


def train(model, steps):
    points = np.random.default_rng(1).normal(size=(64, 2)).astype(np.float32)
    stream = zoo.data.load({"x": points}, batch_size=8, start_step=0)
    model.fit(stream, steps_per_epoch=steps, verbose=0, shuffle=False)
    return [weight.numpy() for weight in model.generator.trainable_weights]


def test_an_export_answers_as_the_model_does(tmp_path):
    model = load()
    zoo.export(model, tmp_path / "new" / "out")
    expected = model.decode(Z)
    np.testing.assert_allclose(served(tmp_path / "new" / "out"), expected, atol=1e-6)
    np.testing.assert_allclose(served(tmp_path / "new" / "out", Z[:2]), expected[:2], atol=1e-6)


@pytest.mark.parametrize("kind", ["file", "folder"])
def test_what_exists_is_left_alone(tmp_path, kind):
    path = tmp_path / "out"
    path.write_text("mine") if kind == "file" else path.mkdir()
    with pytest.raises(FileExistsError, match="out exists"):
        zoo.export(load(), path)
    assert path.read_text() == "mine" if kind == "file" else list(path.iterdir()) == []


def test_a_failing_export_leaves_nothing(tmp_path, monkeypatch):
    model = load()

    @tf.function
    def broken(inputs):
        raise RuntimeError("no such network")

    specs = {"z": tf.TensorSpec([None, 2], tf.float32, name="z")}
    signatures = {**model.signatures(), "broken": (broken, specs)}
    monkeypatch.setattr(type(model), "signatures", lambda self: signatures)
    with pytest.raises(Exception, match="no such network"):
        zoo.export(model, tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


def test_averages_are_what_is_exported(tmp_path):
    ema = {"optimizers.generator.use_ema": True, "optimizers.generator.ema_momentum": 0.25}
    model = load(**ema, **{"train.steps_per_execution": 1})
    first, second = train(model, 1), train(model, 1)
    zoo.export(model, tmp_path / "out")

    by_hand = load()
    for weight, one, two in zip(by_hand.generator.trainable_weights, first, second):
        assert not np.array_equal(one, two)
        weight.assign(0.25 * one + 0.75 * two)
    np.testing.assert_allclose(served(tmp_path / "out"), by_hand.decode(Z), atol=1e-6)
    # The model itself goes on with the weights that it had.
    for weight, two in zip(model.generator.trainable_weights, second):
        np.testing.assert_array_equal(weight.numpy(), two)
