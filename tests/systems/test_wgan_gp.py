"""WGAN-GP: a step by hand on a linear critic, where the penalty is taken, appendix F's networks."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers
from tiny import affine, constant, descend, of_type, watch, weights

from tfgan_zoo.layers.batch_norm import BatchNormalization
from tfgan_zoo.networks import mlp, resnet
from tfgan_zoo.systems.wgan_gp.wgan_gp import WGANGP


def line(slope=2.0, fake=5.0, **arguments):
    """The critic slope x against a generator that always makes `fake`."""
    critic = affine([[slope]], name="critic")
    return WGANGP(constant([fake]), critic, **{"n_critic": 1, **arguments})


def reals(*values):
    return {"x": tf.constant(values, tf.float32)[:, None]}


@pytest.mark.parametrize("penalty_weight", [0.0, 10.0])
def test_one_step_by_hand(penalty_weight):
    model = descend(line(penalty_weight=penalty_weight), rate=0.01)
    logs = model.train_step(reals(1.0, 3.0))
    np.testing.assert_allclose([logs["critic_loss"], logs["gradient_penalty"]], [2 * (5 - 2), 1], rtol=1e-6)
    # E f(G) - E f(x) grows by 5 - 2 with the slope w, the penalty (w - 1)^2 by 2.
    slope = 2 - 0.01 * (3 + penalty_weight * 2)
    np.testing.assert_allclose(weights(model.critic)[0], [[slope]], rtol=1e-5)
    np.testing.assert_allclose(logs["generator_loss"], -5 * slope, rtol=1e-5)
    np.testing.assert_allclose(weights(model.generator)[1], [5 + 0.01 * slope], rtol=1e-5)


def test_the_penalty_alone_brings_the_slope_to_one():
    model = descend(line(slope=0.2, n_critic=5), rate=0.02)
    model.train_step(reals(*[5.0] * 10))
    # With fakes equal to reals each step shrinks the distance to 1 by 1 - 0.02 * 10 * 2.
    np.testing.assert_allclose(weights(model.critic)[0], [[1 - 0.8 * 0.6**5]], rtol=1e-5)


def test_the_penalty_is_taken_at_random_points_between_a_share_for_each_example():
    model = descend(line(fake=0.0, n_critic=3), rate=0.0)
    seen = watch(model.critic, lambda x: x.numpy().ravel())
    model.train_step(reals(*[1.0] * 1500))
    assert len(seen) == 3 * 3 + 1
    shares = np.concatenate(seen[2:9:3])
    # Real is 1 and fake is 0, so that the points are the shares themselves.
    for critic_step in range(3):
        assert (seen[3 * critic_step] == 1).all() and (seen[3 * critic_step + 1] == 0).all()
    assert len(np.unique(shares)) > 1490
    assert 0 < shares.min() < 0.01 and 0.99 < shares.max() < 1
    np.testing.assert_allclose(np.histogram(shares, 5, (0, 1))[0], 300, atol=60)


def test_the_critic_moves_n_times_a_step_on_reals_of_its_own():
    model = descend(line(n_critic=3), rate=0.0)
    seen = watch(model.critic, lambda x: x.numpy().ravel().tolist())
    model.train_step(reals(0, 1, 2, 3, 4, 5))
    assert seen[0:9:3] == [[0, 3], [1, 4], [2, 5]]
    assert model.batches_per_step == 3
    assert {p: int(o.iterations) for p, o in model.optimizers.items()} == {"critic": 3, "generator": 1}


def test_the_generator_may_have_several_batches_of_the_critics_size():
    model = descend(line(n_critic=2, generator_batches=3), rate=0.0)
    made = watch(model.generator, len)
    model.train_step(reals(0, 1, 2, 3))
    assert made == [2, 2, 6]
    with pytest.raises(ValueError, match="generator_batches >= 1; got 1 and 0"):
        line(generator_batches=0)


def test_reals_are_spread_over_the_width_of_their_levels():
    """As in the release, of levels 0 to 255: 2 (level / 256 - 1 / 2) and uniform noise up to 1 / 128."""
    model = descend(line(n_critic=2, dequantize=True, fake=0.0), rate=0.0)
    seen = watch(model.critic, lambda x: x.numpy().ravel())
    levels = np.repeat([0, 7, 255], 1000)
    model.train_step(reals(*np.repeat(levels / 127.5 - 1, 2)))
    for real in (seen[0], seen[3]):
        shares = 128 * (real - 2 * (levels / 256 - 0.5))
        assert -1e-3 < shares.min() < 0.01 and 0.99 < shares.max() < 1 + 1e-3
        np.testing.assert_allclose(np.histogram(shares, 5, (0, 1))[0], 600, atol=80)
    # Each step of the critic has noise of its own, and the penalty is on what the critic saw.
    assert np.abs(seen[0] - seen[3]).max() > 1e-3
    assert ((seen[2] / seen[0] > 0) & (seen[2] / seen[0] < 1)).all()


def critic_with(*between_layers):
    x = keras.Input([2])
    y = x
    for layer in between_layers:
        y = layer(y)
    return keras.Model(x, layers.Dense(1)(y), name="critic")


@pytest.mark.parametrize(
    "norm",
    [
        layers.BatchNormalization,
        BatchNormalization,
        lambda: keras.Sequential([keras.Input([2]), layers.BatchNormalization()]),
    ],
    ids=["keras", "ours", "within a block"],
)
def test_a_critic_with_batch_norm_is_refused(norm):
    with pytest.raises(ValueError, match="must not have batch norm.*use layer norm or none"):
        WGANGP(constant([0.0, 0.0]), critic_with(norm()))


def test_a_critic_with_layer_norm_is_not():
    assert WGANGP(constant([0.0, 0.0]), critic_with(layers.LayerNormalization())).n_critic == 5


def test_the_papers_settings_are_the_defaults():
    model = WGANGP(constant([0.0]), affine([[1.0]]))
    assert (model.n_critic, model.penalty_weight) == (5, 10.0)
    assert (model.generator_batches, model.dequantize) == (1, False)
    with pytest.raises(ValueError, match="n_critic >= 1.*got 0 and 1"):
        line(n_critic=0)


def sizes(network):
    """How many convolutions there are of each (kernel side, maps)."""
    found = [(layer.kernel_size[0], layer.filters) for layer in of_type(network, layers.Conv2D)]
    return {kind: found.count(kind) for kind in found}


def test_the_critic_of_appendix_f():
    network = resnet.critic()
    # Two 3x3 in each of four residual blocks; the two that halve have a 1x1 beside them.
    assert sizes(network) == {(3, 128): 8, (1, 128): 2}
    assert len(of_type(network, layers.Add)) == 4
    assert len(of_type(network, layers.AveragePooling2D)) == 4
    [mean] = of_type(network, layers.GlobalAveragePooling2D)
    assert mean.input.shape == (None, 8, 8, 128)
    # None on the image itself: one within the first block, two in each other, one before the mean.
    assert len(of_type(network, layers.ReLU)) == 1 + 3 * 2 + 1
    known = (layers.InputLayer, layers.Conv2D, layers.ReLU, layers.AveragePooling2D, layers.Add)
    assert {type(layer) for layer in network.layers} - set(known) == {
        layers.GlobalAveragePooling2D,
        layers.Dense,
    }
    square = 128 * 128
    assert (
        network.count_params()
        == (9 * 3 * 128 + 128) + 7 * (9 * square + 128) + (3 * 128 + 128) + (square + 128) + 129
    )


def test_the_generator_of_appendix_f():
    network = resnet.generator()
    assert of_type(network, layers.Dense)[0].units == 4 * 4 * 128
    # Two 3x3 and a 1x1 in each of three blocks, and one to the image.
    assert sizes(network) == {(3, 128): 6, (1, 128): 3, (3, 3): 1}
    assert len(of_type(network, layers.Add)) == 3
    assert len(of_type(network, layers.BatchNormalization)) == 3 * 2 + 1
    assert len(of_type(network, layers.UpSampling2D)) == 3 * 2
    assert network.output_shape == (None, 32, 32, 3)
    assert network.layers[-1].activation is keras.activations.tanh


def test_convolutions_start_as_in_the_release():
    """Uniform; of variance 4 / (fan-in + fan-out) before a ReLU, half of that elsewhere."""
    generator, critic = resnet.generator(width=48), resnet.critic(width=48)
    [last] = [layer for layer in of_type(generator, layers.Conv2D) if layer.filters == 3]
    for layer in of_type(generator, layers.Conv2D) + of_type(critic, layers.Conv2D):
        kernel = layer.kernel.numpy()
        gain = 2 if layer.kernel_size == (1, 1) or layer is last else 4
        deviation = np.sqrt(gain / (kernel.shape[0] ** 2 * (kernel.shape[2] + kernel.shape[3])))
        tolerance = 3 / np.sqrt(kernel.size)
        np.testing.assert_allclose(kernel.std(), deviation, rtol=tolerance)
        np.testing.assert_allclose(np.abs(kernel).max(), np.sqrt(3) * deviation, rtol=2 * tolerance)


def test_with_silent_main_branches_the_critic_reads_the_image_through_its_shortcuts():
    critic = resnet.critic(image_size=8, width=2, channels=1)
    for layer in of_type(critic, layers.Conv2D):
        if layer.kernel_size == (3, 3):
            layer.kernel.assign(tf.zeros_like(layer.kernel))
    first, second = [layer for layer in of_type(critic, layers.Conv2D) if layer.kernel_size == (1, 1)]
    images = np.random.default_rng(0).uniform(-1, 1, (3, 8, 8, 1)).astype(np.float32)
    halved = images.reshape(3, 4, 2, 4, 2, 1).mean(axis=(2, 4))
    maps = (halved @ first.kernel.numpy()[0, 0]) @ second.kernel.numpy()[0, 0]
    maps = np.maximum(maps.reshape(3, 2, 2, 2, 2, 2).mean(axis=(2, 4)), 0).mean(axis=(1, 2))
    expected = maps @ critic.layers[-1].kernel.numpy()
    np.testing.assert_allclose(critic(images), expected, rtol=1e-4, atol=1e-6)


def test_the_released_toy_networks():
    for network, inputs in (
        (mlp.toy_generator(2, 512, depth=3, start="he_uniform"), 2),
        (mlp.toy_discriminator(512, depth=3, start="he_uniform"), 2),
    ):
        *hidden, last = of_type(network, layers.Dense)
        assert [layer.units for layer in hidden] == [512] * 3
        for layer, fan_in in zip(hidden, (inputs, 512, 512)):
            largest = np.abs(layer.kernel.numpy()).max()
            np.testing.assert_allclose(largest, np.sqrt(6 / fan_in), rtol=0.02)
        np.testing.assert_allclose(
            np.abs(last.kernel.numpy()).max(), np.sqrt(6 / (512 + last.units)), rtol=0.03
        )


@pytest.mark.parametrize("size", [4, 28, 48])
def test_sizes_that_do_not_double_from_four_are_refused(size):
    with pytest.raises(ValueError, match=f"got {size}. Pad or resize"):
        resnet.generator(image_size=size)
