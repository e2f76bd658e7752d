"""How a config is read: strictness, `extends`, overrides, the smoke overlay, YAML's traps."""

import pytest

from tfgan_zoo.hub import index
from tfgan_zoo.hub.config import ConfigError, list_configs, load_config, parse_overrides

BASE = """
paper: {title: A title, authors: An author, venue: A venue, arxiv: "0000.00000"}
system: gan
system_args: {k: 2, prior: normal}
networks:
  generator: {builder: mlp.toy_generator, hidden: 8}
  discriminator: {builder: mlp.toy_discriminator}
optimizers:
  generator: {class: Adam, learning_rate: 2e-4, beta_1: 0.5}
  discriminator: {class: Adam, learning_rate: 1e-3}
data: {name: toy/ring8}
train: {steps: 100, batch_size: 16}
eval:
  mode_coverage: {samples: 50}
smoke:
  networks:
    generator: {hidden: 2}
  train: {steps: 4, steps_per_execution: 2, log_every: 2, checkpoint_every: 2, score_every: 2}
"""


@pytest.fixture
def write(tmp_path, monkeypatch):
    """A function that puts an invented config in a zoo of its own, which holds `toy/base`."""
    monkeypatch.setattr(index, "config_root", lambda: tmp_path)

    def write(config_id, text):
        path = tmp_path / f"{config_id}.yaml"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return config_id

    write("toy/base", BASE)
    return write


def message(config_id, overrides=None, smoke=False):
    with pytest.raises(ConfigError) as caught:
        load_config(config_id, overrides, smoke)
    return str(caught.value)


@pytest.mark.parametrize("smoke", [False, True])
@pytest.mark.parametrize("config_id", list_configs())
def test_every_shipped_config_loads(config_id, smoke):
    config = load_config(config_id, smoke=smoke)
    assert config.id == config_id
    assert config.optimizers and config.networks
    assert config.train.steps <= 10 if smoke else config.train.steps >= 1000


def test_values_are_read_as_they_stand(write):
    config = load_config("toy/base")
    assert config.system == "gan" and config.system_args == {"k": 2, "prior": "normal"}
    assert config.networks["generator"].builder == "mlp.toy_generator"
    assert config.networks["generator"].arguments == {"hidden": 8}
    assert config.optimizers["generator"].class_name == "Adam"
    assert config.optimizers["generator"].arguments == {"learning_rate": 2e-4, "beta_1": 0.5}
    assert (config.train.steps, config.train.seed, config.data.split) == (100, 0, "train")


@pytest.mark.parametrize(
    "key, neighbour",
    [
        ("netwroks", "networks"),
        ("train.step", "steps"),
        ("train.bach_size", "batch_size"),
        ("data.image_sise", "image_size"),
        ("paper.titel", "title"),
    ],
)
def test_an_unknown_key_is_named_in_full_with_its_neighbour(write, key, neighbour):
    text = message("toy/base", {key: 1})
    assert f"unknown key '{key}'" in text and "Did you mean" in text and neighbour in text


def test_an_unknown_key_without_a_neighbour_lists_the_known_ones(write):
    text = message("toy/base", {"data.zzz": 1})
    assert "Known: channels, classes, data_dir, fit, image_size, keys, labelled, labelled_seed, name, split, take." in text


def test_all_errors_come_at_once(write):
    text = message("toy/base", {"train.step": 1, "data.zzz": 1})
    assert "'train.step'" in text and "'data.zzz'" in text and text.startswith("Config toy/base: ")


@pytest.mark.parametrize(
    "key, value",
    [
        ("train.steps", "many"),
        ("train.steps", 0),
        ("train.steps", 1.5),
        ("train.batch_size", [8]),
        ("train.seed", -1),
        ("train.seed", 2**31),
        ("train.precision", "float16"),
        ("train.jit_compile", "perhaps"),
        ("data.fit", "squeeze"),
        ("data.channels", 2),
        ("system", "Not A Module"),
        ("system_args", 3),
        ("networks.generator", 3),
        ("networks.generator.builder", "toy_generator"),
        ("optimizers.generator.class", 3),
    ],
)
def test_a_wrong_value_is_named_by_its_key(write, key, value):
    assert f"Config toy/base: {key}: " in message("toy/base", {key: value})


@pytest.mark.parametrize("key", ["train.steps", "paper.title", "data.name", "networks", "system"])
def test_a_missing_key_is_named(write, key):
    assert f"{key}: Field required" in message("toy/base", {key: None})


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf")])
@pytest.mark.parametrize("key", ["system_args.weight", "eval.mode_coverage.radius", "claim.bound"])
def test_numbers_are_finite(write, key, value):
    assert "numbers must be finite" in message("toy/base", {key: value})


@pytest.mark.parametrize(
    "overrides",
    [
        {"optimizers.generator.learning_rate": float("nan")},
        {"optimizers.generator.learning_rate": {"class": "CosineDecay", "alpha": float("inf")}},
        {"networks.generator.hidden": float("inf")},
        {"system_args.weights": [1.0, float("nan")]},
    ],
)
def test_numbers_are_finite_everywhere(write, overrides):
    assert "finite" in message("toy/base", overrides)


