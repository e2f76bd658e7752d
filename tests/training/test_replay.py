"""The replay pool: what goes in, what comes out."""

import numpy as np
import pytest
import tensorflow as tf

from tfgan_zoo.training.noise import StepNoise
from tfgan_zoo.training.replay import ReplayPool


def fakes(first, count=4):
    return tf.reshape(tf.range(first, first + count, dtype=tf.float32), [count, 1])


def test_an_empty_pool_changes_nothing():
    pool = ReplayPool(8, [1])
    np.testing.assert_array_equal(pool.mix(fakes(0), StepNoise(0, 0)), fakes(0))


def test_every_second_fake_is_an_old_one():
    pool = ReplayPool(8, [1])
    pool.store(fakes(100), StepNoise(0, 0))
    shown = pool.mix(fakes(0), StepNoise(0, 1)).numpy().ravel()
    assert shown[1::2].tolist() == [1, 3]
    assert set(shown[::2]) <= {100, 101, 102, 103}


def test_the_pool_fills_in_order_and_around_its_end():
    pool = ReplayPool(6, [1])
    pool.store(fakes(0), StepNoise(0, 0))
    pool.store(fakes(10), StepNoise(0, 1))
    assert pool.slots.numpy().ravel().tolist() == [12, 13, 2, 3, 10, 11]
    assert int(pool.stored.numpy()) == 6


def test_a_full_pool_forgets_as_many_as_it_stores_at_random_places():
    pool = ReplayPool(8, [1])
    for step in range(2):
        pool.store(fakes(4 * step), StepNoise(0, step))
    places = set()
    for step in range(2, 8):
        before = pool.slots.numpy().ravel()
        pool.store(fakes(100 * step), StepNoise(0, step))
        now = pool.slots.numpy().ravel()
        assert sorted(set(now) - set(before)) == [100 * step + i for i in range(4)]
        places.add(tuple(np.flatnonzero(now != before)))
    assert len(places) > 1


def test_old_fakes_are_drawn_from_all_slots():
    pool = ReplayPool(8, [1])
    for step in range(2):
        pool.store(fakes(4 * step), StepNoise(0, step))
    seen = set()
    for step in range(60):
        seen |= set(pool.mix(fakes(100), StepNoise(1, step)).numpy().ravel()[::2])
    assert seen == set(range(8))


def test_a_batch_larger_than_the_pool_is_refused():
    with pytest.raises(ValueError, match="pool of 2 slots cannot take 4"):
        ReplayPool(2, [1]).store(fakes(0), StepNoise(0, 0))


def test_an_odd_batch_is_refused():
    with pytest.raises(ValueError, match="fixed, even size; got 3"):
        ReplayPool(8, [1]).mix(fakes(0, count=3), StepNoise(0, 0))
