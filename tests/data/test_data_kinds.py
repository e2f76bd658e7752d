import numpy as np
import pytest
import tensorflow as tf

from tfgan_zoo import data

RNG = np.random.default_rng(0)


def images(n=6, channels=3, side=8):
    return RNG.integers(0, 256, [n, side, side, channels], np.uint8)


def everything(n=6):
    return {
        "image": images(n),
        "condition": images(n, channels=1),
        "layout": RNG.integers(0, 21, [n, 8, 8]),
        "label": np.arange(n),
        "attributes": RNG.integers(-1, 5, [n, 7]),
        "boxes": RNG.uniform(0, 1, [n, 4, 4]).astype(np.float32),
        "classes": RNG.integers(-1, 20, [n, 4]),
        "caption": [f"piñata {i}" * (i + 1) for i in range(n)],
    }


def test_every_key_leaves_in_its_own_type():
    spec = data.load(everything(), batch_size=2).element_spec
    assert spec == {
        "image": tf.TensorSpec([2, 8, 8, 3], tf.float32),
        "condition": tf.TensorSpec([2, 8, 8, 1], tf.float32),
        "layout": tf.TensorSpec([2, 8, 8], tf.int32),
        "label": tf.TensorSpec([2], tf.int32),
        "attributes": tf.TensorSpec([2, 7], tf.int32),
        "boxes": tf.TensorSpec([2, 4, 4], tf.float32),
        "classes": tf.TensorSpec([2, 4], tf.int32),
        "caption": tf.TensorSpec([2], tf.string),
    }
    assert data.info(everything()).elements == {
        "image": ((8, 8, 3), "float32"),
        "condition": ((8, 8, 1), "float32"),
        "layout": ((8, 8), "int32"),
        "label": ((), "int32"),
        "attributes": ((7,), "int32"),
        "boxes": ((4, 4), "float32"),
        "classes": ((4,), "int32"),
        "caption": ((), "string"),
    }


def test_every_value_arrives_and_examples_stay_whole():
    given = everything()
    for batch in data.load(given, batch_size=3, seed=4).as_numpy_iterator():
        rows = batch["label"]
        for key in ("image", "condition"):
            np.testing.assert_allclose(batch[key], given[key][rows] / 127.5 - 1, atol=1e-6)
        for key in ("layout", "attributes", "boxes", "classes"):
            np.testing.assert_array_equal(batch[key], given[key][rows])
        assert [text.decode() for text in batch["caption"]] == [given["caption"][row] for row in rows]


def test_arrays_gives_back_what_was_given():
    given = everything()
    found = data.arrays(given)
    for key, values in given.items():
        np.testing.assert_array_equal(found[key], values)
    assert found["image"].dtype == found["layout"].dtype == np.uint8
    assert found["caption"].dtype.kind == "U"


def test_captions_of_any_kind_of_text():
    texts = ["a cat", "Côte d’Ivoire", ""]
    for captions in (texts, np.array(texts), np.array(texts, object), np.char.encode(texts, "utf-8")):
        found = data.arrays({"image": images(3), "caption": captions})["caption"]
        assert found.tolist() == texts


def test_both_domains_of_a_dict_go_together():
    given = {"image_a": images(9, 1), "image_b": images(9, 1)}
    given["image_b"][..., 0] = 255 - given["image_a"][..., 0]
    for batch in data.load(given, batch_size=3).as_numpy_iterator():
        np.testing.assert_allclose(batch["image_a"], -batch["image_b"], atol=1e-6)


@pytest.mark.parametrize("fit", ["crop", "pad", "stretch"])
@pytest.mark.parametrize("size", [(8, 8), (4, 12), (20, 6)])
def test_a_layout_keeps_to_its_image(fit, size):
    layout = np.zeros([1, 12, 16], np.uint8)
    layout[0, 3:9, 4:12] = 7
    picture = np.where(layout > 0, 255, 0).astype(np.uint8)[..., None]
    found = data.arrays({"image": picture, "layout": layout}, image_size=size, fit=fit)
    assert found["image"].shape[1:3] == found["layout"].shape[1:] == size
    assert set(np.unique(found["layout"])) <= {0, 7}
    # Pixels that the object covers, or misses, for the most part; its outline may round either way.
    grey = found["image"][..., 0]
    assert (found["layout"][grey > 220] == 7).all() and not found["layout"][grey < 35].any()
    assert ((grey > 220) | (grey < 35)).mean() > 0.6 and (grey > 220).any()