def test_steps_are_whole_executions(write):
    text = message("toy/base", {"train.steps": 30})
    assert "train.steps=30 is no multiple of train.log_every=20" in text


@pytest.mark.parametrize("smoke", ["3", "[1]", "text"])
def test_a_smoke_overlay_that_is_no_map_is_refused(write, smoke):
    write("toy/child", f"extends: toy/base\nsmoke: {smoke}\n")
    assert "smoke" in message("toy/child", smoke=True)


@pytest.mark.parametrize("key, neighbour", [("smok", "smoke"), ("extend", "extends")])
def test_misspelt_file_keys_are_told_their_neighbour(write, key, neighbour):
    assert f"Did you mean {neighbour}" in message("toy/base", {key: {}})


@pytest.mark.parametrize("name", ["checkpoint_every", "score_every"])
def test_intervals_fall_on_epochs_of_a_run(write, name):
    text = message("toy/base", {f"train.{name}": 30})
    assert f"train.{name}=30 is no multiple of train.log_every=20" in text
    spaced = {f"train.{name}": 30, "train.steps_per_execution": 10, "train.log_every": 10}
    assert getattr(load_config("toy/base", spaced).train, name) == 30


def test_epochs_of_a_run_are_whole_executions(write):
    text = message("toy/base", {"train.log_every": 30})
    assert "train.log_every=30 is no multiple of train.steps_per_execution=20" in text


SGD = {"generator": {"class": "SGD"}}
STAGES = [{"name": "first", "steps": 40}, {"name": "second", "steps": 60, "optimizers": SGD}]


def test_stages_add_up_to_the_steps(write):
    stages = load_config("toy/base", {"train.stages": STAGES}).train.stages
    assert [(stage.name, stage.steps) for stage in stages] == [("first", 40), ("second", 60)]
    assert stages[1].optimizers["generator"].class_name == "SGD"
    assert "steps of its stages add up to 80" in message("toy/base", {"train.stages": [STAGES[0]] * 2})
    short = [{"name": "first", "steps": 30}, {"name": "second", "steps": 70}]
    assert "train.stages.first.steps=30 is no multiple" in message("toy/base", {"train.stages": short})


def test_an_argument_may_be_a_list_of_networks(write):
    one = {"builder": "mlp.toy_generator"}
    networks = load_config("toy/base", {"networks.generators": [one, one]}).networks["generators"]
    assert [each.builder for each in networks] == ["mlp.toy_generator"] * 2
    assert "networks.generators.1.builder: " in message("toy/base", {"networks.generators": [one, {"builder": "x"}]})


def test_a_config_cannot_be_changed(write):
    with pytest.raises(ValueError):
        load_config("toy/base").train.steps = 1


def test_extends_merges_maps(write):
    write("toy/child", "extends: toy/base\ntrain: {steps: 40}\nsystem_args: {replay: 5}\n")
    base, child = load_config("toy/base"), load_config("toy/child")
    assert (child.train.steps, child.train.batch_size) == (40, 16)
    assert child.system_args == {"k": 2, "prior": "normal", "replay": 5}
    assert child.paper == base.paper and child.networks == base.networks


def test_extends_reaches_over_generations(write):
    write("toy/child", "extends: toy/base\ntrain: {steps: 7, batch_size: 3}\n")
    write("toy/grandchild", "extends: toy/child\ntrain: {steps: 60}\n")
    train = load_config("toy/grandchild").train
    assert (train.steps, train.batch_size) == (60, 3)


def test_null_takes_a_key_away(write):
    write("toy/child", "extends: toy/base\nsystem_args: {k: null}\neval: null\n")
    child = load_config("toy/child")
    assert child.system_args == {"prior": "normal"} and child.eval == {}


def test_a_changed_builder_or_class_drops_the_old_arguments(write):
    networks = "networks:\n  generator: {builder: mlp.image_generator, channels: 3}\n"
    optimizers = "optimizers:\n  generator: {class: SGD, momentum: 0.9}\n"
    write("toy/child", f"extends: toy/base\n{networks}{optimizers}")
    child = load_config("toy/child")
    assert child.networks["generator"].arguments == {"channels": 3}
    assert child.optimizers["generator"].arguments == {"momentum": 0.9}


def test_a_repeated_class_keeps_the_old_arguments(write):
    write("toy/child", "extends: toy/base\noptimizers:\n  generator: {class: Adam, beta_1: 0}\n")
    arguments = load_config("toy/child").optimizers["generator"].arguments
    assert arguments == {"learning_rate": 2e-4, "beta_1": 0}


def test_extends_in_a_circle_is_refused(write):
    write("toy/one", "extends: toy/two\n")
    write("toy/two", "extends: toy/one\n")
    assert "toy/one -> toy/two -> toy/one" in message("toy/one")


