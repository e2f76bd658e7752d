"""Systems, builders, optimisers and schedules, found by the names that configs give them."""

import importlib
import subprocess
import sys

import keras
import pytest

import tfgan_zoo as zoo
from tfgan_zoo.core import optimizers
from tfgan_zoo.hub import builders, models
from tfgan_zoo.hub.config import ConfigError
from tfgan_zoo.hub.schema import Network, Optimizer
from tfgan_zoo.utils.registry import children, exports, modules


def network(builder, **arguments):
    return builders.network(Network(builder=builder, **arguments), "networks.generator")


def optimizer(name, **arguments):
    return builders.optimizer(Optimizer(**{"class": name}, **arguments), "optimizers.generator")


def test_builders_of_the_platform_and_of_a_system_are_found():
    assert network("dcgan.generator", width=2, image_size=8, latent_dim=3).output_shape == (None, 8, 8, 3)
    for system in modules("tfgan_zoo.systems.*.networks"):
        former = getattr(importlib.import_module(system), "FORMER_NAMES", {})
        for old, name in former.items():
            assert builders._builder(old, "") is builders._builder(f"{system.split('.')[-2]}.{name}", "")


def test_an_older_card_names_a_builder_that_has_moved():
    frozen = network("char_cnn_rnn.pretrained", name="noto_emoji")
    assert frozen.name == "text_encoder" and not frozen.trainable


@pytest.mark.parametrize(
    "name, arguments, told",
    [
        ("dcgen.generator", {}, "no module of builders 'dcgen'. Did you mean dcgan"),
        ("dcgan.genertor", {}, "no builder in dcgan 'genertor'. Did you mean generator"),
        # What a module only imports is not its own.
        ("dcgan.doublings", {"image_size": 8}, "no builder in dcgan 'doublings'"),
        ("dcgan.keras", {}, "no builder in dcgan 'keras'"),
        ("sizes.doublings", {"image_size": 8}, "sizes.doublings builds no network"),
    ],
)
def test_what_is_no_builder(name, arguments, told):
    with pytest.raises(ConfigError, match=f"networks.generator: .*{told}"):
        network(name, **arguments)


def test_optimizers_and_schedules_are_kerass_and_the_zoos():
    assert isinstance(optimizer("Adam"), keras.optimizers.Adam)
    own = {"class": "FlooredExponentialDecay", "initial": 0.5, "divisor": 1.1, "floor": 0.1}
    made = optimizer("RampedMomentumSGD", learning_rate=own)
    assert isinstance(made, optimizers.RampedMomentumSGD) and float(made.learning_rate) == 0.5
    assert float(optimizer("SGD", learning_rate=1).learning_rate) == 1


@pytest.mark.parametrize(
    "name, rate, told",
    [
        ("FlooredExponentialDecay", 0.1, "no optimizer 'FlooredExponentialDecay'"),
        ("SGD", {"class": "Adam"}, "no schedule 'Adam'"),
        ("SGD", {}, "no schedule None"),
    ],
)
def test_a_schedule_is_no_optimizer(name, rate, told):
    with pytest.raises(ConfigError, match=f"optimizers.generator: There is {told}"):
        optimizer(name, learning_rate=rate)


def test_every_systems_class_is_known_by_name():
    classes = exports("tfgan_zoo.systems")
    assert sorted(classes) == children("tfgan_zoo.systems")
    for system, name in classes.items():
        package = importlib.import_module(f"tfgan_zoo.systems.{system}")
        assert package.__all__ == [name] and models.system_class(system).__name__ == name
        assert getattr(zoo, name) is models.system_class(system)
        assert name in zoo.__all__


def test_a_config_imports_its_own_system_alone():
    code = (
        "import sys, tfgan_zoo as zoo; zoo.load('gan/ring8', smoke=True);"
        "print(*(name for name in sys.modules if name.startswith('tfgan_zoo.systems.')))"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert set(found.split()) == {"tfgan_zoo.systems.gan", "tfgan_zoo.systems.gan.gan"}
