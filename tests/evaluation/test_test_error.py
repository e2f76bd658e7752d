"""The protocol of test errors: what is counted, with which weights, and of which systems it is refused."""

import contextlib
from types import SimpleNamespace

import numpy as np
import pytest
import tensorflow as tf

from tfgan_zoo import evaluation
from tfgan_zoo.evaluation import classification
from tfgan_zoo.hub.config import load_config
from tfgan_zoo.hub.models import build

SPLIT = "train[:10]"
ASKED = {"eval": {"test_error": {"split": SPLIT}}}


def config(config_id="catgan/mnist", **overrides):
    return load_config(config_id, {**ASKED, "data.take": None, **overrides}, smoke=True)


def classifier(answers, fake=0.0):
    """A model that gives each of the images, in their order, the class that `answers` has for it.

    fake: what it gives an eleventh class, that of fakes.
    """
    seen = []

    def classify(inputs):
        seen.append(inputs["image"].numpy())
        return {"class_probs": tf.pad(tf.one_hot(answers, 10), [[0, 0], [0, 1]], constant_values=fake)}

    return SimpleNamespace(
        signatures=lambda: {"classify": (classify, {})}, averaged=contextlib.nullcontext, seen=seen, classes=10
    )


def test_the_share_of_images_that_get_another_class():
    held_out = evaluation.reference_arrays(config(), SPLIT)
    wrong = np.where(np.arange(10) < 3, (held_out["label"] + 1) % 10, held_out["label"])
    model = classifier(wrong)
    [score] = evaluation.evaluate(model, config())
    assert score["metric"] == "test_error" and score["value"] == pytest.approx(0.3)
    assert score["protocol"]["n_test"] == 10 and SPLIT in score["protocol"]["data"]
    np.testing.assert_allclose(model.seen[0], held_out["image"] / 127.5 - 1, atol=1e-6)


def test_an_image_that_is_taken_for_a_fake_counts_by_its_likeliest_class():
    held_out = evaluation.reference_arrays(config(), SPLIT)
    [score] = evaluation.evaluate(classifier(held_out["label"], fake=2.0), config())
    assert score["value"] == 0


def test_all_labels_of_the_split_count_however_few_training_has():
    assert config().data.labelled == 10
    assert (evaluation.reference_arrays(config())["label"] >= 0).all()
    assert "labelled_image" not in evaluation.held_out_batch(config())


def test_images_without_a_label_do_not_count(monkeypatch):
    some = {"image": np.zeros([4, 2, 2, 1], np.uint8), "label": np.array([0, -1, 1, -1])}
    monkeypatch.setattr(classification, "reference_arrays", lambda config, split: some)
    [score] = evaluation.evaluate(classifier([0, 0]), config())
    assert (score["value"], score["protocol"]["n_test"]) == (0.5, 2)


def test_systems_that_give_no_probabilities_of_classes_are_told_before_the_run():
    assert evaluation.problems(build(config()), config()) == []
    for other in ("dcgan/fashion_mnist_10k", "acgan/fashion_mnist"):
        asked = load_config(other, {"eval": None, "data.take": None}, smoke=True).model_copy(update=ASKED)
        [told] = evaluation.problems(build(asked), asked)
        assert "this system serves no probabilities of classes" in told


def test_averaged_weights_classify():
    model = build(config(**{"optimizers.discriminator.use_ema": True}))
    plain = evaluation.evaluate(model, config())[0]["value"]
    seen = []

    @contextlib.contextmanager
    def averaged():
        seen.append(True)
        yield

    model.averaged = averaged
    assert evaluation.evaluate(model, config())[0]["value"] == plain and seen == [True]