def test_an_unknown_base_is_named_with_its_neighbour(write):
    write("toy/child", "extends: toy/bass\n")
    with pytest.raises(KeyError, match="toy/bass.*toy/base"):
        load_config("toy/child")


def test_an_unknown_id_is_named_with_its_neighbour():
    with pytest.raises(KeyError, match="dcgan/fashionmnist.*Did you mean.*dcgan/fashion_mnist"):
        load_config("dcgan/fashionmnist")


def test_the_smoke_overlay_is_laid_on_only_when_asked(write):
    full, smoke = load_config("toy/base"), load_config("toy/base", smoke=True)
    assert full.train.steps == 100 and full.networks["generator"].arguments == {"hidden": 8}
    assert smoke.train.steps == 4 and smoke.networks["generator"].arguments == {"hidden": 2}
    assert smoke.train.batch_size == full.train.batch_size


def test_a_child_changes_the_smoke_overlay_of_its_base(write):
    write("toy/child", "extends: toy/base\nsmoke: {train: {steps: 2}}\n")
    smoke = load_config("toy/child", smoke=True)
    assert (smoke.train.steps, smoke.train.log_every) == (2, 2)


def test_an_unknown_key_in_the_smoke_overlay_is_refused(write):
    write("toy/child", "extends: toy/base\nsmoke: {train: {step: 2}}\n")
    assert "'train.step'" in message("toy/child", smoke=True)


def test_overrides_come_last(write):
    overrides = {"train.steps": 6, "optimizers.generator.learning_rate": 1e-5}
    config = load_config("toy/base", overrides, smoke=True)
    assert config.train.steps == 6
    assert config.optimizers["generator"].arguments == {"learning_rate": 1e-5, "beta_1": 0.5}


def test_overrides_stay_with_their_call(write):
    before = load_config("toy/base")
    overrides = {"system_args.k": 9, "networks.generator": {"hidden": 3}}
    assert load_config("toy/base", overrides).system_args["k"] == 9
    assert load_config("toy/base") == before
    assert overrides == {"system_args.k": 9, "networks.generator": {"hidden": 3}}


def test_the_order_of_overrides_does_not_matter(write):
    overrides = {"optimizers.generator.momentum": 0.9, "optimizers.generator.class": "SGD"}
    for items in (overrides.items(), reversed(overrides.items())):
        assert load_config("toy/base", dict(items)).optimizers["generator"].arguments == {"momentum": 0.9}


def test_parsed_overrides_are_yaml():
    settings = ["a.b=2e-4", "c=[1, 2]", "d={e: f}", "g=", "h=true", "i=a=b", "j=1E+3", "k=12"]
    assert parse_overrides(settings) == {
        "a.b": 2e-4,
        "c": [1, 2],
        "d": {"e": "f"},
        "g": None,
        "h": True,
        "i": "a=b",
        "j": 1000.0,
        "k": 12,
    }


@pytest.mark.parametrize("setting", ["train.steps", "=3", "train steps=3", ".a=1", "a..b=1", "a.=1"])
def test_an_override_without_key_and_value_is_refused(setting):
    with pytest.raises(ConfigError, match="key=value"):
        parse_overrides([setting])


@pytest.mark.parametrize("value", ["[1", "{a: 1, a: 2}", "*anchor", "!!python/name:os.system"])
def test_an_override_of_bad_yaml_is_refused_by_its_key(value):
    with pytest.raises(ConfigError, match="--set train.steps"):
        parse_overrides([f"train.steps={value}"])


def test_numbers_with_an_exponent_are_numbers(write):
    write("toy/child", "extends: toy/base\nsystem_args: {a: 1e-6, b: -.5e3, c: 4E+2, d: e5}\n")
    arguments = load_config("toy/child").system_args
    assert {key: arguments[key] for key in "abcd"} == {"a": 1e-6, "b": -500.0, "c": 400.0, "d": "e5"}


def test_a_repeated_key_is_refused(write):
    write("toy/child", "extends: toy/base\ntrain:\n  steps: 1\n  steps: 2\n")
    text = message("toy/child")
    assert "child.yaml: line 3" in text and "'steps' stands twice" in text


def test_an_alias_is_refused(write):
    write("toy/child", "extends: toy/base\nsystem_args: {a: &x 1, b: *x}\n")
    assert "child.yaml: line 2: aliases" in message("toy/child")


def test_a_file_that_is_no_map_is_refused(write):
    write("toy/list", "- a\n- b\n")
    assert "no map of keys" in message("toy/list")


def test_a_file_that_is_no_yaml_is_refused(write):
    write("toy/torn", "train: {steps: 1\n")
    assert "torn.yaml is not valid YAML" in message("toy/torn")


def test_a_config_as_a_dict_loads_back(write):
    config = load_config("toy/base")
    plain = config.as_dict()
    assert plain["optimizers"]["generator"]["class"] == "Adam"
    assert type(config).model_validate(plain) == config
