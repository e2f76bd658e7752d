"""Virtual batch norm: its statistics by hand, examples that mind no batch-mates, a reference that stays."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from tfgan_zoo.layers.virtual_batch_norm import ReferenceBatch, VirtualBatchNormalization, WithoutReference

RNG = np.random.default_rng(0)


def network(size=4):
    z = keras.Input([3])
    x = ReferenceBatch(size)(z)
    x = VirtualBatchNormalization(size)(keras.layers.Dense(5)(x))
    x = VirtualBatchNormalization(size)(keras.layers.Reshape([2, 2, 5])(keras.layers.Dense(20)(x)))
    return keras.Model(z, WithoutReference(size)(x))


def latents(n):
    return RNG.normal(size=(n, 3)).astype(np.float32)


@pytest.mark.parametrize("shape", [(5, 2), (5, 3, 3, 2)])
def test_moments_are_those_of_the_reference_and_one_part_the_examples_own(shape):
    x = RNG.normal(1, 2, shape).astype(np.float32)
    layer = VirtualBatchNormalization(3)
    layer.build(shape)
    layer.gamma.assign([2.0, 0.5])
    layer.beta.assign([0.0, 1.0])
    axes = tuple(range(1, len(shape) - 1))
    moments = [x.mean(axis=axes), np.square(x).mean(axis=axes)]
    mean, square = (0.75 * m[:3].mean(axis=0) + 0.25 * m[4] for m in moments)
    expected = (x[4] - mean) / np.sqrt(square - mean**2 + 1e-5) * [2, 0.5] + [0, 1]
    np.testing.assert_allclose(layer(x)[4], expected, rtol=1e-4, atol=1e-5)
    mean, square = (m[:3].mean(axis=0) for m in moments)
    expected = (x[1] - mean) / np.sqrt(square - mean**2 + 1e-5) * [2, 0.5] + [0, 1]
    np.testing.assert_allclose(layer(x)[1], expected, rtol=1e-4, atol=1e-5)


def test_an_examples_output_ignores_its_batch_mates():
    model = network()
    model(latents(6), training=True)
    z = latents(3)
    together = model(z).numpy()
    np.testing.assert_allclose(model(z[1:2])[0], together[1], rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(model(np.concatenate([latents(5), z]), training=True)[6], together[1], atol=1e-5)


def test_the_reference_is_the_start_of_the_first_batch_of_training_and_stays():
    model = network()
    layer = model.layers[1]
    model(latents(6))
    assert not layer.is_set.numpy()
    first = latents(6)
    model(first, training=True)
    model(latents(6), training=True)
    np.testing.assert_array_equal(layer.reference, first[:4])


def test_the_reference_passes_anew_when_weights_move():
    """Doubling the kernel below a norm changes nothing but for epsilon: its statistics double, too."""
    model = network()
    model(latents(6), training=True)
    z = latents(2)
    before = model(z).numpy()
    dense = model.layers[2]
    dense.kernel.assign(2 * dense.kernel.numpy())
    np.testing.assert_allclose(model(z), before, atol=1e-3)


def test_a_reference_larger_than_the_batch_is_refused():
    with pytest.raises(ValueError, match="A reference batch of 4 examples cannot be taken of a batch of 3"):
        ReferenceBatch(4)(tf.ones([3, 2]), training=True)
