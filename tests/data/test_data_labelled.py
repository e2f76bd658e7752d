"""Few labels of many: which are kept, what labelled batches are made of, what is refused."""

import itertools

import numpy as np
import pytest

from tfgan_zoo import data


def numbered(labels):
    """Images whose only pixel is the example's number, with these labels."""
    return {"image": np.arange(len(labels), dtype=np.uint8).reshape(-1, 1, 1, 1), "label": np.array(labels)}


# Sixty examples of class 0, thirty of class 1, ten of class 7.
LABELS = [0] * 60 + [1] * 30 + [7] * 10
IMAGES = numbered(LABELS)


def numbers(images):
    return np.round((images + 1) * 127.5).astype(int).ravel()


def kept(**arguments):
    """The numbers of the examples that keep their labels."""
    found = data.arrays(IMAGES, **arguments)
    rows = np.flatnonzero(found["label"] != -1)
    np.testing.assert_array_equal(found["label"][rows], IMAGES["label"][rows])
    np.testing.assert_array_equal(found["labelled_image"].ravel(), rows)
    np.testing.assert_array_equal(found["labelled_label"], IMAGES["label"][rows])
    assert len(found["image"]) == len(found["label"]) == 100
    return rows.tolist()


def test_as_many_of_each_class_keep_their_labels():
    rows = kept(labelled=12)
    assert np.unique(IMAGES["label"][rows], return_counts=True)[1].tolist() == [4, 4, 4]
    assert kept(labelled=12) == rows != kept(labelled=12, labelled_seed=1)


def test_more_labels_of_a_seed_are_those_of_fewer_and_others():
    assert set(kept(labelled=12)) < set(kept(labelled=30))


def first(count, **arguments):
    return list(itertools.islice(data.load(IMAGES, start_step=0, **arguments).as_numpy_iterator(), count))


def test_each_batch_brings_a_labelled_batch_of_its_own():
    """It has every labelled example once before it has any again, each time in another order."""
    batches = first(12, batch_size=10, labelled=15)
    for batch in batches:
        assert batch["labelled_image"].shape == (10, 1, 1, 1) and batch["labelled_label"].dtype == np.int32
        of_image = IMAGES["label"][numbers(batch["labelled_image"])]
        np.testing.assert_array_equal(of_image, batch["labelled_label"])
    drawn = np.concatenate([numbers(batch["labelled_image"]) for batch in batches]).reshape(-1, 15)
    for each in drawn:
        assert sorted(each) == kept(labelled=15)
    assert len({tuple(each) for each in drawn}) == 8


def test_all_images_are_there_and_those_without_a_label_have_minus_one():
    batches = first(10, batch_size=10, labelled=12)
    seen = np.concatenate([numbers(batch["image"]) for batch in batches])
    labels = np.concatenate([batch["label"] for batch in batches])
    assert sorted(seen) == list(range(100))
    assert sorted(seen[labels != -1]) == kept(labelled=12)


def test_the_seed_of_the_order_does_not_choose_the_labels():
    one, other = (first(20, batch_size=10, labelled=12, seed=seed) for seed in (0, 1))
    sets = [{*np.concatenate([numbers(batch["labelled_image"]) for batch in each])} for each in (one, other)]
    assert sets[0] == sets[1]
    assert any((a["labelled_image"] != b["labelled_image"]).any() for a, b in zip(one, other))


def test_a_stream_goes_on_where_another_one_was_left():
    later = data.load(IMAGES, batch_size=10, labelled=12, start_step=13)
    batch = next(later.as_numpy_iterator())
    for key, values in first(14, batch_size=10, labelled=12)[13].items():
        np.testing.assert_array_equal(values, batch[key])


def test_epochs_go_through_the_labelled_examples_as_the_stream_does():
    epoch = list(data.load(IMAGES, batch_size=30, labelled=12).as_numpy_iterator())
    assert len(epoch) == 3
    for one, other in zip(epoch, first(3, batch_size=30, labelled=12)):
        np.testing.assert_array_equal(one["labelled_image"], other["labelled_image"])


def test_labels_of_minus_one_in_arrays_stand_for_none():
    given = numbered([0, 1, -1, -1, 0, -1])
    batch = next(iter(data.load(given, batch_size=6, shuffle=False)))
    assert batch["label"].numpy().tolist() == [0, 1, -1, -1, 0, -1]
    assert numbers(batch["labelled_image"].numpy()).tolist() == [0, 1, 4] * 2
    assert batch["labelled_label"].numpy().tolist() == [0, 1, 0] * 2
    # They are never chosen.
    assert sorted(data.arrays(given, labelled=2)["labelled_label"].tolist()) == [0, 1]


@pytest.mark.parametrize("labels", [[0, 1, 0], [-1, -1, -1]])
def test_where_all_or_none_have_a_label_nothing_is_drawn(labels):
    assert set(data.arrays(numbered(labels))) == {"image", "label"}


def test_what_is_known_of_the_data():
    info = data.info(IMAGES, labelled=12)
    assert (info.num_examples, info.num_labelled, info.label_counts) == (100, 12, {0: 4, 1: 4, 7: 4})
    assert info.elements["labelled_image"] == ((1, 1, 1), "float32") and info.num_classes == 8
    assert data.info(IMAGES).num_labelled is None


@pytest.mark.parametrize(
    "given, count, told",
    [
        (IMAGES, 10, "labelled=10 is no multiple of the 3 classes of arrays, .* give 12"),
        (IMAGES, 33, "takes 11 examples of each class, and arrays has 10 of class 7; give 30 or fewer"),
        (IMAGES, 102, "labelled=102 is more than the 100 examples of arrays that have a label"),
        (numbered([-1, -1]), 2, "labelled=2 is more than the 0 examples"),
        ({"image": IMAGES["image"]}, 3, "labelled=3 takes images with labels, and arrays has image; leave it out"),
    ],
)
def test_what_cannot_be_chosen_is_refused(given, count, told):
    with pytest.raises(ValueError, match=told):
        data.arrays(given, labelled=count)
