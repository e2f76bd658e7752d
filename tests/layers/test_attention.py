"""Self-attention: the identity at first, and by hand after it."""

import keras
import numpy as np
import tensorflow as tf

from tfgan_zoo.layers import spectral
from tfgan_zoo.layers.attention import SelfAttention

MAPS = np.random.default_rng(0).normal(size=(2, 4, 4, 16)).astype(np.float32)


def test_it_begins_as_the_identity():
    np.testing.assert_array_equal(SelfAttention()(MAPS), MAPS)


def softmax(scores):
    shares = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return shares / shares.sum(axis=-1, keepdims=True)


def pooled(maps):
    return maps.reshape(2, 2, 2, 2, 2, -1).max(axis=(2, 4))


def test_every_position_adds_the_values_of_those_whose_keys_its_query_matches():
    layer = SelfAttention()
    layer.build(MAPS.shape)
    layer.gamma.assign(0.5)
    kernels = {
        each.name: each.kernel.numpy()[0, 0] / float(each.sigma()) for each in spectral.layers_of(layer)
    }
    assert {name: kernel.shape for name, kernel in kernels.items()} == {
        "queries": (16, 2),
        "keys": (16, 2),
        "values": (16, 8),
        "outwards": (8, 16),
    }
    queries = (MAPS @ kernels["queries"]).reshape(2, 16, 2)
    keys, values = (pooled(MAPS @ kernels[name]).reshape(2, 4, -1) for name in ("keys", "values"))
    attended = softmax(queries @ keys.transpose(0, 2, 1)) @ values
    expected = MAPS + 0.5 * (attended @ kernels["outwards"]).reshape(MAPS.shape)
    np.testing.assert_allclose(layer(MAPS), expected, atol=1e-5)


def test_a_file_gives_back_all_weights(tmp_path):
    maps = keras.Input(MAPS.shape[1:])
    layer = SelfAttention()
    network = keras.Model(maps, layer(maps))
    layer.gamma.assign(0.5)
    spectral.power_step(network)
    network.save(tmp_path / "network.keras")
    loaded = keras.models.load_model(tmp_path / "network.keras")
    assert len(spectral.layers_of(loaded)) == 4
    np.testing.assert_array_equal(loaded(MAPS), network(MAPS))


def test_it_survives_its_config_and_half_precision():
    layer = SelfAttention(keras.initializers.Orthogonal(), dtype="mixed_bfloat16")
    again = SelfAttention.from_config(layer.get_config())
    assert again.get_config() == layer.get_config()
    assert again(tf.cast(MAPS, tf.bfloat16)).dtype == tf.bfloat16
    kernel = again.values.kernel.numpy()[0, 0]
    np.testing.assert_allclose(kernel.T @ kernel, np.eye(8), atol=1e-5)