def test_classes_between_two_neighbours_do_not_arise():
    layout = np.zeros([1, 8, 8], np.uint8)
    layout[..., 4:] = 20
    found = data.arrays({"image": images(1), "layout": layout}, image_size=6)["layout"]
    assert found[0].tolist() == [[0, 0, 0, 20, 20, 20]] * 6


def test_boxes_stay_where_their_images_keep_their_place():
    given = {"image": images(2), "boxes": RNG.uniform(0, 1, [2, 1, 4]).astype(np.float32)}
    stretched = {"image_size": (4, 16), "fit": "stretch"}
    for form in ({}, {"image_size": 4}, stretched, {"image_size": 8, "fit": "pad"}):
        np.testing.assert_array_equal(data.arrays(given, **form)["boxes"], given["boxes"])
    for form in ({"image_size": (4, 8)}, {"image_size": 16, "fit": "pad"}):
        with pytest.raises(ValueError, match="boxes cannot follow their images from \\(8, 8\\)"):
            data.load(given, **form)


@pytest.mark.parametrize(
    "key, values, message",
    [
        ("layout", np.zeros([4, 2, 2]), "layouts must be integers \\[N,H,W\\]"),
        ("layout", np.full([4, 2, 2], 256), "from 0 \\(background\\) to 255"),
        ("layout", np.full([4, 2, 2], -1), "from 0 \\(background\\) to 255"),
        ("attributes", np.zeros([4], int), "attributes must be integers \\[N,K\\]"),
        ("attributes", np.full([4, 2], 2**31), "attributes must fit in int32"),
        ("boxes", np.zeros([4, 2, 3]), "boxes must be floats \\[N,K,4\\]"),
        ("boxes", np.full([4, 2, 4], 1.5), "fractions"),
        ("caption", [1, 2, 3, 4], "captions must be strings"),
        ("caption", ["a", "b", None, "d"], "captions must be strings"),
        ("caption", [["a"], ["b"], ["c"], ["d"]], "captions must be strings"),
        ("caption", "abcd", "caption must be an array of examples"),
        ("condition", np.zeros([4, 2, 2, 2], np.uint8), "C of 1 or 3"),
        ("attributes_a", np.zeros([3, 2], int), "of one length"),
    ],
)
def test_what_is_not_right(key, values, message):
    with pytest.raises(ValueError, match=message):
        data.load({"image": images(4), key: values}, batch_size=1)


def test_a_condition_alone_is_nothing_to_learn():
    with pytest.raises(ValueError, match="with image or image_a or x"):
        data.load({"condition": images()})


def test_only_the_keys_that_are_asked_for():
    given = everything()
    keys = ("label", "image")
    assert set(data.load(given, batch_size=2, keys=keys).element_spec) == set(keys)
    assert set(data.arrays(given, keys=keys)) == set(data.info(given, keys=keys).elements) == set(keys)
    with pytest.raises(ValueError, match="keys: no title; arrays has image, condition, layout"):
        data.load(given, keys=("image", "title"))
    with pytest.raises(ValueError, match="no key at all"):
        data.arrays(given, keys=())


@pytest.mark.parametrize("key, shape", [("frames", [3, 2, 4, 4, 1]), ("voxels", [3, 4, 4, 4, 1]), ("notes", [3, 5, 6])])
def test_videos_voxels_and_sequences_are_examples(key, shape):
    values = np.arange(np.prod(shape), dtype=np.uint8).reshape(shape)
    [batch] = data.load({key: values}, batch_size=3, shuffle=False)
    np.testing.assert_allclose(batch[key], values.astype(np.float32) / 127.5 - 1, atol=1e-6)
    floats = data.arrays({key: (values / 255.0).astype(np.float32)})[key]
    np.testing.assert_array_equal(floats, (values / 255.0).astype(np.float32))
    with pytest.raises(ValueError, match=f"{key} must be"):
        data.load({key: values[..., None]}, batch_size=3)
    with pytest.raises(ValueError, match=rf"floats of {key} must lie in \[-1, 1\]"):
        data.load({key: values.astype(np.float32)}, batch_size=3)
