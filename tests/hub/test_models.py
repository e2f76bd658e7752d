"""From a config to a compiled model: seeds, the caller's state, misspellings, weights that ship."""

import json
import random

import keras
import numpy as np
import pytest

import tfgan_zoo as zoo
from tfgan_zoo.core.optimizers import RampedMomentumSGD
from tfgan_zoo.core.schedules import FlooredExponentialDecay
from tfgan_zoo.hub import index
from tfgan_zoo.hub.config import ConfigError
from tfgan_zoo.hub.weights import write_weights
from tfgan_zoo.utils.files import sha256

ID = "gan/ring8"


def load(overrides=None, config_id=ID, weights=None):
    return zoo.load(config_id, weights, overrides, smoke=True)


def values(model):
    return np.concatenate([variable.numpy().ravel() for variable in model.variables])


def message(overrides, config_id=ID):
    with pytest.raises(ConfigError) as caught:
        load(overrides, config_id)
    return str(caught.value)


@pytest.mark.parametrize("config_id", [ID, "dcgan/fashion_mnist"])
def test_the_seed_decides_the_fresh_weights(config_id):
    first = values(load(config_id=config_id))
    np.testing.assert_array_equal(first, values(load(config_id=config_id)))
    other = values(load({"train.seed": 1}, config_id))
    assert np.mean(first != other) > 0.5


def test_fresh_weights_do_not_depend_on_the_callers_random_state():
    keras.utils.set_random_seed(5)
    first = values(load())
    random.random(), np.random.random()
    np.testing.assert_array_equal(first, values(load()))


def assert_the_caller_is_untouched(action):
    random.seed(7)
    np.random.seed(7)
    before = random.getstate(), np.random.get_state()[1].copy(), keras.config.dtype_policy().name
    action()
    assert random.getstate() == before[0]
    np.testing.assert_array_equal(np.random.get_state()[1], before[1])
    assert keras.config.dtype_policy().name == before[2]


def test_load_leaves_the_callers_state_alone():
    assert_the_caller_is_untouched(lambda: load({"train.precision": "mixed_bfloat16"}))


def test_a_failing_load_leaves_the_callers_state_alone():
    overrides = {"train.precision": "mixed_bfloat16", "system_args.k": 0}
    assert_the_caller_is_untouched(lambda: message(overrides))


@pytest.mark.parametrize(
    "overrides, where, neighbour",
    [
        ({"system": "dcgn"}, "There is no system 'dcgn'", "dcgan"),
        ({"system_args.pryor": "normal"}, "system gan: unknown key 'pryor'", "prior"),
        (
            {"networks.generator.builder": "mpl.toy_generator"},
            "networks.generator: There is no module of builders 'mpl'",
            "mlp",
        ),
        ({"networks.generator.builder": "mlp.toy_generater"}, "networks.generator", "toy_generator"),
        ({"networks.generator.hiden": 4}, "networks.generator: unknown key 'hiden'", "hidden"),
        ({"networks.generater": {"builder": "mlp.toy_generator"}}, "'generater'", "generator"),
        ({"optimizers.generator": {"class": "Adma"}}, "optimizers.generator: There is no optimizer 'Adma'", "Adam"),
        ({"optimizers.generator.beta1": 0}, "optimizers.generator: unknown key 'beta1'", "beta_1"),
        (
            {"optimizers.generator.learning_rate": {"class": "CosineDecey"}},
            "optimizers.generator: There is no schedule 'CosineDecey'",
            "CosineDecay",
        ),
        (
            {"optimizers.generator.learning_rate": {"class": "CosineDecay", "decay_step": 3}},
            "optimizers.generator.learning_rate: unknown key 'decay_step'",
            "decay_steps",
        ),
    ],
)
def test_a_misspelt_name_is_told_its_neighbour(overrides, where, neighbour):
    text = message(overrides)
    assert where in text and f"Did you mean {neighbour}" in text


def test_a_missing_argument_is_named():
    schedule = {"class": "CosineDecay", "initial_learning_rate": 0.1}
    text = message({"optimizers.generator.learning_rate": schedule})
    assert "optimizers.generator.learning_rate: the key 'decay_steps' is missing" in text


def test_what_a_constructor_refuses_is_a_config_error():
    assert "system gan: " in message({"system_args.k": 0})
    assert "networks.generator: " in message({"networks.generator.image_size": 15}, "dcgan/mnist")


def test_a_private_helper_is_no_builder():
    assert "no builder in dcgan '_up'" in message({"networks.generator.builder": "dcgan._up"})


def test_every_player_needs_an_optimizer():
    with pytest.raises(ValueError, match="one optimizer for each of its players"):
        load({"optimizers.generator": None})


def test_a_schedule_is_found_by_name():
    schedule = {"class": "ExponentialDecay", "initial_learning_rate": 0.5}
    schedule |= {"decay_steps": 10, "decay_rate": 0.25}
    optimizer = load({"optimizers.generator.learning_rate": schedule}).optimizers["generator"]
    optimizer.iterations.assign(5)
    assert float(optimizer.learning_rate) == pytest.approx(0.25)


def test_the_zoos_own_optimizer_and_schedule_are_found_by_name():
    optimizer = load(config_id="gan/mnist").optimizers["generator"]
    assert type(optimizer) is RampedMomentumSGD
    assert optimizer.get_config()["learning_rate"]["class_name"] == FlooredExponentialDecay.__name__
    assert float(optimizer.learning_rate) == pytest.approx(0.1)


