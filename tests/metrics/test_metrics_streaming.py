import subprocess
import sys

import keras
import numpy as np
import pytest
import tensorflow as tf

from tfgan_zoo import metrics


@pytest.fixture
def sets(rng):
    real = rng.normal(size=(90, 6)).astype(np.float32)
    return real, rng.normal(0.5, 2, size=(90, 6)).astype(np.float32)


def test_frechet_metric_is_the_function_of_all_batches(sets):
    real, fake = sets
    metric = metrics.FrechetDistance(6)
    for start in range(0, 90, 40):
        metric.update_state(real[start : start + 40], fake[start : start + 40])
    expected = metrics.frechet_distance(real, fake)
    assert float(metric.result()) == pytest.approx(expected, rel=1e-9)
    metric.reset_state()
    assert np.isnan(float(metric.result()))
    metric.update_state(real, real[:0])
    metric.update_state(real[:0], fake[:50])
    expected = metrics.frechet_distance(real, fake[:50])
    assert float(metric.result()) == pytest.approx(expected, rel=1e-9)


def test_frechet_metric_of_singular_covariances(sets):
    real, fake = (np.hstack([x, np.zeros_like(x)])[:5] for x in sets)
    metric = metrics.FrechetDistance(12)
    metric.update_state(real, fake)
    assert float(metric.result()) == pytest.approx(metrics.frechet_distance(real, fake), rel=1e-6)


@pytest.mark.parametrize("offset", [0, 1e6])
def test_frechet_metric_of_features_a_million_deviations_from_0(rng, offset):
    real, fake = offset + rng.normal(size=(500, 4)), offset + rng.normal(0.2, 1.5, size=(500, 4))
    metric = metrics.FrechetDistance(4)
    metric.update_state(real[:0], fake[:0])
    for start in range(0, 500, 50):
        metric.update_state(real[start : start + 50], fake[start : start + 50])
    assert float(metric.result()) == pytest.approx(metrics.frechet_distance(real, fake), rel=1e-6)


def test_each_start_has_an_origin_of_its_own(rng):
    metric = metrics.FrechetDistance(2)
    for offset in (-1e6, 1e6):
        metric.reset_state()
        real, fake = offset + rng.normal(size=(40, 2)), offset + rng.normal(size=(40, 2))
        metric.update_state(real, fake)
        assert float(metric.result()) == pytest.approx(metrics.frechet_distance(real, fake), rel=1e-6)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("name", ["FrechetDistance", "KernelDistance", "InceptionScore"])
def test_a_feature_that_is_no_number_is_told_as_by_the_functions(sets, name, bad):
    real, fake = sets
    fake[[3, 50], 1] = bad
    metric, told = {
        "FrechetDistance": (metrics.FrechetDistance(6), "fake has NaN or infinity in 2 of 90 rows"),
        "KernelDistance": (metrics.KernelDistance(), "fake has NaN or infinity in 2 of 90 rows"),
        "InceptionScore": (metrics.InceptionScore(6), "logits has NaN or infinity in 2 of 90 rows"),
    }[name]
    update = tf.function(metric.update_state)
    for rows in (slice(45), slice(45, 90)):
        update(*(side[rows] for side in ((fake,) if name == "InceptionScore" else (real, fake))))
    with pytest.raises(ValueError, match=told):
        metric.result()
    with pytest.raises(tf.errors.InvalidArgumentError, match="has NaN or infinity in some of its rows"):
        tf.function(metric.result)()
    metric.reset_state()
    metric.update_state(*((real,) if name == "InceptionScore" else (real, real)))
    assert np.isfinite(float(metric.result())) and np.isfinite(float(tf.function(metric.result)()))


def test_kernel_metric_is_the_mean_over_batches(sets):
    real, fake = sets
    metric = metrics.KernelDistance()
    for start in (0, 45):
        metric.update_state(real[start : start + 45], fake[start : start + 45])
    halves = slice(45), slice(45, 90)
    expected = np.mean([metrics.kernel_distance(real[s], fake[s]) for s in halves])
    assert float(metric.result()) == pytest.approx(expected, rel=1e-9)


def test_inception_metric_is_the_score_of_one_split(sets):
    logits = 5 * sets[0]
    metric = metrics.InceptionScore(6)
    for start in range(0, 90, 40):
        metric.update_state(logits[start : start + 40])
    expected = metrics.inception_score(logits, splits=1)[0]
    assert float(metric.result()) == pytest.approx(expected, rel=1e-9)


def test_metrics_come_back_from_their_config():
    for metric in (
        metrics.FrechetDistance(7, name="fd"),
        metrics.KernelDistance(),
        metrics.InceptionScore(3),
    ):
        config = keras.saving.serialize_keras_object(metric)
        again = keras.saving.deserialize_keras_object(config)
        assert type(again) is type(metric) and again.get_config() == metric.get_config()


def test_sample_weights_are_refused(sets):
    with pytest.raises(ValueError, match="sample_weight"):
        metrics.FrechetDistance(6).update_state(*sets, sample_weight=[1.0])


_REPLICAS = """
import numpy as np
import tensorflow as tf
cpu = tf.config.list_physical_devices("CPU")[0]
tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)
from tfgan_zoo import metrics

rng = np.random.default_rng(0)
real = 1e6 + rng.normal(size=(80, 6))
fake = 1e6 + rng.normal(0.5, 2, size=(80, 6))
strategy = tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])
with strategy.scope():
    frechet, score = metrics.FrechetDistance(6), metrics.InceptionScore(6)
data = tf.data.Dataset.from_tensor_slices((real, fake)).batch(20)

@tf.function
def step(real, fake):
    frechet.update_state(real, fake)
    score.update_state(fake)

for batch in strategy.experimental_distribute_dataset(data):
    strategy.run(step, batch)
np.testing.assert_allclose(frechet.result(), metrics.frechet_distance(real, fake), rtol=1e-6)
np.testing.assert_allclose(score.result(), metrics.inception_score(fake, 1)[0], rtol=1e-9)
frechet.reset_state()
strategy.run(step, next(iter(strategy.experimental_distribute_dataset(data))))
expected = metrics.frechet_distance(real[:20], fake[:20])
np.testing.assert_allclose(frechet.result(), expected, rtol=1e-6)
"""


def test_two_replicas_give_the_value_of_one():
    subprocess.run([sys.executable, "-c", _REPLICAS], check=True)
