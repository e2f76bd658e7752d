import numpy as np
import pytest

from tfgan_zoo import data
from tfgan_zoo.data import pairs, prepared

A, B = "avatars/avataaars", "avatars/personas"
PAIR = f"unpaired/{A}+{B}"


def write(name, count, test=2):
    """Images of the grey of their number, with attributes that repeat it."""
    numbers = np.arange(count, dtype=np.uint8)
    arrays = {
        "image": np.broadcast_to(numbers[:, None, None, None], [count, 2, 2, 3]),
        "attributes": np.repeat(numbers[:, None].astype(np.int32), 7, 1),
    }
    splits = {"train": count - test, "test": test}
    prepared.write(name, prepared.Built(arrays, splits, {}, {}, ""))


@pytest.fixture
def domains():
    write(A, 14)
    write(B, 32)


def numbers(dataset, key, batches=None):
    taken = dataset if batches is None else dataset.take(batches)
    return [batch[key][:, 0].tolist() for batch in taken.as_numpy_iterator()]


def epoch(dataset, key):
    return sum(numbers(dataset, key), [])


def test_an_epoch_has_the_smaller_domains_length(domains):
    dataset = data.load(PAIR, batch_size=3)
    assert len(dataset) == 4 and data.info(PAIR).num_examples == 12
    assert {key: value.shape for key, value in dataset.element_spec.items()} == {
        "image_a": (3, 2, 2, 3),
        "image_b": (3, 2, 2, 3),
        "attributes_a": (3, 7),
        "attributes_b": (3, 7),
    }


def test_each_domain_comes_whole_and_in_an_order_of_its_own(domains):
    dataset = data.load(PAIR, batch_size=3, seed=5)
    assert sorted(epoch(dataset, "attributes_a")) == list(range(12))
    others = [epoch(dataset, "attributes_b") for _ in range(30)]
    assert all(len(set(other)) == 12 for other in others)
    assert set().union(*others) == set(range(30))


def test_the_pairs_change_from_epoch_to_epoch():
    write(A, 52), write(B, 52)
    stream = data.load(PAIR, batch_size=50, start_step=0).take(2)
    batches = stream.as_numpy_iterator()
    first, second = [dict(zip(b["attributes_a"][:, 0], b["attributes_b"][:, 0])) for b in batches]
    assert sorted(first) == sorted(second) == sorted(first.values()) == list(range(50))
    assert sum(first[key] == key for key in first) < 10
    assert sum(first[key] == second[key] for key in first) < 10


def test_images_and_attributes_of_a_domain_stay_together(domains):
    for batch in data.load(PAIR, batch_size=12).as_numpy_iterator():
        for letter in "ab":
            greys = (batch[f"image_{letter}"][:, 0, 0, 0] + 1) * 127.5
            np.testing.assert_allclose(greys, batch[f"attributes_{letter}"][:, 0], atol=1e-4)


def test_same_seed_same_batches_and_a_stream_starts_at_any_step(domains):
    whole = data.load(PAIR, batch_size=3, seed=1, start_step=0)
    for key in ("attributes_a", "attributes_b"):
        expected = numbers(whole, key, 12)
        assert numbers(data.load(PAIR, batch_size=3, seed=1, start_step=5), key, 7) == expected[5:]
        assert sum((numbers(d, key) for d in [data.load(PAIR, batch_size=3, seed=1)] * 3), []) == expected
        assert numbers(data.load(PAIR, batch_size=3, seed=2, start_step=0), key, 12) != expected


@pytest.mark.parametrize("key", ["attributes_a", "attributes_b"])
def test_a_domain_alone_keeps_its_order(domains, key):
    """Leaving out a domain changes the length of an epoch and nothing else."""
    alone = data.load(PAIR, batch_size=3, seed=1, start_step=0, keys=[key])
    assert set(alone.element_spec) == {key}
    assert numbers(alone, key, 4) == numbers(data.load(PAIR, batch_size=3, seed=1, start_step=0), key, 4)


