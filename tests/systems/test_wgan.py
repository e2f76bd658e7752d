"""WGAN: Algorithm 1 worked by hand on a linear critic, the clipping watched, the critic served."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from tiny import affine, constant, descend, of_type, watch, weights

from tfgan_zoo.layers.batch_norm import BatchNormalization
from tfgan_zoo.losses import wasserstein
from tfgan_zoo.networks import mlp
from tfgan_zoo.systems.wgan.wgan import WGAN


def line(slope=2.0, offset=1.0, fake=5.0, **arguments):
    """The critic slope x + offset against a generator that always makes `fake`."""
    critic = affine([[slope]], [offset], name="critic")
    return WGAN(constant([fake]), critic, **{"n_critic": 1, "clip": 10.0, **arguments})


def reals(*values):
    return {"x": tf.constant(values, tf.float32)[:, None]}


def test_one_step_by_hand():
    model = descend(line())
    logs = model.train_step(reals(1.0, 3.0))
    # E f(G) - E f(x) = 11 - 5, whose derivative by the slope is 5 - 2.
    assert float(logs["critic_loss"]) == 6
    slope = 2 - 0.1 * 3
    np.testing.assert_allclose(weights(model.critic)[0], [[slope]], rtol=1e-6)
    np.testing.assert_allclose(weights(model.critic)[1], [1.0])
    # The generator meets the moved critic, and climbs it.
    np.testing.assert_allclose(logs["generator_loss"], -(5 * slope + 1), rtol=1e-6)
    np.testing.assert_allclose(weights(model.generator)[1], [5 + 0.1 * slope], rtol=1e-6)


def test_the_estimate_of_the_distance_is_minus_the_critics_loss():
    model = descend(line(), rate=0.0)
    logs = model.train_step(reals(4.0, 7.0, 13.0))
    scores = model.critic(tf.constant([[4.0], [7.0], [13.0]])), model.critic(tf.constant([[5.0]]))
    estimate = float(wasserstein.estimate(*scores))
    assert estimate == 2 * (8 - 5) == -float(logs["critic_loss"])


def test_the_critic_moves_n_times_a_step_each_time_on_reals_and_fakes_of_its_own():
    model = descend(line(n_critic=3), critic=0.0)
    model.generator.layers[-1].kernel.assign([[1.0]])
    seen = watch(model.critic, lambda x: x.numpy().ravel().tolist())
    model.train_step(reals(0, 1, 2, 3, 4, 5))
    assert seen[0:6:2] == [[0, 3], [1, 4], [2, 5]]
    fakes = [tuple(batch) for batch in seen[1:6:2] + seen[6:]]
    assert len(fakes) == len(set(fakes)) == 4
    assert model.batches_per_step == 3
    assert {p: int(o.iterations) for p, o in model.optimizers.items()} == {"critic": 3, "generator": 1}


def test_every_critic_step_ends_within_the_box():
    """Even the offset, whose gradient is zero: what is clipped are the weights, not their steps."""
    model = descend(line(slope=0.5, offset=0.7, fake=0.0, clip=0.01, n_critic=3), rate=1.0)
    seen = watch(model.critic, lambda _: np.ravel(weights(model.critic)[0]).tolist())
    offsets = watch(model.critic, lambda _: float(weights(model.critic)[1][0]))
    model.train_step(reals(3, -3, 3, 3, -3, 3))
    # Two calls a critic step, one in the generator's; the reals' sign turns in the second step.
    clip = float(np.float32(0.01))
    assert np.ravel(seen).tolist() == [0.5, 0.5, clip, clip, -clip, -clip, clip]
    np.testing.assert_allclose(offsets, [0.7, 0.7] + 5 * [0.01])


def test_the_moving_statistics_of_batch_norm_are_not_clipped():
    x = keras.Input([1])
    critic = keras.Model(x, keras.layers.Dense(1)(BatchNormalization()(x)), name="critic")
    model = descend(WGAN(constant([-50.0]), critic, n_critic=1, clip=0.01), generator=0.0)
    model.train_step(reals(98.0, 102.0))
    norm = critic.layers[1]
    # The means 100, -50 and, in the generator's step, -50 again, each with a tenth of the weight.
    expected = 0.1 * (100 * 0.81 - 50 * 0.9 - 50)
    np.testing.assert_allclose(norm.moving_mean.numpy(), [expected], rtol=1e-5)
    np.testing.assert_allclose(norm.moving_variance.numpy(), [0.729 + 0.1 * 4 * 0.81], rtol=1e-5)
    assert all(np.abs(weight).max() <= np.float32(0.01) for weight in weights(critic))
    np.testing.assert_allclose(norm.gamma.numpy(), [0.01])


def test_the_critic_is_served():
    function, specs = line().signatures()["critic"]
    assert specs["x"].shape.as_list() == [None, 1]
    score = function({"x": tf.constant([[0.0], [3.0]])})["score"]
    np.testing.assert_allclose(score, [1, 7])


@pytest.mark.parametrize("arguments", [{"n_critic": 0}, {"clip": 0.0}, {"clip": -1.0}])
def test_settings_without_sense_are_refused(arguments):
    with pytest.raises(ValueError, match="n_critic >= 1 and clip > 0"):
        line(**arguments)


def test_the_papers_settings_are_the_defaults():
    model = WGAN(constant([0.0]), affine([[1.0]]))
    assert (model.n_critic, model.clip) == (5, 0.01)


def test_the_plain_generator_is_four_relu_layers_without_norm():
    network = mlp.relu_generator(image_size=8)
    *hidden, last = of_type(network, keras.layers.Dense)
    assert [(layer.units, layer.activation.__name__) for layer in hidden] == [(512, "relu")] * 4
    assert (last.units, last.activation.__name__) == (8 * 8 * 3, "tanh")
    assert {type(layer).__name__ for layer in network.layers} == {"InputLayer", "Dense", "Reshape"}
