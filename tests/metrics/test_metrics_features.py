import hashlib
import tarfile

import inception_recipe
import keras
import numpy as np
import pytest
import tensorflow as tf

from tfgan_zoo import metrics
from tfgan_zoo.metrics.features.inception_2015 import TF1Resize


@pytest.fixture(scope="module")
def network(inception_file):
    return metrics.InceptionV3(weights=str(inception_file))


@pytest.mark.parametrize("group", ["cifar32", "grey28"])
def test_every_layer_agrees_with_torch_fidelity(network, group):
    with np.load(inception_recipe.REFERENCE / "inception_parity.npz") as file:
        outputs = network.predict(file[f"{group}/images"], verbose=0)
        for layer in ("64", "192", "768", "2048", "logits_unbiased"):
            expected = file[f"{group}/{layer}"]
            error = np.abs(outputs[layer] - expected).max() / np.abs(expected).max()
            assert error < 1e-4, (layer, error)


def test_logits_differ_by_the_bias(network):
    outputs = network.predict(np.zeros((1, 8, 8, 3), np.uint8), verbose=0)
    bias = inception_recipe._values("softmax/biases", [1008])
    np.testing.assert_allclose(
        (outputs["logits"] - outputs["logits_unbiased"])[0], bias, atol=1e-5
    )
    assert outputs["logits"].shape == (1, 1008)


