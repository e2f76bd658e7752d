"""Every claim's program, at toy size, from a config to a record; its verdict means nothing there."""

import gc
import math

import keras
import pytest
import tensorflow as tf

from tfgan_zoo import reproduce
from tfgan_zoo.hub.config import load_config

# What the toy data of a config have no labels for.
NOT_IN_SMOKE = {
    "bicyclegan/edges2avatars": {"style", "style_lead", "style_shuffled", "style_real"},
    "cyclegan/avatars": {
        "attributes",
        "attributes_lead",
        "attributes_gan_alone",
        "attributes_cycle_alone",
        "attributes_real",
    },
    "dcgan/fashion_mnist": {"glasses_in_other_style", "glasses_in_samples"},
    "xgan/avatars": {"kept", "kept_plain", "transfer", "transfer_lead", "transfer_plain"},
}


@pytest.fixture
def eager():
    """Two steps are sooner made than traced."""
    tf.config.run_functions_eagerly(True)
    yield
    tf.config.run_functions_eagerly(False)
    # The models of a claim are gone before those of the next one come.
    keras.backend.clear_session()
    gc.collect()


@pytest.mark.usefixtures("eager")
@pytest.mark.parametrize("config_id", reproduce.find())
def test_every_claim_runs(config_id, tmp_path):
    record = reproduce.reproduce(config_id, tmp_path, smoke=True, say=lambda line: None)
    program = reproduce.program_of(load_config(config_id))
    assert [check["key"] for check in record["checks"]] == [check.key for check in program.CHECKS]
    measured = {check["key"] for check in record["checks"] if check["value"] is not None}
    assert measured == {check.key for check in program.CHECKS} - NOT_IN_SMOKE.get(config_id, set())
    [measurement] = record["measurements"]
    assert all(math.isfinite(value) for value in measurement["values"].values())
    assert record["runs"] and {run["measurement"] for run in record["runs"]} == {0}
    targets = load_config(config_id).claim["targets"]
    assert {check["key"]: check["target"] for check in record["checks"] if check["target"]} == targets


@pytest.mark.parametrize("config_id", reproduce.find())
def test_labels_can_be_read_alone(config_id):
    """They start with a capital, end without a stop, and point to no other label."""
    labels = [check.label for check in reproduce.program_of(load_config(config_id)).CHECKS]
    assert len(set(labels)) == len(labels)
    for label in labels:
        words = label.lower().split()
        assert label[0].isupper() and not label.endswith("."), label
        assert not {"its", "same", "latter"} & set(words[:2]) and not label.startswith("That"), label
        assert len(label) <= 120, label
