"""Files of weights: networks only, averaged, and refused by name when they do not fit."""

import resource

import h5py
import keras
import numpy as np
import pytest

import tfgan_zoo as zoo
from tfgan_zoo.hub.weights import read_weights, save_state, write_weights

# Keras warns at every layer that it skips before it says that the file does not fit.
pytestmark = pytest.mark.filterwarnings("ignore:Skipping nested container:UserWarning")

ID = "gan/ring8"


def load(seed=0, **overrides):
    return zoo.load(ID, overrides={"train.seed": seed, **overrides}, smoke=True)


def weights(model):
    players = [v for player in model.players() for v in model.player_variables(player)]
    return [variable.numpy() for variable in players]


def slots(model):
    return [v.numpy() for o in model.optimizers.values() for v in o.variables]


def assert_equal(one, other):
    for a, b in zip(one, other, strict=True):
        np.testing.assert_array_equal(a, b)


def train(model, steps=2):
    points = np.random.default_rng(1).normal(size=(64, 2)).astype(np.float32)
    stream = zoo.data.load({"x": points}, batch_size=8, start_step=0)
    model.fit(stream, steps_per_epoch=steps, verbose=0, shuffle=False)
    return model


@pytest.fixture(scope="module")
def trained():
    """A model whose generator keeps averages, after four steps; tests must not change it."""
    return train(load(**{"optimizers.generator.use_ema": True}), 4)


@pytest.fixture
def path(trained, tmp_path):
    write_weights(trained, tmp_path / "model.weights.h5")
    return tmp_path / "model.weights.h5"


def test_what_is_written_is_averaged_and_reads_back(trained, path):
    before = weights(trained)
    with trained.averaged():
        averaged = weights(trained)
    assert any(not np.array_equal(a, b) for a, b in zip(before, averaged))
    model = load(seed=1)
    read_weights(model, path)
    assert_equal(weights(model), averaged)
    assert_equal(weights(trained), before)
    assert int(model.step.numpy()) == int(trained.step.numpy())


def test_batch_statistics_are_written_too(tmp_path):
    model = zoo.load("dcgan/fashion_mnist", smoke=True)
    rng = np.random.default_rng(0)
    for weight in model.generator.weights:
        weight.assign(rng.uniform(0.5, 1.5, weight.shape))
    write_weights(model, tmp_path / "a.weights.h5")
    other = zoo.load("dcgan/fashion_mnist", tmp_path / "a.weights.h5", smoke=True)
    assert len(model.generator.weights) > len(model.generator.trainable_weights)
    for one, two in zip(model.generator.weights, other.generator.weights, strict=True):
        np.testing.assert_array_equal(one.numpy(), two.numpy())


def test_optimizers_are_neither_written_nor_touched(trained, path):
    before = slots(trained)
    with h5py.File(path) as file:
        assert not any("optimizer" in name for name in file)
    assert_equal(slots(trained), before)
    assert set(trained.optimizers) == {"discriminator", "generator"}

    model = train(load(seed=1))
    held, optimizers = slots(model), dict(model.optimizers)
    read_weights(model, path)
    assert_equal(slots(model), held)
    assert model.optimizers == optimizers
    # And training goes on from what was read.
    before = weights(model)
    train(model)
    assert all(not np.array_equal(a, b) for a, b in zip(before, weights(model)))


def test_writing_replaces_the_whole_file(path):
    model = load(seed=2)
    write_weights(model, path)
    other = load(seed=1)
    read_weights(other, path)
    assert_equal(weights(other), weights(model))
    assert [entry.name for entry in path.parent.iterdir()] == [path.name]


def test_optimizers_come_back_after_a_failed_write(trained, path, monkeypatch):
    old = path.read_bytes()

    def full(self, file):
        file.write_bytes(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(type(trained), "save_weights", full)
    with pytest.raises(OSError, match="model.weights.h5: No space left on device"):
        write_weights(trained, path)
    assert set(trained.optimizers) == {"discriminator", "generator"}
    assert path.read_bytes() == old and list(path.parent.iterdir()) == [path]


def refused(path, model=None):
    model = model or load()
    optimizers = dict(model.optimizers)
    with pytest.raises(ValueError) as caught:
        read_weights(model, path)
    assert model.optimizers == optimizers
    assert f"The weights in {path} do not fit this model, or the file is damaged" in str(caught.value)


@pytest.mark.parametrize(
    "overrides",
    [
        {"networks.generator.hidden": 9},
        {"networks.discriminator.hidden": 7},
        {"networks.generator.latent_dim": 3},
        {"system_args.replay": 20},
        {"networks.discriminator": {"builder": "mlp.toy_discriminator", "hidden": 80, "data_dim": 2}},
    ],
)
def test_other_shapes_are_refused(path, overrides):
    refused(path, load(**overrides))


@pytest.mark.parametrize("config_id", ["gan/mnist", "gan/gaussian_1d", "dcgan/mnist"])
def test_other_configs_are_refused(path, config_id):
    refused(path, zoo.load(config_id, smoke=True))


@pytest.mark.parametrize("share", [0, 0.05, 0.5, 0.95])
def test_a_truncated_file_is_refused(path, share):
    content = path.read_bytes()
    path.write_bytes(content[: int(share * len(content))])
    refused(path)


def flip(path, byte):
    content = bytearray(path.read_bytes())
    content[byte] ^= 1
    path.write_bytes(content)


@pytest.mark.parametrize("byte", range(9))
def test_a_flipped_bit_in_the_header_is_refused(path, byte):
    flip(path, byte)
    refused(path)


def test_a_flipped_bit_in_the_directory_of_groups_is_refused(path):
    flip(path, path.read_bytes().index(b"HEAP") + 8 + 3)
    refused(path)


def test_a_file_of_something_else_is_refused(path):
    path.write_text("<html>404</html>")
    refused(path)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match="There are no weights at .*gone.weights.h5"):
        read_weights(load(), tmp_path / "gone.weights.h5")


def test_another_suffix_is_refused(tmp_path):
    (tmp_path / "model.h5").touch()
    with pytest.raises(ValueError, match="end in .weights.h5; got .*model.h5"):
        read_weights(load(), tmp_path / "model.h5")


def test_a_disk_without_room_is_an_error_and_not_the_end_of_the_process(tmp_path):
    """HDF5 crashes the process when it cannot write, so room is asked for first."""
    model = load()
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, before[1]))
    try:
        with pytest.raises(OSError, match="Could not write .*model.weights.h5"):
            write_weights(model, tmp_path / "model.weights.h5")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert list(tmp_path.iterdir()) == []


def test_saving_again_builds_no_optimizer(trained, tmp_path, monkeypatch):
    """Keras would, for the names of its attributes; its memory never came back."""
    save_state(trained, tmp_path / "a.weights.h5")
    monkeypatch.setattr(keras.optimizers.Optimizer, "__init__", lambda *_, **__: pytest.fail("built one"))
    save_state(trained, tmp_path / "a.weights.h5")
