"""Settings of the command line: text as it stands, and values that are none."""

import os

import pytest

from tfgan_zoo.hub import builders, models
from tfgan_zoo.hub.config import ConfigError, load_config, parse_overrides
from tfgan_zoo.hub.schema import Optimizer

NAMES = [
    "./a #1",
    "001",
    "2021-05-01",
    "yes",
    "a: b",
    "[neu]",
    "{a: b}",
    "1e3",
    "~",
    "'quoted'",
    "é",
    "a=b",
    " x ",
]


@pytest.mark.parametrize("name", [*NAMES, os.fsdecode(b"caf\xe9")])
@pytest.mark.parametrize("key", ["data.name", "data.split", "data.data_dir", "held_out"])
def test_text_is_taken_as_it_stands(key, name):
    overrides = parse_overrides([f"{key}={name}"])
    assert overrides == {key: name}
    config = load_config("dcgan/fashion_mnist", overrides)
    section, _, last = key.rpartition(".")
    assert getattr(config.data if section else config, last) == name
    assert load_config("dcgan/fashion_mnist", {key: name}).as_dict() == config.as_dict()


def test_text_deep_in_the_schema_is_text_and_all_else_is_yaml():
    given = {
        "eval.fid.split": "1e3",
        "eval.fid.extractor": "./module #2",
        "eval.parzen_log_likelihood.validation": "train[:10]",
        "optimizers.generator.class": "Adam",
        "networks.generator.builder": "dcgan.generator",
        "train.on_collapse": "stop",
    }
    assert parse_overrides([f"{key}={value}" for key, value in given.items()]) == given
    assert parse_overrides(['data.name="a #1"', 'held_out="a', "data.split='a'"]) == {
        "data.name": "a #1",
        "held_out": '"a',
        "data.split": "'a'",
    }
    yaml = {
        "train.steps": 1000.0,
        "train.deterministic": False,
        "data.keys": ["image", "label"],
        "data.take": None,
        "data.name": None,
        "eval.fid": None,
        "system_args.prior": "normal",
    }
    texts = ("1e3", "no", "[image, label]", "null", "null", "null", "normal")
    assert parse_overrides([f"{key}={text}" for key, text in zip(yaml, texts)]) == yaml


@pytest.mark.parametrize(
    "key", ["train.steps", "train.seed", "data.take", "data.image_size", "data.channels"]
)
def test_a_truth_value_is_no_number(key):
    with pytest.raises(ConfigError, match=f"{key}: must be a whole number; got true"):
        load_config("dcgan/fashion_mnist", {key: True})


@pytest.mark.parametrize(
    "name, values",
    [
        (
            "learning_rate",
            [True, "x", -1e-3, [1], {"class": "CosineDecay", "initial_learning_rate": "x", "decay_steps": 3}],
        ),
        ("learning_rate", [{"class": "CosineDecay", "initial_learning_rate": True, "decay_steps": 3}]),
        (
            "learning_rate",
            [{"class": "ConstantThenLinear", "initial": -1, "constant_steps": 1, "decay_steps": 3}],
        ),
        (
            "learning_rate",
            [{"class": "ConstantThenLinear", "initial": 1, "constant_steps": "a", "decay_steps": 3}],
        ),
        (
            "learning_rate",
            [{"class": "ConstantThenLinear", "initial": 1, "constant_steps": 0, "decay_steps": 0}],
        ),
        ("beta_1", ["x", True, 1, -0.1]),
        ("beta_2", ["x", 1.5]),
        ("epsilon", ["x", True]),
        ("weight_decay", ["x", True, -1]),
        ("clipnorm", ["abc", True, 0, -1]),
        ("clipvalue", ["abc"]),
        ("global_clipnorm", ["abc"]),
        ("use_ema", ["x", 1]),
        ("ema_momentum", ["x", 1]),
        ("ema_overwrite_frequency", ["x", 0, 1.5]),
        ("loss_scale_factor", ["x", 0]),
        ("gradient_accumulation_steps", ["x", True]),
        ("amsgrad", ["x"]),
    ],
)
def test_values_of_optimizers_that_are_none(name, values):
    for value in values:
        with pytest.raises(ConfigError, match=f"optimizers.generator.{name}"):
            builders.optimizer(Optimizer(**{"class": "Adam", name: value}), "optimizers.generator")


def test_values_of_optimizers_that_are_some():
    given = {
        "learning_rate": 0,
        "beta_1": 0,
        "weight_decay": 0.0,
        "clipnorm": 1,
        "use_ema": True,
        "amsgrad": False,
    }
    made = builders.optimizer(Optimizer(**{"class": "Adam", **given}), "optimizers.generator")
    assert (float(made.learning_rate), made.clipnorm, made.use_ema) == (0.0, 1, True)


@pytest.mark.parametrize(
    "key, value, told",
    [
        ("networks.generator.width", True, "must be a number; got True"),
        ("networks.generator.width", "x", "must be a number; got 'x'"),
        ("networks.generator.width", 2.5, "must be a whole number; got 2.5"),
        ("system_args.prior", 3, "must be a text; got 3"),
    ],
)
def test_values_of_networks_and_systems_that_are_none(key, value, told):
    with pytest.raises(ConfigError, match=told):
        models.build(load_config("dcgan/fashion_mnist", {key: value}, smoke=True))
