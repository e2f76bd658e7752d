"""The operations that a benchmark counts, against a count by hand, and the rates made of them."""

from types import SimpleNamespace

import numpy as np
import pytest
import tensorflow as tf
from contracts import two_replicas

from tfgan_zoo import data
from tfgan_zoo.benchmarks import peak, training
from tfgan_zoo.hub import models
from tfgan_zoo.hub.config import load_config

BATCH = 8


def counted(config_id, **overrides):
    model = models.build(load_config(config_id, overrides, smoke=True))
    batch = BATCH * model.batches_per_step
    stream = data.load(training.noise_like(model, 2 * batch), batch_size=batch, start_step=0)
    return training.operations_per_step(model, stream)


def dense(inputs, outputs):
    return 2 * inputs * outputs


def convolution(side, inputs, outputs):
    """5x5, counted on the side of its smaller maps, whichever way it goes."""
    return 2 * 5 * 5 * inputs * outputs * side * side


def step(generator, discriminator, discriminator_steps=1):
    """One train step over a batch; each network is the list of its layers' operations.

    A layer costs as much for the gradient of its weights, and for that of its input, as forward.
    """
    g, d = sum(generator), sum(discriminator)
    discriminator_step = g + 2 * (d + d + d - discriminator[0])
    generator_step = g + d + d + g + g - generator[0]
    return BATCH * (discriminator_steps * discriminator_step + generator_step)


def test_dcgan_operations_by_hand():
    # Width 4 at 16x16 from 8 latents: 4x4x8 -> 8x8x4 -> 16x16x1, and back.
    generator = [dense(8, 128), convolution(4, 8, 4), convolution(8, 4, 1)]
    discriminator = [convolution(8, 1, 4), convolution(4, 4, 8), dense(128, 1)]
    assert counted("dcgan/fashion_mnist") == step(generator, discriminator)


@pytest.mark.parametrize("k", [1, 3])
def test_mlp_gan_operations_by_hand(k):
    generator = [dense(2, 8), dense(8, 8), dense(8, 2)]
    discriminator = [dense(2, 8), dense(8, 8), dense(8, 1)]
    expected = step(generator, discriminator, k)
    assert counted("gan/ring8", **{"system_args.k": k}) == expected


def test_a_step_that_branches_has_no_one_count():
    def train_step(x):
        return tf.switch_case(tf.cast(x[0, 0], tf.int32), [lambda: x @ x, lambda: x])

    with pytest.raises(ValueError, match="differs from step to step"):
        training.operations_per_step(SimpleNamespace(train_step=train_step), [tf.ones([2, 2])])


@pytest.mark.parametrize("config_id, key, shape", [("gan/ring8", "x", (5, 2)), ("dcgan/mnist", "image", (5, 16, 16, 1))])
def test_noise_has_the_shape_of_the_data(config_id, key, shape):
    model = models.build(load_config(config_id, smoke=True))
    noise = training.noise_like(model, 5)
    assert noise[key].shape == shape and noise[key].std() > 0
    assert all(len(array) == 5 for array in noise.values())


@pytest.fixture
def measured(monkeypatch):
    """A function that measures steps of a tiny config; gives the result and the steps it trained."""
    monkeypatch.setattr(training, "convolution_peak", lambda: 200.0)

    def measure(steps):
        made = []

        def build(config):
            made.append(zoo_build(config))
            return made[0]

        zoo_build = models.build
        monkeypatch.setattr(models, "build", build)
        result = training.measure(load_config("gan/ring8", smoke=True), steps, repeats=3)
        return result, int(made[0].step.numpy())

    return measure


def test_the_rates_of_a_measurement_agree(measured):
    # One step is less than an execution of two, which is then the least to time.
    result, trained = measured(1)
    assert result["steps"] == 2 and trained == 2 + 3 * (2 + 2)
    assert result["images_per_second"] * result["step_milliseconds"] == pytest.approx(1e3 * BATCH)
    per_second = result["gflop_per_step"] * 1e3 / result["step_milliseconds"]
    assert result["gflop_per_second"] == pytest.approx(per_second)
    assert result["share_of_peak"] == pytest.approx(per_second / 200)
    assert result["convolution_peak_gflop_per_second"] == 200
    assert 50 < result["peak_memory_mib"] < 100_000
    text = training.describe(result)
    assert text.startswith("gan/ring8, 8 examples a step, 2 steps") and "200 GFLOP/s" in text


def test_the_steps_reported_are_those_trained_after_a_first_execution(measured):
    result, trained = measured(3)
    assert result["steps"] == 4 and trained == 2 + 3 * (4 + 2)


def test_the_convolution_peak_is_plausible():
    assert 1 < peak.convolution_peak(seconds=0.4) < 1e6


def test_two_replicas_share_a_batch_and_exchange_gradients():
    config = load_config("gan/ring8", smoke=True)
    result = training.measure(config, steps=2, repeats=1, strategy=two_replicas())
    weights = sum(
        np.prod(variable.shape)
        for player in ("discriminator", "generator")
        for variable in models.build(config).player_variables(player)
    )
    assert result["replicas"] == 2 and result["batch"] == config.train.batch_size
    assert result["exchanged_mib"] == 4 * weights / 2**20 and result["exchange_milliseconds"] > 0
    assert "on 2 replicas" in training.describe(result) and "of gradients takes" in training.describe(result)


def test_how_fit_begins_and_ends_is_not_timed(monkeypatch):
    """A clock that only these move: 50 seconds to begin, 3 for each execution of 2 steps, 60 to end."""
    now = SimpleNamespace(time=0.0, steps=0)
    monkeypatch.setattr(training, "time", SimpleNamespace(perf_counter=lambda: now.time))
    model = SimpleNamespace(step=SimpleNamespace(numpy=lambda: now.steps), steps_per_execution=2)

    def fit(stream, steps_per_epoch, verbose, callbacks):
        now.time += 50
        for _ in range(steps_per_epoch // 2):
            now.time += 3
            now.steps += 2
            for callback in callbacks:
                callback.set_model(model)
                callback.on_train_batch_end(0)
        now.time += 60

    model.fit = fit
    assert training._time(model, None, 10) == 5 * 3
    assert now.steps == 12
