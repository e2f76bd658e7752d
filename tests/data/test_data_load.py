import itertools
import subprocess
import sys
import textwrap

import keras
import numpy as np
import pytest
import tensorflow as tf

from tfgan_zoo import data
from tfgan_zoo.data.order import shuffled


def numbered(n):
    """Images whose only pixel, and label, are the example's number."""
    return {"image": np.arange(n, dtype=np.uint8).reshape(n, 1, 1, 1), "label": np.arange(n)}


def labels(dataset, batches=None):
    return [batch["label"].tolist() for batch in itertools.islice(dataset.as_numpy_iterator(), batches)]


def test_the_order_is_index_shuffle_of_seed_and_epoch():
    stream = data.load(numbered(20), batch_size=5, seed=7, start_step=0)
    index = tf.range(20, dtype=tf.int64)
    shuffle = tf.random.experimental.index_shuffle
    expected = [shuffle(index, [7, epoch], 19).numpy() for epoch in range(3)]
    assert labels(stream, 12) == np.reshape(expected, [12, 5]).tolist()


def test_same_seed_same_batches_and_other_seed_other_batches():
    def first(seed):
        return labels(data.load(numbered(100), batch_size=10, seed=seed))

    assert first(3) == first(3)
    assert len({str(first(seed)) for seed in (0, 1, 256, 512, 2**31, 2**32, 2**40, 10**30)}) == 8


def test_later_epochs_do_not_repeat_the_first_256():
    index = tf.range(64, dtype=tf.int64)
    epochs = [tf.constant(epoch, tf.int64) for epoch in range(0, 2000, 7)]
    assert len({tuple(shuffled(index, 0, epoch, 10_000).numpy()) for epoch in epochs}) == len(epochs)
    order = shuffled(tf.range(1000, dtype=tf.int64), 2**35 + 1, tf.constant(2**20, tf.int64), 1000)
    assert sorted(order.numpy()) == list(range(1000))


@pytest.mark.parametrize("start", [0, 1, 4, 5, 13])
def test_a_stream_starts_at_any_step_of_the_finite_iterations(start):
    dataset = data.load(numbered(23), batch_size=4, seed=1)
    epochs = [batch for _ in range(4) for batch in labels(dataset)]
    stream = data.load(numbered(23), batch_size=4, seed=1, start_step=start)
    assert labels(stream, 6) == epochs[start : start + 6]


def test_a_stream_far_on_continues_where_an_earlier_one_arrives():
    near, far = (data.load(numbered(23), batch_size=4, start_step=step) for step in (10**12, 10**12 + 8))
    assert labels(near, 10)[8:] == labels(far, 2)


def test_every_example_exactly_once_an_epoch():
    dataset = data.load(numbered(60), batch_size=6)
    for _ in range(3):
        assert sorted(sum(labels(dataset), [])) == list(range(60))


def test_what_does_not_fill_a_batch_is_left_out():
    dataset = data.load(numbered(23), batch_size=4)
    assert len(dataset) == 5
    epochs = [sum(labels(dataset), []) for _ in range(6)]
    assert all(len(set(epoch)) == 20 for epoch in epochs)
    assert set().union(*epochs) == set(range(23))


def test_in_order_without_shuffle():
    dataset = data.load(numbered(10), batch_size=4, shuffle=False)
    assert labels(dataset) == labels(dataset) == [[0, 1, 2, 3], [4, 5, 6, 7]]
    stream = data.load(numbered(10), batch_size=4, shuffle=False, start_step=3)
    assert labels(stream, 2) == [[4, 5, 6, 7], [0, 1, 2, 3]]


def test_images_and_labels_stay_together():
    for batch in data.load(numbered(200), batch_size=50).as_numpy_iterator():
        np.testing.assert_allclose((batch["image"].ravel() + 1) * 127.5, batch["label"], atol=1e-4)


def test_floats_span_minus_one_to_one():
    images = np.array([0, 255, 51], np.uint8).reshape(3, 1, 1, 1)
    batch = next(iter(data.load(images, batch_size=3, shuffle=False)))
    assert batch["image"].dtype == tf.float32
    np.testing.assert_allclose(batch["image"].numpy().ravel(), [-1.0, 1.0, -0.6], atol=1e-6)
    assert batch["image"].numpy().min() == -1.0 and batch["image"].numpy().max() == 1.0


@pytest.mark.parametrize("start_step", [None, 3])
def test_batches_have_static_shapes(start_step):
    spec = data.load("fashion_mnist_10k", batch_size=32, start_step=start_step).element_spec
    assert spec["image"] == tf.TensorSpec([32, 28, 28, 1], tf.float32)
    assert spec["label"] == tf.TensorSpec([32], tf.int32)
    assert data.load("toy/ring8", batch_size=8).element_spec == {"x": tf.TensorSpec([8, 2], tf.float32)}


