"""Replay pools and stored examples: what goes in, what comes out."""

import numpy as np
import pytest
import tensorflow as tf

from tfgan_zoo.core.replay import ExampleStore, HistoryPool, ReplayPool
from tfgan_zoo.random.noise import StepNoise


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


def exchanged(pool, first, step, count=2):
    return pool.exchange(fakes(first, count), StepNoise(0, step)).numpy().ravel().tolist()


def test_history_until_it_is_full_every_fake_is_stored_and_given_back():
    pool = HistoryPool(5, [1])
    assert [exchanged(pool, 10 * step, step) for step in range(3)] == [[0, 1], [10, 11], [20, 21]]
    # The batch that fills it is stored whole.
    assert pool.slots.numpy().ravel().tolist() == [21, 1, 10, 11, 20]
    assert int(pool.stored.numpy()) == 5


def test_history_once_full_gives_an_old_fake_for_the_new_one_or_the_new_one_itself():
    pool = HistoryPool(4, [1])
    for step in range(2):
        exchanged(pool, 10 * step, step)
    swapped = 0
    for step in range(2, 202):
        before = pool.slots.numpy().ravel().tolist()
        shown = exchanged(pool, 10 * step, step)
        after = pool.slots.numpy().ravel().tolist()
        new = [10 * step, 10 * step + 1]
        for fake, given in zip(new, shown):
            if given == fake:
                assert fake not in after
            else:
                # What was given leaves, and the new one has its very slot.
                assert given in before and after[before.index(given)] == fake
                swapped += 1
        assert sum(a != b for a, b in zip(before, after)) == sum(s not in new for s in shown)
    # Half of 400; the deviation is 10.
    assert 160 < swapped < 240


def test_history_gives_back_from_every_slot():
    pool = HistoryPool(6, [1])
    places = set()
    for step in range(60):
        before = pool.slots.numpy().ravel()
        exchanged(pool, 10 * step, step)
        if step >= 3:
            places |= set(np.flatnonzero(before != pool.slots.numpy().ravel()))
    assert places == set(range(6))


def test_history_refuses_a_batch_larger_than_itself():
    with pytest.raises(ValueError, match="pool of 2 slots cannot take 4"):
        HistoryPool(2, [1]).exchange(fakes(0), StepNoise(0, 0))


@pytest.mark.parametrize(
    "look",
    [
        lambda fakes: HistoryPool(8, [1]).exchange(fakes, StepNoise(0, 0)),
        lambda fakes: ReplayPool(8, [1]).store(fakes, StepNoise(0, 0)),
        lambda fakes: ReplayPool(8, [1]).mix(fakes, StepNoise(0, 0)),
    ],
    ids=["exchange", "store", "mix"],
)
def test_a_batch_of_no_fixed_size_is_refused(look):
    with pytest.raises(ValueError, match="batches of a fixed.* size.*with drop_remainder=True"):
        tf.function(look, input_signature=[tf.TensorSpec([None, 1])])(fakes(0))


def test_a_store_keeps_the_first_examples_and_no_later_ones():
    store = ExampleStore(8, [1])
    store.keep(fakes(0))
    assert store.held().ravel().tolist() == [0, 1, 2, 3]
    for first in (4, 100, 200):
        store.keep(fakes(first))
    assert store.held().ravel().tolist() == list(range(8))


def test_a_store_draws_by_the_weights_of_what_it_holds():
    store = ExampleStore(8, [1])
    store.keep(fakes(10))
    store.weigh([0.5, 0.0, 0.125, 0.375])
    drawn = store.draw(4000, StepNoise(0, 0)).numpy().ravel()
    shares = [np.mean(drawn == value) for value in (10, 11, 12, 13)]
    np.testing.assert_allclose(shares, [0.5, 0.0, 0.125, 0.375], atol=5 * np.sqrt(0.25 / 4000))
    assert set(drawn) == {10, 12, 13}
    assert not np.array_equal(drawn, store.draw(4000, StepNoise(0, 1)).numpy().ravel())
