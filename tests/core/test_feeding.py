"""What `fit` takes: pairs, arrays, generators, PyDatasets; images by one rule."""

import keras
import numpy as np
import pytest
import tensorflow as tf

import tfgan_zoo as zoo
from tfgan_zoo.core import feeding

SHAPES = {"image": (2, 2, 1), "label": ()}
RULE = "uint8 in 0..255, or floats in \\[-1, 1\\]"


def pixels(n=4, dtype=np.uint8):
    values = np.linspace(0, 255, 4 * n).reshape(n, 2, 2, 1)
    return values.astype(np.uint8) if dtype == np.uint8 else (values.astype(np.uint8) / 127.5 - 1).astype(dtype)


@pytest.mark.parametrize("dtype", [np.uint8, np.float32, np.float64])
def test_images_become_floats_in_one_range(dtype):
    batch = feeding.batch_of((pixels(dtype=dtype), np.arange(4)), SHAPES, "GAN")
    assert batch["image"].dtype == tf.float32 and batch["label"].dtype == tf.int32
    np.testing.assert_allclose(batch["image"], pixels().astype(np.float32) / 127.5 - 1, atol=1e-6)


def test_images_of_other_types_and_shapes_are_refused():
    with pytest.raises(ValueError, match=f"{RULE}; image has int32"):
        feeding.batch_of((pixels().astype(np.int32), np.arange(4)), SHAPES, "GAN")
    with pytest.raises(ValueError, match=r"GAN learns from image of shape \[B, 2, 2, 1\].*image_size"):
        feeding.batch_of((np.zeros([4, 3, 2, 1], np.uint8), np.arange(4)), SHAPES, "GAN")
    with pytest.raises(ValueError, match=r"label of shape \[B\]"):
        feeding.batch_of((pixels(), np.eye(4)), SHAPES, "GAN")


class Sequence(keras.utils.PyDataset):
    def __init__(self, images):
        super().__init__()
        self.images = images

    def __len__(self):
        return len(self.images) // 8

    def __getitem__(self, index):
        return self.images[8 * index : 8 * index + 8], np.zeros(8, np.int32)


def as_given(kind, images):
    labels = np.zeros(len(images), np.int32)
    dataset = tf.data.Dataset.from_tensor_slices((images, labels)).batch(8)
    return {
        "array": images,
        "dict": {"image": images},
        "pairs": dataset,
        "images alone": dataset.map(lambda image, _: image),
        "dicts": dataset.map(lambda image, label: {"image": image, "label": label}),
        "generator": (images[i : i + 8] for i in range(0, len(images), 8)),
        "generator of dicts": ({"image": images[i : i + 8]} for i in range(0, len(images), 8)),
        "PyDataset": Sequence(images),
    }[kind]


KINDS = ["array", "dict", "pairs", "images alone", "dicts", "generator", "generator of dicts", "PyDataset"]


@pytest.fixture(scope="module")
def model():
    return zoo.load("dcgan/fashion_mnist", smoke=True, overrides={"train.steps_per_execution": 1})


@pytest.fixture(scope="module")
def images():
    return np.random.default_rng(0).integers(0, 256, [16, 16, 16, 1], dtype=np.uint8)


@pytest.mark.parametrize("kind", KINDS)
def test_every_way_in_trains_and_evaluates(model, images, kind):
    before, options = int(model.step.numpy()), {"batch_size": 8} if kind in ("array", "dict") else {}
    history = model.fit(as_given(kind, images), verbose=0, **options).history
    assert int(model.step.numpy()) == before + 2 and np.isfinite(history["generator_loss"]).all()
    losses = model.evaluate(as_given(kind, images), verbose=0, return_dict=True, **options)
    assert set(losses) == set(history) and int(model.step.numpy()) == before + 2


@pytest.mark.parametrize("spoil", [lambda x: x.astype(np.float32), lambda x: x / 255.0 * np.nan])
@pytest.mark.parametrize("kind", KINDS)
def test_every_way_in_refuses_what_is_no_image(model, images, kind, spoil):
    before = [variable.numpy() for variable in model.variables]
    options = {"batch_size": 8} if kind in ("array", "dict") else {}
    with pytest.raises(ValueError, match=f"{RULE}.*image / 127.5 - 1"):
        model.fit(as_given(kind, spoil(images)), verbose=0, **options)
    for a, b in zip(before, model.variables, strict=True):
        np.testing.assert_array_equal(a, b.numpy())


def test_single_batches_are_held_to_the_rule_too(model, images):
    assert np.isfinite(model.train_on_batch(images[:8], return_dict=True)["generator_loss"])
    assert np.isfinite(model.test_on_batch(images[:8], return_dict=True)["generator_loss"])
    with pytest.raises(ValueError, match=RULE):
        model.train_on_batch(images[:8].astype(np.float32))


def test_a_folder_read_by_keras_fits_once_its_floats_are_scaled(model, images, tmp_path):
    for place, image in enumerate(images):
        folder = tmp_path / f"class_{place % 2}"
        folder.mkdir(exist_ok=True)
        keras.utils.save_img(folder / f"{place}.png", image, scale=False)
    dataset = keras.utils.image_dataset_from_directory(
        tmp_path, image_size=(16, 16), color_mode="grayscale", batch_size=8, verbose=False
    )
    with pytest.raises(ValueError, match=RULE):
        model.fit(dataset, verbose=0)
    model.fit(dataset.map(lambda image, label: (image / 127.5 - 1, label)), verbose=0)


def test_what_a_generator_makes_of_latents_is_predicted(model):
    z = model.latents(3, seed=0)
    np.testing.assert_allclose(model.predict(z, verbose=0)["image"], model.decode(z), atol=1e-6)