def test_an_integer_learning_rate_is_a_number():
    rate = load({"optimizers.generator.learning_rate": 1}).optimizers["generator"].learning_rate
    assert float(rate) == 1.0


def test_overrides_reach_model_and_optimizer():
    overrides = {
        "optimizers.generator.learning_rate": 3e-5,
        "optimizers.generator.beta_1": 0.25,
        "system_args.k": 3,
        "networks.generator.hidden": 5,
        "train.jit_compile": True,
        "train.seed": 11,
    }
    model = load(overrides)
    optimizer = model.optimizers["generator"]
    assert float(optimizer.learning_rate) == pytest.approx(3e-5) and optimizer.beta_1 == 0.25
    assert float(model.optimizers["discriminator"].learning_rate) == pytest.approx(1e-3)
    assert (model.k, model.seed, model.jit_compile) == (3, 11, True)
    assert model.generator.layers[1].units == 5
    assert model.steps_per_execution == 2


@pytest.fixture
def shipped(tmp_path, monkeypatch):
    """A zoo in which weights ship for `gan/ring8`; gives them and their folder."""
    monkeypatch.setattr(index, "pretrained_root", lambda: tmp_path)
    folder = tmp_path / ID
    folder.mkdir(parents=True)
    model = load({"train.seed": 3})
    for variable in model.variables:
        if len(variable.shape) > 1:
            # What ships is in half precision.
            variable.assign(variable.numpy().astype("float16"))
    write_weights(model, folder / "model.weights.h5")
    card = {"weights_sha256": sha256(folder / "model.weights.h5")}
    (folder / "card.json").write_text(json.dumps(card), encoding="utf-8")
    return values(model), folder


def test_pretrained_weights_are_read(shipped):
    expected, _ = shipped
    np.testing.assert_array_equal(values(load(weights="pretrained")), expected)
    assert not np.array_equal(values(load()), expected)


def test_weights_are_read_from_a_path(shipped):
    expected, folder = shipped
    np.testing.assert_array_equal(values(load(weights=folder / "model.weights.h5")), expected)
    np.testing.assert_array_equal(values(load(weights=str(folder / "model.weights.h5"))), expected)


def test_pretrained_weights_of_another_hash_are_refused(shipped):
    _, folder = shipped
    card = {"weights_sha256": "0" * 64}
    (folder / "card.json").write_text(json.dumps(card), encoding="utf-8")
    with pytest.raises(ValueError, match="model.weights.h5 has SHA-256.*card says 0000000000000000"):
        load(weights="pretrained")


def test_one_flipped_bit_in_pretrained_weights_is_noticed(shipped):
    path = shipped[1] / "model.weights.h5"
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    with pytest.raises(ValueError, match="damaged or was replaced"):
        load(weights="pretrained")


def test_missing_pretrained_weights_say_what_to_do(shipped):
    advice = "tfgan-zoo train gan/grid25.*Weights ship for: gan/ring8"
    with pytest.raises(FileNotFoundError, match=advice):
        load(config_id="gan/grid25", weights="pretrained")


def test_a_zoo_without_any_weights_says_so(tmp_path, monkeypatch):
    monkeypatch.setattr(index, "pretrained_root", lambda: tmp_path)
    with pytest.raises(FileNotFoundError, match="none yet"):
        load(weights="pretrained")


def test_an_unknown_id_is_a_key_error():
    with pytest.raises(KeyError, match="gan/ring88.*gan/ring8"):
        zoo.load("gan/ring88")


def test_a_run_is_loaded_with_its_own_settings(tmp_path):
    from tfgan_zoo.hub.config import load_config
    from tfgan_zoo.training.run import train

    settings = load_config(ID, {"system_args.prior": "uniform", "networks.generator.hidden": 7}, smoke=True)
    train(settings, tmp_path / "run", say=lambda line: None)
    for weights in (tmp_path / "run", tmp_path / "run" / "model.weights.h5"):
        model = zoo.load(ID, weights=weights)
        assert model.prior == "uniform" and model.generator.layers[1].units == 7
    with pytest.raises(ConfigError, match="holds a run of gan/ring8, not of gan/grid25"):
        zoo.load("gan/grid25", weights=tmp_path / "run")


def test_the_programs_dtype_policy_is_followed_where_a_config_has_none():
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        assert load().generator.layers[1].compute_dtype == "bfloat16"
        assert load({"train.precision": "float32"}).generator.layers[1].compute_dtype == "float32"
    finally:
        keras.config.set_dtype_policy(before)


def test_a_preset_is_loaded_by_its_class():
    model = zoo.GAN.from_preset(ID)
    expected = zoo.load(ID, weights="pretrained").generate(4, seed=0)
    np.testing.assert_array_equal(model.generate(4, seed=0), expected)
    with pytest.raises(ValueError, match="gan/ring8 is a GAN, not a DCGAN"):
        zoo.DCGAN.from_preset(ID)


def test_files_that_keras_has_left_behind_are_refused(tmp_path):
    with pytest.raises(ValueError, match=r"model.save\('NAME.keras'\).*got .*model.h5"):
        load().save(tmp_path / "model.h5")
