"""Generators with conditions: what may be asked of them, what is drawn, what is refused and served."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers, ops
from PIL import Image

from tfgan_zoo.core.latent_game import LabelledGame, LatentGame
from tfgan_zoo.random import draws
from tfgan_zoo.utils import pictures


def times(x, kernel):
    """x kernel, of x [B, d]."""
    dense = layers.Dense(len(kernel[0]), use_bias=False)
    y = dense(x)
    dense.kernel.assign(kernel)
    return y


def labelled(classes=3):
    """The pixel of {"z": [B, 1], "label": [B]} is z / 8 + label / 4."""
    z, label = keras.Input([1], name="z"), keras.Input([], dtype="int32", name="label")
    x = layers.Concatenate()([z, ops.one_hot(label, classes)])
    pixel = times(x, [[1 / 8], *([each / 4] for each in range(classes))])
    generator = keras.Model({"z": z, "label": label}, layers.Reshape([1, 1, 1])(pixel))
    return LabelledGame(generator, classes=classes, prior="uniform")


def told():
    """The point of {"z": [B, 1], "text": [B, 2]} is z + text . (1, 10)."""
    z, text = keras.Input([1], name="z"), keras.Input([2], name="text")
    point = times(layers.Concatenate()([z, text]), [[1], [1], [10]])
    return LatentGame(keras.Model({"z": z, "text": text}, point))


def unconditional():
    z = keras.Input([2], name="z")
    return LatentGame(keras.Model(z, times(z, [[0, 1, 2], [3, 4, 5]])))


def pixel(z, label):
    return np.ravel(z) / 8 + np.asarray(label) / 4


def test_latents_and_examples_are_told_apart_by_shape():
    assert (unconditional().latent_dim, unconditional().example_key) == (2, "x")
    assert (labelled().latent_dim, labelled().example_key) == (1, "image")


@pytest.mark.parametrize("label", [2, np.array([0, 2, 1, 1, 0]), [2, 2, 0, 0, 1]])
def test_a_label_is_one_for_all_or_one_for_each(label):
    game = labelled()
    images = game.generate(5, seed=7, label=label)
    assert images.shape == (5, 1, 1, 1) and images.dtype == np.float32
    np.testing.assert_allclose(images.ravel(), pixel(game.latents(5, 7), label), rtol=1e-5)
    np.testing.assert_array_equal(images, game.decode(game.latents(5, 7), label=label))


def test_labels_that_nobody_asks_for_are_drawn_by_the_seed():
    game = labelled()
    labels = game.conditions(3000, seed=7)["label"]
    np.testing.assert_array_equal(labels, draws.integers([3000], [7, 1], 3))
    np.testing.assert_allclose(np.bincount(labels), [1000] * 3, atol=5 * np.sqrt(3000 * 2 / 9))
    images = game.generate(3000, seed=7)
    np.testing.assert_allclose(images.ravel(), pixel(game.latents(3000, 7), labels), rtol=1e-4, atol=1e-6)
    np.testing.assert_array_equal(images, game.generate(3000, seed=7, batch_size=999))


def test_latents_do_not_depend_on_what_is_asked_for():
    game = labelled()
    apart = game.generate(4, seed=1, label=2) - game.generate(4, seed=1, label=0)
    np.testing.assert_allclose(apart.ravel(), [0.5] * 4, rtol=1e-5)


def test_without_a_seed_each_draw_is_another():
    game = labelled()
    assert not np.array_equal(game.generate(4), game.generate(4))


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
    game = told()
    z = game.latents(3, 2)
    np.testing.assert_allclose(game.generate(3, seed=2, text=[1, 2]), z + 21, rtol=1e-6)
    each = game.generate(3, seed=2, text=[[1, 2], [0, 1], [5, 0]])
    np.testing.assert_allclose(each, z + [[21], [10], [5]], rtol=1e-6)
    with pytest.raises(ValueError, match=r"'text' must have shape \(3, 2\); got \(3, 3\)"):
        game.generate(3, text=np.zeros([3, 3]))
    with pytest.raises(ValueError, match=r"'text' must have shape \(3, 2\); got \(4,\)"):
        game.generate(3, text=np.zeros(4))


@pytest.mark.parametrize("z", [np.zeros(2), np.zeros([4, 3]), np.zeros([2, 2, 2])])
def test_latents_of_another_shape_are_refused(z):
    with pytest.raises(ValueError, match=r"Latents must have shape \[n, 2\]"):
        unconditional().decode(z)


@pytest.mark.parametrize("n", [0, -3])
def test_a_number_that_is_not_positive_is_refused(n):
    with pytest.raises(ValueError, match=f"positive number of examples; got {n}"):
        unconditional().generate(n)


def test_bare_latents_and_a_dict_of_them_are_one():
    game, z = unconditional(), tf.constant([[1.0, 2.0]])
    for inputs in (z, {"z": z}):
        np.testing.assert_allclose(game.call(inputs)["x"], [[6, 9, 12]])


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
    game = labelled()
    game.picture(tmp_path / "grid.png", None)
    z = game.latents(10, seed=0)
    rows = np.concatenate([pixel(z, label) for label in range(3)])
    expected = pictures.grid(rows.reshape(30, 1, 1, 1), columns=10)[::2, ::2, 0]
    # One pixel an image, a border of one between them, all twice as large.
    found = np.array(Image.open(tmp_path / "grid.png"))[::4, ::4]
    assert found.shape == (3, 10)
    np.testing.assert_allclose(found.astype(int), expected, atol=1)


def test_a_bare_tensor_stands_for_no_label():
    with pytest.raises(ValueError, match="LabelledGame trains on dicts of image and label"):
        labelled().example(tf.zeros([4, 1, 1, 1]), "label")
    assert unconditional().example(tf.ones([4, 3]), "x").shape == (4, 3)
