"""What a protocol needs of a model, its data and the networks that judge, told before a run begins.

A protocol's settings `split` and `validation` name splits of the data, `extractor` an extractor of features and
`encoder` a text encoder. What else it needs it says by `@needs(...)` with conditions: functions
(model, config, settings) that raise ValueError, with a sentence, where they do not hold.
"""

import functools
import inspect

import numpy as np
import tensorflow as tf

from tfgan_zoo import data
from tfgan_zoo.data import toys
from tfgan_zoo.evaluation.protocols import PROTOCOLS
from tfgan_zoo.evaluation.references import extractor_of, reference_settings
from tfgan_zoo.text import encoders

# The extractor's outputs for the splits of the Inception score.
_SPLITS_OF_SAMPLES = 10


def problems(model, config):
    """A sentence, with the keys to set, for each score of a config that would fail.

    Args:
        model: its model, with any weights.
        config: a `Config` whose data can be read and whose settings were checked.
    """
    read = functools.cache(lambda split: data.info(**reference_settings(config, split)))
    found = []
    for name, given in config.eval.items():
        protocol = PROTOCOLS[name]
        settings = {**_defaults(protocol), **given}
        missing = [*_missing(name, settings, model, config, read)] or [*_unmet(name, protocol, model, config, settings)]
        found += [f"{each}eval.{name}=null to leave this score out" for each in missing]
    return found


def _missing(name, settings, model, config, read):
    """What is not there of the things that the settings name."""
    for key, look_up in _lookups(model, read).items():
        why = _refusal(look_up, settings[key]) if settings.get(key) is not None else ""
        if why:
            instead = f"eval.{name}.{key}={config.data.split} or " if look_up is read else ""
            yield f"eval.{name}.{key}={settings[key]}: {why}. Set {instead}"


def _unmet(name, protocol, model, config, settings):
    """The first of the protocol's conditions that does not hold."""
    for condition in getattr(protocol, "needs", ()):
        why = _refusal(condition, model, config, settings)
        if why:
            yield f"eval.{name}: {why}. Set "
            return


def needs(*conditions):
    """A decorator that says what a protocol needs beside what its settings name."""

    def with_needs(protocol):
        protocol.needs = conditions
        return protocol

    return with_needs


def draws_images(model, config, settings):
    """A model that draws images."""
    if model.translates or model.example_key != "image":
        raise ValueError("it scores images that are drawn, which this system does not make")


def draws_points(model, config, settings):
    """A model that draws points."""
    if model.example_key != "x":
        raise ValueError("it scores points, which this system does not make")


def translates_images(model, config, settings):
    """A model that translates images."""
    if not model.translates:
        raise ValueError("it scores translations, which this system does not make")


def has_known_modes(model, config, settings):
    """Data whose modes are known."""
    toys.get(config.data.name)


def has_captions(model, config, settings):
    """Data with captions and their embeddings."""
    found = data.info(**{**reference_settings(config), "keys": None}).elements
    if not {"image", "text", "caption"} <= set(found):
        raise ValueError("it needs images with captions, as data.name=captioned/NAME gives them")


def gives_logits(model, config, settings):
    """An extractor that classifies, and enough samples."""
    if extractor_of(settings["extractor"]).logits_layer is None:
        raise ValueError(f"{settings['extractor']} has no logits")


def fills_ten_splits(model, config, settings):
    """A sample for each split of the Inception score."""
    if settings["samples"] < _SPLITS_OF_SAMPLES:
        raise ValueError(f"it needs {_SPLITS_OF_SAMPLES} samples or more")


def tells_the_classes(model, config, settings):
    """A system of classes, and an extractor that tells as many apart as the data have."""
    if "label" not in next(iter(model.samplers().values())).inputs:
        raise ValueError("this system has no classes to ask for")
    told = _outputs(settings["extractor"], model)["logits"].shape[1]
    count = data.info(**reference_settings(config)).num_classes or model.classes
    if told != count:
        raise ValueError(f"{settings['extractor']} tells {told} classes apart, and there are {count}")


def classifies(model, config, settings):
    """A system that serves probabilities of classes of images."""
    function, specs = model.signatures().get("classify", (lambda inputs: {}, {}))
    if "class_probs" not in function({key: tf.zeros([1, *spec.shape[1:]]) for key, spec in specs.items()}):
        raise ValueError("this system serves no probabilities of classes")


def has_labels(model, config, settings):
    """A split with labels."""
    if "label" not in data.info(**reference_settings(config, settings["split"])).elements:
        raise ValueError(f"{config.data.name}:{settings['split']} has no labels")


def _lookups(model, read):
    """{setting: function of its value that raises where there is no such thing}."""
    return {
        "split": read,
        "validation": read,
        "extractor": lambda name: _outputs(name, model),
        "encoder": encoders.load,
    }


def _outputs(name, model):
    """What an extractor gives for two images of the shape that a model makes."""
    shape = model.example_shapes[model.example_key]
    return extractor_of(name)(np.zeros([2, *shape], np.uint8))


def _defaults(protocol):
    parameters = inspect.signature(protocol).parameters.items()
    return {name: each.default for name, each in parameters if each.default is not each.empty}


def _refusal(function, *arguments):
    """Why something cannot be had, or an empty text.

    Networks come from disks and servers, and fail in any way; what they say is passed on.
    """
    try:
        function(*arguments)
    except Exception as error:
        return str(error).strip().rstrip(".") or type(error).__name__
    return ""
