"""Rows a batch at a time, on one replica and on several."""

import numpy as np
import pytest
import tensorflow as tf
from contracts import two_replicas

from tfgan_zoo import data
from tfgan_zoo.evaluation import compare
from tfgan_zoo.hub import models
from tfgan_zoo.hub.index import list_configs
from tfgan_zoo.utils.batching import in_batches


def doubled(rows):
    return {"twice": 2 * rows["x"], "sum": rows["x"] + rows["y"]}


@pytest.mark.parametrize("count", [1, 2, 5, 8, 11])
@pytest.mark.parametrize("strategy", [None, "two"])
def test_every_row_comes_once_and_in_order(count, strategy):
    x, y = np.arange(count, dtype=np.float32), np.arange(count, dtype=np.float32)[::-1] * 100
    scope = two_replicas().scope() if strategy else tf.distribute.get_strategy().scope()
    with scope:
        found = in_batches(doubled, {"x": x, "y": y}, batch_size=2)
    np.testing.assert_array_equal(found["twice"], 2 * x)
    np.testing.assert_array_equal(found["sum"], x + y)


def test_batches_are_no_larger_than_asked_for():
    sizes = []
    in_batches(lambda x: sizes.append(len(x)) or x, np.zeros([7, 2]), batch_size=3)
    assert sizes == [3, 3, 1]


# Of latents alone, of latents at several sizes, of latents and codes: those of them that are in the zoo.
SHAPES = {"dcgan/fashion_mnist", "progressive_gan/fashion_mnist", "infogan/mnist"} & set(list_configs())


@pytest.mark.parametrize("config_id", sorted(SHAPES))
def test_two_replicas_generate_what_one_does(config_id):
    alone = models.load(config_id, smoke=True).generate(7, seed=3, batch_size=2)
    with two_replicas().scope():
        shared = models.load(config_id, smoke=True).generate(7, seed=3, batch_size=2)
    np.testing.assert_allclose(shared, alone, atol=1e-6)


def test_two_replicas_score_as_one(tmp_path):
    """Counts that divide neither by the batches nor by the replicas."""
    images = data.arrays("fashion_mnist_10k", image_size=32, fit="pad", take=497)["image"]
    np.save(tmp_path / "real.npy", images)

    def scores():
        return compare.evaluate(
            "dcgan/fashion_mnist",
            str(tmp_path / "real.npy"),
            ["fid", "is"],
            "classifier/fashion_mnist",
            samples=503,
        )

    alone = scores()
    with two_replicas().scope():
        shared = scores()
    assert [score["protocol"] for score in shared] == [score["protocol"] for score in alone]
    for one, other in zip(shared, alone):
        assert one["value"] == pytest.approx(other["value"], rel=1e-6)
