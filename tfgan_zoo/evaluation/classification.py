"""Protocols on what a model that classifies says of real images."""

import numpy as np
import tensorflow as tf

from tfgan_zoo.evaluation.needs import classifies, has_labels, needs
from tfgan_zoo.evaluation.protocols import PROTOCOLS
from tfgan_zoo.evaluation.references import reference_arrays, stamp
from tfgan_zoo.losses.semi_supervised import UNLABELLED
from tfgan_zoo.utils.batching import in_batches


@PROTOCOLS.register
@needs(classifies, has_labels)
def test_error(model, config, picture, split: str = "test"):
    """The share of a split's images of which the served `classify` gives another class the largest probability."""
    held_out = reference_arrays(config, split)
    known = held_out["label"] != UNLABELLED
    labels, images = held_out["label"][known], held_out["image"][known]
    with model.averaged():
        found = in_batches(lambda batch: _classes(model, batch), images, batch_size=500)
    protocol = {**stamp(config, split, held_out), "n_test": len(labels)}
    return [{"metric": "test_error", "value": float(np.mean(found != labels)), "protocol": protocol}]


def _classes(model, images):
    """uint8 images [B, H, W, C] -> the likeliest classes [B]."""
    classify, _ = model.signatures()["classify"]
    found = classify({"image": tf.cast(images, tf.float32) / 127.5 - 1})["class_probs"]
    # Where fakes have a class of their own, it is the last, and real images are known not to be of it.
    return tf.argmax(found[:, : model.classes], axis=-1)
