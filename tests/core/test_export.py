"""Exports: new folders only, nothing half-written, averaged weights."""

import logging

import numpy as np
import pytest
import tensorflow as tf

import tfgan_zoo as zoo
from tfgan_zoo.core.export import export

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


def test_whoever_loads_an_export_is_warned_of_nothing(tmp_path, caplog):
    zoo.export(zoo.load("dcgan/mnist", smoke=True), tmp_path / "out")
    absl = logging.getLogger("absl")
    absl.addHandler(caplog.handler)
    try:
        tf.saved_model.load(tmp_path / "out")
    finally:
        absl.removeHandler(caplog.handler)
    assert caplog.records == []


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


# One system of each shape: points, images, features, labels, codes, a translation with noise, two
# translations, texts, levels. Converters take a second for some ten layers; those of several networks take
# minutes.
SHAPES = ["gan/ring8", "cgan/mnist", "pix2pix/scenes", "vae/mnist"]
SHAPES += [
    pytest.param(config_id, marks=pytest.mark.long)
    for config_id in (
        "dcgan/fashion_mnist",
        "infogan/mnist",
        "cyclegan/avatars",
        "gan_cls/noto_emoji",
        "progressive_gan/fashion_mnist",
    )
]


def inputs_of(specs):
    rng = np.random.default_rng(0)
    shapes = {name: [3 if size is None else size for size in spec.shape] for name, spec in specs.items()}
    return {
        name: rng.uniform(-1, 1, shapes[name]).astype(np.float32)
        if spec.dtype.is_floating
        else np.ones(shapes[name], spec.dtype.as_numpy_dtype)
        for name, spec in specs.items()
    }


def answers(model, name, inputs):
    outputs = model.signatures()[name][0]({key: tf.constant(value) for key, value in inputs.items()})
    return {key: value.numpy() for key, value in outputs.items()}


@pytest.mark.parametrize("config_id", SHAPES)
def test_tflite_and_onnx_answer_as_the_model_does(config_id, tmp_path):
    onnxruntime = pytest.importorskip("onnxruntime")
    model = zoo.load(config_id, smoke=True)
    written = model.export(tmp_path / "model.tflite", "tflite")
    assert zoo.export(model, tmp_path / "model.onnx", format="onnx") == written
    expected = [name for name in model.signatures() if name != "encode_text"]
    assert written == expected
    interpreter = tf.lite.Interpreter(str(tmp_path / "model.tflite"))
    for place, name in enumerate(written):
        inputs = inputs_of(model.signatures()[name][1])
        wanted = answers(model, name, inputs)
        lite = interpreter.get_signature_runner(name)(**inputs)
        file = tmp_path / ("model.onnx" if place == 0 else f"model.{name}.onnx")
        session = onnxruntime.InferenceSession(file)
        outputs = [output.name for output in session.get_outputs()]
        onnx = dict(zip(outputs, session.run(None, inputs)))
        for key, value in wanted.items():
            np.testing.assert_allclose(lite[key], value, atol=1e-5)
            np.testing.assert_allclose(onnx[f"{key}_out" if key in inputs else key], value, atol=1e-5)


def test_keras_name_for_it_writes_the_same(tmp_path):
    model = load()
    assert model.export(tmp_path / "out") == ["serving_default"]
    np.testing.assert_allclose(served(tmp_path / "out"), model.decode(Z), atol=1e-6)
    with pytest.raises(ValueError, match="formats of an export are tf_saved_model, tflite, onnx; got 'pb'"):
        model.export(tmp_path / "other", "pb")
    with pytest.raises(TypeError, match="GAN.export has no option verbose: it writes what `signatures"):
        model.export(tmp_path / "other", verbose=False)


def test_what_onnx_has_no_operators_for_is_left_out_or_refused(tmp_path):
    pytest.importorskip("tf2onnx")
    model = load()
    specs = {"z": tf.TensorSpec([None, 2], tf.float32, name="z")}

    def slopes(inputs):
        with tf.GradientTape() as tape:
            tape.watch(inputs["z"])
            x = model.generator(tf.tanh(inputs["z"]))
        return {"slopes": tape.gradient(x, inputs["z"])}

    def samples(inputs):
        return {"x": model.generator(inputs["z"])}

    both = {"serving_default": (samples, specs), "slopes": (slopes, specs)}
    with pytest.warns(UserWarning, match="slopes has operations that ONNX lacks"):
        assert export(model, tmp_path / "model.onnx", "onnx", both) == ["serving_default"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["model.onnx"]
    with pytest.raises(ValueError, match="slopes has operations that ONNX lacks.*SavedModel"):
        export(model, tmp_path / "other.onnx", "onnx", {"slopes": (slopes, specs)})
    assert not (tmp_path / "other.onnx").exists()