def test_floats_are_refused_by_the_network_and_taken_by_the_extractor(network, inception_file):
    images = np.random.default_rng(0).integers(0, 256, (3, 16, 16, 1), dtype=np.uint8)
    with pytest.raises(TypeError, match="must be uint8"):
        network(images.astype(np.float32))
    extractor = metrics.inception_2015(str(inception_file))
    ours = extractor(images / 127.5 - 1, batch_size=2)
    theirs = network.predict(images.repeat(3, axis=-1), verbose=0)
    np.testing.assert_allclose(ours["features"], theirs["2048"], rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(ours["logits"], theirs["logits_unbiased"], rtol=1e-3, atol=1e-4)
    digest = hashlib.sha256(inception_file.read_bytes()).hexdigest()
    stamp = extractor.protocol(n_real=5, split="mnist/test")
    assert (stamp.extractor, stamp.layer, stamp.weights_hash) == ("inception_2015", "2048", digest)
    assert (stamp.antialias, stamp.n_real, stamp.channels) == (False, 5, "grey repeated to RGB")


def test_resize_is_that_of_tensorflow_1():
    """No half-pixel shift: from 2 to 4 pixels, output i reads input i / 2, held at the end."""
    row = np.array([0, 100], np.uint8)
    image = np.broadcast_to(row[None, None, :, None], (1, 2, 2, 3))
    resized = TF1Resize(4)(image)
    np.testing.assert_allclose(resized[0, 0, :, 0], (np.array([0, 50, 100, 100]) - 128) / 128)


def test_the_archive_gives_the_same_network_as_the_file(network, inception_file, tmp_path):
    archive = tmp_path / "inception-2015-12-05.tgz"
    with tarfile.open(archive, "w:gz", compresslevel=0) as file:
        file.add(inception_file, "./classify_image_graph_def.pb")
    packed = metrics.InceptionV3(weights=str(archive))
    assert packed.weights_hash == network.weights_hash
    for ours, theirs in zip(packed.get_weights(), network.get_weights()):
        np.testing.assert_array_equal(ours, theirs)


def test_the_environment_names_the_file(network, inception_file, monkeypatch):
    monkeypatch.setenv("TFGAN_ZOO_INCEPTION", str(inception_file))
    assert metrics.InceptionV3().weights_hash == network.weights_hash


@pytest.fixture
def bare_environment(monkeypatch):
    for name in ("", "_URL", "_SHA256"):
        monkeypatch.delenv(f"TFGAN_ZOO_INCEPTION{name}", raising=False)
    return monkeypatch


def test_without_the_file_the_error_says_how_to_get_it(bare_environment, tmp_path):
    with pytest.raises(FileNotFoundError, match="(?s)download http://.*TFGAN_ZOO_INCEPTION"):
        metrics.InceptionV3()
    with pytest.raises(FileNotFoundError, match="(?s)no file .*missing.pb.*download"):
        metrics.InceptionV3(weights=str(tmp_path / "missing.pb"))


def test_a_download_is_checked_against_its_hash(bare_environment, tmp_path):
    from tfgan_zoo.metrics.features import inception_weights

    source = tmp_path / "here.tgz"
    source.write_bytes(b"weights")
    bare_environment.setenv("TFGAN_ZOO_INCEPTION_URL", source.as_uri())
    good, bad = hashlib.sha256(b"weights").hexdigest(), "0" * 64
    bare_environment.setenv("TFGAN_ZOO_INCEPTION_SHA256", good)
    with open(inception_weights.find_weights(cache=tmp_path), "rb") as file:
        assert file.read() == b"weights"
    bare_environment.setenv("TFGAN_ZOO_INCEPTION_SHA256", bad)
    with pytest.raises(OSError, match="could not be had with SHA-256 000"):
        inception_weights.find_weights(cache=tmp_path)


def test_other_files_are_refused_by_name(inception_file, tmp_path):
    path = tmp_path / "graph.pb"
    for data in (b"\xff\xff not a graph", inception_file.read_bytes()[:100_000]):
        path.write_bytes(data)
        with pytest.raises(ValueError, match=r"graph\.pb"):
            metrics.InceptionV3(weights=str(path))
    inception_recipe.write_graph(path, {"conv/conv2d_params": np.zeros((3, 3, 3, 7), np.float32)})
    with pytest.raises(ValueError, match="not the Inception graph of 2015"):
        metrics.InceptionV3(weights=str(path))
    with tarfile.open(tmp_path / "empty.tgz", "w:gz") as file:
        file.add(path, "other.pb")
    with pytest.raises(ValueError, match="empty.tgz holds no classify_image_graph_def.pb"):
        metrics.InceptionV3(weights=str(tmp_path / "empty.tgz"))


def test_the_dtype_policy_of_the_program_does_not_reach_the_network(inception_file):
    keras.config.set_dtype_policy("mixed_float16")
    try:
        network = metrics.InceptionV3(weights=str(inception_file))
        assert {layer.compute_dtype for layer in network.layers} == {"float32"}
        assert keras.config.dtype_policy().name == "mixed_float16"
    finally:
        keras.config.set_dtype_policy("float32")


class _Module(tf.Module):
    """Mean colour as features, and their sum as the logit."""

    def __init__(self):
        self.gain = tf.Variable(2.0)

    @tf.function(input_signature=[tf.TensorSpec((None, 4, 4, 3), tf.float32)])
    def __call__(self, images):
        mean = self.gain * tf.reduce_mean(images, axis=(1, 2))
        return {"mean": mean, "sum": tf.reduce_sum(mean, axis=1, keepdims=True), "map": images}


@pytest.fixture(scope="module")
def saved_model(tmp_path_factory):
    folder = tmp_path_factory.mktemp("module")
    module = _Module()
    tf.saved_model.save(module, str(folder), signatures=module.__call__)
    return folder


@pytest.mark.parametrize("value_range", [(0.0, 1.0), (-1.0, 1.0)])
def test_a_saved_model_is_an_extractor(saved_model, value_range):
    extractor = metrics.load_extractor(
        str(saved_model), size=4, layer="mean", logits_layer="sum", value_range=value_range
    )
    images = np.full((5, 8, 8, 3), 51, np.uint8)
    low, high = value_range
    outputs = extractor(images, batch_size=2)
    expected = 2 * (low + 0.2 * (high - low))
    np.testing.assert_allclose(outputs["features"], np.full((5, 3), expected), rtol=1e-5)
    np.testing.assert_allclose(outputs["logits"], np.full((5, 1), 3 * expected), rtol=1e-5)


def test_the_hash_of_a_saved_model_follows_its_weights(saved_model, tmp_path):
    first = metrics.tf_hub(str(saved_model), layer="mean").weights_hash
    assert first == metrics.tf_hub(str(saved_model), layer="mean").weights_hash
    other = _Module()
    other.gain.assign(3.0)
    tf.saved_model.save(other, str(tmp_path / "other"))
    assert first != metrics.tf_hub(str(tmp_path / "other"), layer="mean").weights_hash


def test_an_extractor_streams_batches_into_moments(saved_model, rng):
    extractor = metrics.tf_hub(str(saved_model), size=4, layer="mean")
    images = rng.integers(0, 256, (11, 4, 4, 3), dtype=np.uint8)
    whole = metrics.Moments(extractor(images)["features"])
    batches = tf.data.Dataset.from_tensor_slices({"image": images}).batch(4).as_numpy_iterator()
    streamed = extractor.moments(batches)
    assert streamed.count == 11
    np.testing.assert_allclose(streamed.covariance, whole.covariance, rtol=1e-5)


def test_what_an_extractor_refuses(saved_model):
    extractor = metrics.tf_hub(str(saved_model), size=4, layer="mean")
    good = np.zeros((2, 4, 4, 3), np.uint8)
    for images, error, message in (
        (good[..., :2], ValueError, "2 channels; tf_hub:.* takes 3 or 1"),
        (good[:0], ValueError, "no images"),
        ([], ValueError, "no images"),
        (good.astype(np.int64), TypeError, "not int64"),
        (good + 7.0, ValueError, r"\[-1, 1\]"),
        ([[good[0], good[0, :2]]], ValueError, "several sizes"),
    ):
        with pytest.raises(error, match=message):
            extractor(images)
    with pytest.raises(ValueError, match=r"no output 'maen'; it has \['map', 'mean', 'sum'\]"):
        metrics.tf_hub(str(saved_model), size=4, layer="maen")(good)
    with pytest.raises(ValueError, match="vectors"):
        metrics.tf_hub(str(saved_model), size=4, layer="map")(good)
    with pytest.raises(ValueError, match="no extractor 'inception'. Did you mean inception_"):
        metrics.load_extractor("inception")


@pytest.mark.long
def test_keras_inception_from_a_weights_file(tmp_path):
    path = tmp_path / "inception.weights.h5"
    network = keras.applications.InceptionV3(weights=None, classifier_activation=None)
    network.save_weights(path)
    extractor = metrics.load_extractor("inception_keras", weights=str(path))
    images = np.random.default_rng(0).integers(0, 256, (2, 299, 299, 3), dtype=np.uint8)
    outputs = extractor(images)
    assert outputs["features"].shape == (2, 2048)
    expected = network.predict(images / 127.5 - 1, verbose=0)
    np.testing.assert_allclose(outputs["logits"], expected, rtol=1e-3, atol=1e-5)
    assert extractor.protocol().antialias is True


def test_keras_inception_never_runs_on_random_weights():
    with pytest.raises(ValueError, match="random"):
        metrics.inception_keras(weights=None)
    with pytest.raises(FileNotFoundError, match="nowhere.h5"):
        metrics.inception_keras(weights="nowhere.h5")