def test_cardinality():
    assert len(data.load(numbered(23), batch_size=4)) == 5
    stream = data.load(numbered(23), batch_size=4, start_step=0)
    assert stream.cardinality() == tf.data.INFINITE_CARDINALITY


@pytest.mark.parametrize(
    "arguments, message",
    [
        ({"batch_size": 24}, "batch_size 24 is more than the 23 examples"),
        ({"batch_size": 0}, "batch_size must be at least 1"),
        ({"seed": -1}, "seed must be at least 0"),
        ({"start_step": -1}, "start_step must be at least 0"),
        ({"fit": "zoom"}, "crop, pad, stretch"),
        ({"channels": 2}, "channels must be 1, 3 or None"),
        ({"image_size": 0}, "image_size must be"),
        ({"take": 24}, "take must be between 1 and 23"),
    ],
)
def test_wrong_arguments(arguments, message):
    with pytest.raises(ValueError, match=message):
        data.load(numbered(23), **{"batch_size": 4, **arguments})


def test_a_glance_at_the_first_batch_does_not_count_as_an_epoch():
    dataset = data.load(numbered(20), batch_size=5)
    first = labels(dataset, 1)
    labels(dataset, 3)
    assert labels(dataset)[:1] == first
    assert labels(dataset)[:1] != first


@keras.saving.register_keras_serializable("tfgan_zoo_tests")
class Recorder(keras.Model):
    """A model that learns nothing and notes the labels that it is given."""

    def __init__(self):
        super().__init__()
        self.seen = []
        self.built = True

    def train_step(self, batch):
        tf.py_function(lambda values: self.seen.append(values.numpy().tolist()), [batch["label"]], [])
        return {"loss": tf.constant(0.0)}


def test_fit_sees_the_batches_of_the_stream():
    model = Recorder()
    model.compile()
    model.fit(data.load(numbered(23), batch_size=4, seed=2), epochs=3, verbose=0)
    assert model.seen == labels(data.load(numbered(23), batch_size=4, seed=2, start_step=0), 15)


def test_fit_over_the_stream_and_over_a_resumed_one():
    model = Recorder()
    model.compile()
    model.fit(data.load(numbered(23), batch_size=4, start_step=0), epochs=2, steps_per_epoch=4, verbose=0)
    model.fit(data.load(numbered(23), batch_size=4, start_step=8), epochs=1, steps_per_epoch=4, verbose=0)
    assert model.seen == labels(data.load(numbered(23), batch_size=4, start_step=0), 12)


REPLICAS = """
    import keras, numpy as np, tensorflow as tf
    tf.config.set_logical_device_configuration(
        tf.config.list_physical_devices("CPU")[0], [tf.config.LogicalDeviceConfiguration()] * 2)
    from tfgan_zoo import data

    def load(start_step=None):
        arrays = {"image": np.zeros([100, 1, 1, 1], np.uint8), "label": np.arange(100)}
        return data.load(arrays, batch_size=8, seed=5, start_step=start_step)

    def joined(values):
        return np.concatenate([part.numpy() for part in strategy.experimental_local_results(values)]).tolist()

    class Recorder(keras.Model):
        def __init__(self):
            super().__init__()
            self.total = self.add_weight(shape=[36], dtype="int32", initializer="zeros")
            self.step = self.add_weight(shape=[], dtype="int32", initializer="zeros")
            self.built = True

        def train_step(self, batch):
            context = tf.distribute.get_replica_context()
            own = tf.reduce_sum(tf.square(batch["label"] + 1))
            whole = context.all_reduce("sum", own)
            self.total.assign_add(tf.one_hot(self.step, 36, dtype=tf.int32) * whole)
            self.step.assign_add(1)
            return {"loss": tf.constant(0.0)}

    strategy = tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])
    expected = [b["label"].tolist() for b in load(0).take(36).as_numpy_iterator()]
    with strategy.scope():
        inside = load()
        model = Recorder()
        model.compile()
    for dataset in (load(), inside):
        distributed = strategy.experimental_distribute_dataset(dataset)
        assert strategy.experimental_local_results(next(iter(distributed))["label"])[0].shape == [4]
        seen = [joined(batch["label"]) for _ in range(3) for batch in distributed]
        assert seen == expected, (seen, expected)
    resumed = strategy.experimental_distribute_dataset(load(17).take(12))
    assert [joined(batch["label"]) for batch in resumed] == expected[17:29]
    model.fit(load(), epochs=3, verbose=0)
    assert model.total.numpy().tolist() == [int(np.sum(np.square(np.add(b, 1)))) for b in expected]
"""


def test_two_replicas_share_the_batches_of_one():
    program = textwrap.dedent(REPLICAS)
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr[-3000:]