def test_without_shuffle_both_are_in_stored_order(domains):
    dataset = data.load(PAIR, batch_size=4, shuffle=False)
    assert epoch(dataset, "attributes_a") == epoch(dataset, "attributes_b") == list(range(12))


def test_arrays_of_each_domain_are_whole(domains):
    assert {key: len(array) for key, array in data.arrays(PAIR).items()} == {
        "image_a": 12,
        "attributes_a": 12,
        "image_b": 30,
        "attributes_b": 30,
    }
    assert len(data.arrays(PAIR, "test", take=1)["image_b"]) == 1


def test_domains_without_attributes_and_a_form_for_both():
    write(A, 14)
    found = data.load(f"unpaired/{A}+fashion_mnist_10k", batch_size=4, image_size=8, channels=1).element_spec
    assert {key: spec.shape for key, spec in found.items()} == {
        "image_a": (4, 8, 8, 1),
        "image_b": (4, 8, 8, 1),
        "attributes_a": (4, 7),
    }


def test_a_union_has_the_rows_of_both_and_says_whose_they_are(domains):
    found = data.arrays(f"union/{A}+{B}")
    numbers = [*range(12), *range(30)]
    assert found["attributes"][:, 0].tolist() == found["image"][:, 0, 0, 0].tolist() == numbers
    assert found["label"].tolist() == [0] * 12 + [1] * 30
    assert data.info(f"union/{A}+{B}").class_names == (A, B)
    assert len(data.arrays(f"union/{A}+{B}", "test", take=1)["image"]) == 2


def test_a_union_keeps_attributes_that_both_have(domains):
    assert set(data.arrays(f"union/{A}+fashion_mnist_10k", image_size=2, channels=3)) == {"image", "label"}


@pytest.mark.parametrize("operator", ["unpaired", "union"])
@pytest.mark.parametrize("names", [A, "", f"{A}+", f"{A}+{B}+{A}"])
def test_two_domains_are_two(operator, names):
    with pytest.raises(ValueError, match=f"{operator}/NAME\\+NAME"):
        data.load(f"{operator}/{names}")


@pytest.mark.parametrize("name", ["edges/toy/ring8", "unpaired/toy/ring8+toy/ring8"])
def test_points_have_no_pairs(name):
    with pytest.raises(ValueError, match="needs image, and toy/ring8 has x"):
        data.load(name)


@pytest.mark.parametrize("name", [f"edges/{B}", PAIR])
def test_what_is_not_prepared_says_the_command(name):
    with pytest.raises(FileNotFoundError, match="tfgan-zoo prepare avatars --seed 0"):
        data.load(name)


def sobel(luma):
    """The gradient's magnitude by the definition, in steps from black (0) to white (1)."""
    kernel = np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]]) / 4
    padded = np.pad(luma / 255, 1, mode="edge")
    windows = np.lib.stride_tricks.sliding_window_view(padded, (3, 3))
    return np.hypot((windows * kernel).sum((2, 3)), (windows * kernel.T).sum((2, 3)))


def test_edges_are_where_sobel_is_large():
    images = np.random.default_rng(0).integers(0, 256, [3, 9, 7, 3], np.uint8) // 2
    luma = images @ np.array([0.299, 0.587, 0.114])
    expected = np.stack([np.where(sobel(each) > pairs.EDGE_THRESHOLD, 0, 255) for each in luma])
    assert 0.1 < (expected == 0).mean() < 0.9
    np.testing.assert_array_equal(pairs.edge_map(images)[..., 0], expected)


def test_a_square_gets_an_outline():
    image = np.full([1, 12, 12, 1], 200, np.uint8)
    image[:, 4:8, 4:8] = 100
    lines = pairs.edge_map(image)[0, ..., 0] == 0
    expected = np.zeros([12, 12], bool)
    expected[3:9, 3:9] = True
    expected[5:7, 5:7] = False
    np.testing.assert_array_equal(lines, expected)


