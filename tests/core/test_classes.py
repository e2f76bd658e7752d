"""A system and its networks have one number of classes, or are not built."""

import keras
import pytest

from tfgan_zoo.core.classes import require_classes
from tfgan_zoo.core.sampler import Classes, Latents, Sampler
from tfgan_zoo.hub import models
from tfgan_zoo.hub.config import ConfigError, load_config


def network(read, count):
    z, label = keras.Input([2], name="z"), keras.Input([], dtype="int32", name="label")
    codes = {
        "one_hot": lambda: keras.ops.one_hot(label, count),
        "embedding": lambda: keras.layers.Embedding(count, 3)(label),
        "number": lambda: keras.ops.cast(label[:, None], "float32"),
    }[read]()
    return keras.Model({"z": z, "label": label}, keras.layers.Dense(2)(keras.ops.concatenate([z, codes], -1)), name="g")


@pytest.mark.parametrize("read", ["one_hot", "embedding"])
def test_a_generator_of_other_classes_than_its_system_is_refused(read):
    sources = {"z": Latents(2), "label": Classes(10)}
    Sampler(network(read, 10), sources)
    for count in (2, 12):
        with pytest.raises(ValueError, match=f"The g is built for {count} classes and the system for 10"):
            Sampler(network(read, count), sources)


def test_a_network_that_reads_labels_as_numbers_may_be_of_any_classes():
    require_classes(network("number", None), "label", 10)


def test_a_network_that_was_saved_is_told_the_same(tmp_path):
    network("one_hot", 2).save(tmp_path / "g.keras")
    with pytest.raises(ValueError, match="built for 2 classes"):
        require_classes(keras.models.load_model(tmp_path / "g.keras"), "label", 10)


@pytest.mark.parametrize("config_id", ["cgan/mnist", "acgan/fashion_mnist"])
@pytest.mark.parametrize("key", ["networks.generator", "networks.discriminator", "system_args"])
def test_a_conditional_system_is_built_of_one_number_of_classes(config_id, key):
    keys = ["networks.generator", "networks.discriminator", "system_args"]
    with pytest.raises(ConfigError, match="give both one number"):
        models.build(load_config(config_id, {f"{key}.classes": 2}, smoke=True))
    made = models.build(load_config(config_id, {f"{each}.classes": 2 for each in keys}, smoke=True))
    assert made.classes == 2
