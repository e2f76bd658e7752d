"""Generators with conditions: what may be asked of them, what is drawn, what is refused and served."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers, ops
from PIL import Image

from tfgan_zoo.core.model import AdversarialModel
from tfgan_zoo.core.sampler import Captions, Classes, Latents, Sampler, Uniform
from tfgan_zoo.random import draws
from tfgan_zoo.random.latents import slerp
from tfgan_zoo.random.truncation import truncated
from tfgan_zoo.utils import pictures


def times(x, kernel):
    """x kernel, of x [B, d]."""
    dense = layers.Dense(len(kernel[0]), use_bias=False)
    y = dense(x)
    dense.kernel.assign(kernel)
    return y


class Drawing(AdversarialModel):
    """A model that draws examples and trains nothing."""

    def __init__(self, generator, **sources):
        super().__init__()
        self.generator = generator
        self.sampler = Sampler(generator, sources)

    def players(self):
        return {"generator": [self.generator]}


def labelled(classes=3):
    """The pixel of {"z": [B, 1], "label": [B]} is z / 8 + label / 4."""
    z, label = keras.Input([1], name="z"), keras.Input([], dtype="int32", name="label")
    x = layers.Concatenate()([z, ops.one_hot(label, classes)])
    pixel = times(x, [[1 / 8], *([each / 4] for each in range(classes))])
    generator = keras.Model({"z": z, "label": label}, layers.Reshape([1, 1, 1])(pixel))
    return Drawing(generator, z=Latents(1, "uniform"), label=Classes(classes))


def told():
    """The point of {"z": [B, 1], "text": [B, 2]} is z + text . (1, 10)."""
    z, text = keras.Input([1], name="z"), keras.Input([2], name="text")
    point = times(layers.Concatenate()([z, text]), [[1], [1], [10]])
    return Drawing(keras.Model({"z": z, "text": text}, point), z=Latents(1))


def unconditional():
    z = keras.Input([2], name="z")
    return Drawing(keras.Model(z, times(z, [[0, 1, 2], [3, 4, 5]])), z=Latents(2))


def pixel(z, label):
    return np.ravel(z) / 8 + np.asarray(label) / 4


def test_what_examples_are_is_told_by_their_rank():
    assert (unconditional().example_key, unconditional().example_shapes) == ("x", {"x": (3,)})
    assert (labelled().example_key, labelled().example_shapes) == ("image", {"image": (1, 1, 1)})


@pytest.mark.parametrize("label", [2, np.array([0, 2, 1, 1, 0]), [2, 2, 0, 0, 1]])
def test_a_label_is_one_for_all_or_one_for_each(label):
    model = labelled()
    images = model.generate(5, seed=7, label=label)
    assert images.shape == (5, 1, 1, 1) and images.dtype == np.float32
    np.testing.assert_allclose(images.ravel(), pixel(model.latents(5, 7), label), rtol=1e-5)
    np.testing.assert_array_equal(images, model.decode(model.latents(5, 7), label=label))


def test_labels_that_nobody_asks_for_are_drawn_by_the_seed():
    model = labelled()
    labels = draws.integers([3000], [7, 1], 3).numpy()
    np.testing.assert_allclose(np.bincount(labels), [1000] * 3, atol=5 * np.sqrt(3000 * 2 / 9))
    images = model.generate(3000, seed=7)
    np.testing.assert_allclose(images.ravel(), pixel(model.latents(3000, 7), labels), rtol=1e-4, atol=1e-6)
    np.testing.assert_array_equal(images, model.generate(3000, seed=7, batch_size=999))


def test_latents_do_not_depend_on_what_is_asked_for():
    model = labelled()
    apart = model.generate(4, seed=1, label=2) - model.generate(4, seed=1, label=0)
    np.testing.assert_allclose(apart.ravel(), [0.5] * 4, rtol=1e-5)


def test_without_a_seed_each_draw_is_another():
    model = labelled()
    assert not np.array_equal(model.generate(4), model.generate(4))


@pytest.mark.parametrize("label", [[0, 1], np.zeros([5, 1], int), np.zeros([1, 5], int)])
def test_labels_of_another_shape_are_refused(label):
    with pytest.raises(ValueError, match=r"'label' must have shape \(5,\); got"):
        labelled().generate(5, label=label)


@pytest.mark.parametrize("label", [3, -1, 0.5, [0, 1, 2, 3]])
def test_labels_that_are_no_class_are_refused(label):
    with pytest.raises(ValueError, match="'label' must be integers from 0 to 2"):
        labelled().generate(4, label=label)


def test_unknown_conditions_are_refused():
    with pytest.raises(ValueError, match="Conditions of this generator: label; got lable"):
        labelled().generate(4, lable=1)
    with pytest.raises(ValueError, match="Conditions of this generator: none; got label"):
        unconditional().generate(4, label=1)


def test_conditions_that_cannot_be_drawn_are_needed():
    with pytest.raises(ValueError, match="needs the condition 'text'"):
        told().generate(4)
    with pytest.raises(ValueError, match="needs the condition 'label'"):
        labelled().decode(np.zeros([2, 1]))


def test_a_vector_is_one_for_all_or_one_for_each():
    model = told()
    z = model.latents(3, 2)
    np.testing.assert_allclose(model.generate(3, seed=2, text=[1, 2]), z + 21, rtol=1e-6)
    each = model.generate(3, seed=2, text=[[1, 2], [0, 1], [5, 0]])
    np.testing.assert_allclose(each, z + [[21], [10], [5]], rtol=1e-6)
    with pytest.raises(ValueError, match=r"'text' must have shape \(3, 2\); got \(3, 3\)"):
        model.generate(3, text=np.zeros([3, 3]))
    with pytest.raises(ValueError, match=r"'text' must have shape \(3, 2\); got \(4,\)"):
        model.generate(3, text=np.zeros(4))


@pytest.mark.parametrize("z", [np.zeros(2), np.zeros([4, 3]), np.zeros([2, 2, 2])])
def test_latents_of_another_shape_are_refused(z):
    with pytest.raises(ValueError, match=r"Latents must have shape \[n, 2\]"):
        unconditional().decode(z)


@pytest.mark.parametrize("n", [0, -3])
def test_a_number_that_is_not_positive_is_refused(n):
    with pytest.raises(ValueError, match=f"positive number of examples; got {n}"):
        unconditional().generate(n)


def test_bare_latents_and_a_dict_of_them_are_one():
    model, z = unconditional(), tf.constant([[1.0, 2.0]])
    for inputs in (z, {"z": z}):
        np.testing.assert_allclose(model.call(inputs)["x"], [[6, 9, 12]])


def test_the_signature_has_every_input_of_the_generator():
    function, specs = labelled().signatures()["serving_default"]
    assert {name: (spec.shape.as_list(), spec.dtype) for name, spec in specs.items()} == {
        "z": ([None, 1], tf.float32),
        "label": ([None], tf.int32),
    }
    served = function({"z": tf.constant([[0.8], [0.0]]), "label": tf.constant([1, 2])})
    np.testing.assert_allclose(served["image"].numpy().ravel(), [0.35, 0.5], rtol=1e-6)
    _, specs = unconditional().signatures()["serving_default"]
    assert list(specs) == ["z"]


def test_the_picture_has_a_row_for_each_class_from_the_same_latents(tmp_path):
    model = labelled()
    model.picture(tmp_path / "grid.png", None)
    z = model.latents(10, seed=0)
    rows = np.concatenate([pixel(z, label) for label in range(3)])
    expected = pictures.grid(rows.reshape(30, 1, 1, 1), columns=10)[::2, ::2, 0]
    # One pixel an image, a border of one between them, all twice as large.
    found = np.array(Image.open(tmp_path / "grid.png"))[::4, ::4]
    assert found.shape == (3, 10)
    np.testing.assert_allclose(found.astype(int), expected, atol=1)


def captioned():
    """The point of {"z": [B, 1], "text": [B, 2]}; a caption's text is its length and its count of a's."""
    model = told()
    texts = Captions(
        ["a", "banana", "fig"], lambda captions: np.array([[len(c), c.count("a")] for c in captions], "f4")
    )
    model.sampler = Sampler(model.generator, {"z": Latents(1), "text": texts})
    return model


def test_captions_are_read_for_one_or_all_examples():
    model = captioned()
    z = model.latents(3, 2)
    np.testing.assert_allclose(model.generate(3, seed=2, caption="banana"), z + 36, rtol=1e-6)
    several = model.generate(3, seed=2, caption=["fig", "a", "banana"])
    np.testing.assert_allclose(several, z + [[3], [11], [36]], rtol=1e-6)


def test_captions_that_nobody_gives_are_drawn_from_the_models_own():
    model = captioned()
    texts = model.generate(3000, seed=7) - model.latents(3000, 7)
    values, counts = np.unique(np.round(texts), return_counts=True)
    assert values.tolist() == [3, 11, 36] and counts.min() > 900


@pytest.mark.parametrize("seed", [1.5, "1"])
def test_a_seed_that_is_no_integer_is_refused(seed):
    with pytest.raises(TypeError, match="integer"):
        unconditional().generate(2, seed=seed)


def test_inputs_of_training_are_drawn_in_the_order_of_the_sources():
    class Noise:
        keys = iter([[5, 0], [5, 1]])

        def key(self):
            return next(self.keys)

    sampler = Sampler(labelled().generator, {"z": Uniform(1, 2.0, 3.0), "label": Classes(3)})
    drawn = sampler.draw(Noise(), 4)
    np.testing.assert_array_equal(drawn["z"], draws.uniform([4, 1], [5, 0], 2.0, 3.0))
    np.testing.assert_array_equal(drawn["label"], draws.integers([4], [5, 1], 3))
    given = sampler.draw(Noise(), 4, z=0.0, label=1)
    assert given == {"z": 0.0, "label": 1}


@pytest.mark.parametrize(
    "shape, key", [([3], "x"), ([5, 3], "notes"), ([4, 4, 1], "image"), ([2, 4, 4, 1], "frames")]
)
def test_sequences_images_and_videos_are_examples(shape, key, tmp_path):
    z = keras.Input([2])
    network = keras.Model(z, layers.Reshape(shape)(times(z, np.ones([2, np.prod(shape)]))))
    model = Drawing(network, z=Latents(2))
    assert model.example_shapes == {key: tuple(shape)}
    assert model.generate(4, seed=0).shape == (4, *shape)
    model.picture(tmp_path / "samples.png", None)
    assert Image.open(tmp_path / "samples.png").size[0] > 4


@pytest.mark.parametrize("side, columns", [(32, 10), (33, 6)])
def test_pictures_show_fewer_of_larger_images(side, columns, tmp_path):
    z = keras.Input([2])
    network = keras.Model(z, layers.Reshape([side, side, 1])(times(z, np.ones([2, side**2]))))
    Drawing(network, z=Latents(2)).picture(tmp_path / "samples.png", None)
    width = 2 * (columns * (side + 1) - 1)
    assert Image.open(tmp_path / "samples.png").size == (width, width)


def test_voxels_are_named_by_the_sampler():
    z = keras.Input([2])
    network = keras.Model(z, layers.Reshape([4, 4, 4, 1])(times(z, np.ones([2, 64]))))
    assert Sampler(network, {"z": Latents(2)}, makes="voxels").makes == "voxels"


def test_the_latents_of_examples_are_found_whatever_stands_beside_them():
    model = unconditional()
    z = model.latents(5, seed=3)
    points = model.decode(z)
    found = model.invert(points, seed=4, steps=400, learning_rate=0.1)
    np.testing.assert_allclose(found, z, atol=0.02)
    alone = model.invert(points[:2], seed=4, steps=400, learning_rate=0.1)
    np.testing.assert_allclose(alone, found[:2], rtol=1e-6)


def test_a_model_that_draws_translates_nothing():
    with pytest.raises(ValueError, match=r"translates nothing; it draws examples: generate\(n\)"):
        unconditional().translate(np.zeros([1, 2, 2, 1]))


def test_truncated_latents_are_drawn_within_the_threshold():
    model = unconditional()
    z = model.latents(500, 3)
    expected = model.decode(truncated(z, 0.5).numpy())
    np.testing.assert_array_equal(model.generate(500, seed=3, truncation=0.5), expected)
    np.testing.assert_array_equal(model.decode(z, truncation=0.5), expected)
    assert not np.allclose(expected, model.generate(500, seed=3))


def test_latents_that_are_not_normal_are_not_truncated():
    with pytest.raises(ValueError, match="Only normal latents can be truncated"):
        labelled().generate(2, truncation=1.0)
    with pytest.raises(ValueError, match="above 0; got truncation=0"):
        unconditional().generate(2, truncation=0)


def test_an_interpolation_keeps_the_condition_of_its_pair():
    model = labelled()
    ends = model.latents(4, 7)
    walk = slerp(ends[:2], ends[2:], 3)
    labels = draws.integers([2], [7, 1], 3).numpy()
    found = model.interpolate(2, 3, seed=7)
    expected = [pixel(z, label) for pair, label in enumerate(labels) for z in walk[:, pair]]
    np.testing.assert_allclose(found.ravel(), np.ravel(expected), rtol=1e-5)
    asked = model.interpolate(2, 3, seed=7, label=[2, 0])
    np.testing.assert_allclose(asked.ravel()[[0, 3]], pixel(ends[:2], [2, 0]), rtol=1e-5)


def test_latents_on_the_way_of_an_interpolation_are_truncated():
    model = unconditional()
    ends = model.latents(4, 7)
    walk = slerp(ends[:2], ends[2:], 3).swapaxes(0, 1).reshape(6, -1)
    found = model.interpolate(2, 3, seed=7, truncation=0.5)
    np.testing.assert_allclose(found, model.decode(truncated(walk, 0.5).numpy()), rtol=1e-5)