def test_edges_of_a_data_set():
    dataset = data.load("edges/fashion_mnist_10k", batch_size=50, image_size=32, fit="pad", channels=3)
    assert {key: (spec.shape, spec.dtype.name) for key, spec in dataset.element_spec.items()} == {
        "condition": ((50, 32, 32, 1), "float32"),
        "image": ((50, 32, 32, 3), "float32"),
    }
    batch = next(dataset.as_numpy_iterator())
    images = np.rint((batch["image"] + 1) * 127.5).astype(np.uint8)
    np.testing.assert_array_equal(batch["condition"], pairs.edge_map(images) / 127.5 - 1)
    assert set(np.unique(batch["condition"])) == {-1.0, 1.0} and batch["condition"][0, 0, 0, 0] == 1


def write_scenes(layouts):
    images = np.random.default_rng(0).integers(0, 256, [*layouts.shape, 3], np.uint8)
    arrays = {"image": images, "layout": layouts, "caption": np.array(["a"] * len(layouts))}
    prepared.write("scenes", prepared.Built(arrays, {"train": len(layouts)}, {}, {}, "", ("cat", "dog")))
    return images


def test_layouts_become_colours_that_tell_every_class():
    layouts = np.arange(2 * 8 * 8, dtype=np.uint8).reshape(2, 8, 8) % 27
    images = write_scenes(layouts)
    batch = next(data.load("layout/scenes", batch_size=2, shuffle=False).as_numpy_iterator())
    assert set(batch) == {"condition", "image", "layout"} and batch["layout"].dtype == np.int32
    np.testing.assert_array_equal(batch["layout"], layouts)
    np.testing.assert_allclose(batch["image"], images / 127.5 - 1, atol=1e-6)
    colours = (batch["condition"] + 1) * 127.5
    distance = np.abs(colours[..., None, :] - pairs.PALETTE.astype(float)).max(-1)
    np.testing.assert_array_equal(distance.argmin(-1), layouts)
    assert distance.min(-1).max() < 1e-3 and np.sort(distance, -1)[..., 1].min() > 126
    assert (batch["condition"][layouts == 0] == -1).all()
    assert data.info("layout/scenes").class_names == ("cat", "dog")


def test_a_smaller_layout_has_the_colours_of_its_classes_alone():
    layouts = np.full([1, 8, 8], 3, np.uint8)
    layouts[:, :, 3:] = 20
    write_scenes(layouts)
    found = data.arrays("layout/scenes", image_size=4)
    np.testing.assert_array_equal(found["condition"], pairs.PALETTE[found["layout"]])
    assert set(np.unique(found["layout"])) == {3, 20}


def test_what_has_no_layout_and_what_has_too_many_classes():
    write(A, 4)
    with pytest.raises(ValueError, match="layout needs image and layout, and avatars/avataaars has image, a"):
        data.load(f"layout/{A}")
    write_scenes(np.full([1, 2, 2], 27, np.uint8))
    with pytest.raises(ValueError, match="colours for 26 classes; scenes has 27"):
        data.load("layout/scenes")


def test_permuted_labels_deal_the_same_labels_out_anew():
    plain = data.arrays("fashion_mnist_10k")
    dealt = data.arrays("permuted_labels/fashion_mnist_10k")
    np.testing.assert_array_equal(plain["image"], dealt["image"])
    np.testing.assert_array_equal(np.bincount(plain["label"]), np.bincount(dealt["label"]))
    # Ten classes of equal size: a label stays by chance for one image in ten.
    assert np.mean(plain["label"] == dealt["label"]) == pytest.approx(0.1, abs=0.02)


def test_permuted_labels_need_labels():
    with pytest.raises(ValueError, match="needs label"):
        data.arrays("permuted_labels/toy/ring8")
