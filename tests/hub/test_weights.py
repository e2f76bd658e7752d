"""Files of weights: networks only, averaged, in half precision, refused by name when they do not fit."""

import json
import resource
import time

import h5py
import keras
import numpy as np
import pytest

import tfgan_zoo as zoo
from tfgan_zoo.hub.weights import (
    checked,
    load_checked,
    read_weights,
    save_state,
    write_network,
    write_weights,
)
from tfgan_zoo.utils.files import sha256

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


def rounded(arrays):
    """What is left of arrays in a file: kernels to half precision, all else as it is."""
    return [a.astype(np.float16).astype(np.float32) if a.ndim > 1 else a for a in arrays]


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
    assert_equal(weights(model), rounded(averaged))
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
    one, two = ([weight.numpy() for weight in each.generator.weights] for each in (model, other))
    assert_equal(two, rounded(one))


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
    assert_equal(weights(other), rounded(weights(model)))
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


@pytest.mark.parametrize("place", range(1, 6))
def test_a_flipped_bit_in_a_groups_header_is_refused(path, place):
    content = path.read_bytes()
    flip(path, [i for i in range(len(content)) if content[i : i + 4] == b"OHDR"][place] + 30)
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


# The form in which arrays are stored.


def dense(kernel, bias=(0.0,)):
    """A network of one layer with that kernel [n, m] and that bias [m]."""
    kernel = np.asarray(kernel, np.float32)
    layer = keras.layers.Dense(kernel.shape[1], name="dense")
    network = keras.Sequential([keras.Input((len(kernel),)), layer])
    network.set_weights([kernel, np.broadcast_to(np.float32(bias), kernel.shape[1:])])
    return network


def stored(network, path):
    """The datasets of its file: {name: (dtype, values, compression)}."""
    found = {}

    def look(name, item):
        if isinstance(item, h5py.Dataset):
            found[name] = (item.dtype, item[()], item.compression)

    write_network(network, path)
    with h5py.File(path) as file:
        file.visititems(look)
    return found


@pytest.mark.parametrize(
    "kernel, dtype, values",
    [
        ([[1 / 3, -2.0]], "float16", [[0.333251953125, -2.0]]),
        ([[65504.0, 1.0]], "float16", [[65504.0, 1.0]]),
        # float16 has no such number.
        ([[65519.0, 1.0]], "float32", [[65519.0, 1.0]]),
        ([[1e9, 1.0]], "float32", [[1e9, 1.0]]),
        # The largest is held to 11 bits; beside it the smallest loses some.
        ([[2.0**-14, 2.0**-24]], "float16", [[2.0**-14, 2.0**-24]]),
        ([[6e-5, 1e-6]], "float32", [[6e-5, 1e-6]]),
        ([[0.0, 0.0]], "float16", [[0.0, 0.0]]),
        ([[np.inf, 1.0]], "float32", [[np.inf, 1.0]]),
        ([[np.nan, 1.0]], "float32", [[np.nan, 1.0]]),
    ],
)
def test_kernels_are_stored_in_half_precision_where_that_holds_them(kernel, dtype, values, tmp_path):
    network = dense(kernel, bias=1 / 3)
    found = stored(network, tmp_path / "a.weights.h5")
    assert found["layers/dense/vars/0"][0] == np.dtype(dtype)
    assert found["layers/dense/vars/1"][0] == np.float32
    read = dense(np.ones_like(kernel))
    read.load_weights(tmp_path / "a.weights.h5")
    assert {weight.dtype for weight in read.weights} == {"float32"}
    assert_equal(read.get_weights(), [np.float32(values), np.float32([1 / 3, 1 / 3])])


def test_large_arrays_are_compressed(tmp_path):
    found = stored(dense(np.tile([[0.1, 0.2]], (8192, 1))), tmp_path / "a.weights.h5")
    assert [found[f"layers/dense/vars/{i}"][2] for i in range(2)] == ["gzip", None]
    # 8192 rows of two numbers of 2 bytes each are the same.
    assert (tmp_path / "a.weights.h5").stat().st_size < 8192


def test_equal_weights_are_equal_files_whenever_they_are_written(tmp_path):
    network = dense(np.ones((64, 64)))
    write_network(network, tmp_path / "a.weights.h5")
    time.sleep(1.1)  # HDF5 keeps times in seconds.
    write_network(network, tmp_path / "b.weights.h5")
    assert (tmp_path / "a.weights.h5").read_bytes() == (tmp_path / "b.weights.h5").read_bytes()


def test_names_of_layers_and_counters_are_kept(trained, path):
    save_state(trained, path.with_name("full.weights.h5"))
    with h5py.File(path.with_name("full.weights.h5")) as full, h5py.File(path) as half:
        names = []
        half.visit(names.append)
        assert len(names) > 20
        for name in names:
            assert dict(half[name].attrs) == dict(full[name].attrs)
        assert half["vars/0"].dtype == np.int64 and half["vars/0"][()] == 4


def test_files_in_full_precision_are_read_as_they_are(trained, tmp_path):
    save_state(trained, tmp_path / "full.weights.h5")
    model = load(seed=1, **{"optimizers.generator.use_ema": True})
    read_weights(model, tmp_path / "full.weights.h5")
    assert_equal(weights(model), weights(trained))


def test_old_fakes_are_not_written_and_stay_in_the_model(tmp_path):
    model = train(load(**{"system_args.replay": 20}))
    pool = next(layer for layer in model.layers if hasattr(layer, "slots"))
    slots = pool.slots.numpy()
    assert slots.any() and pool.stored.numpy() > 0
    write_weights(model, tmp_path / "a.weights.h5")
    np.testing.assert_array_equal(pool.slots.numpy(), slots)
    read_weights(model, tmp_path / "a.weights.h5")
    assert not pool.slots.numpy().any() and pool.stored.numpy() == 0


@pytest.mark.parametrize("at", [0.2, 0.5, 0.8])
def test_a_flipped_bit_in_compressed_values_is_refused(tmp_path, at):
    path = tmp_path / "a.weights.h5"
    network = dense(np.random.default_rng(0).normal(size=(100, 100)))
    write_network(network, path)
    with h5py.File(path) as file:
        values = file["layers/dense/vars/0"].id.get_chunk_info(0)
    flip(path, values.byte_offset + int(at * values.size))
    with pytest.raises(ValueError, match="do not fit this model, or the file is damaged"):
        load_checked(network, with_card(path), advice="")


# A folder of weights and their card, of whatever kind.


def with_card(path):
    """Writes the card that a file of weights needs; returns the folder, where the file has its usual name."""
    weights = path.rename(path.with_name("model.weights.h5"))
    (path.parent / "card.json").write_text(json.dumps({"weights_sha256": sha256(weights)}))
    return path.parent


@pytest.fixture
def folder(tmp_path):
    write_network(dense([[0.5, 0.25]]), tmp_path / "a.weights.h5")
    return with_card(tmp_path / "a.weights.h5")


def test_the_first_folder_that_has_weights_is_read(folder, tmp_path):
    network = dense([[1.0, 1.0]])
    digest = load_checked(network, tmp_path / "none", folder, advice="Train.")
    assert digest == sha256(folder / "model.weights.h5")
    assert_equal(network.get_weights(), [np.float32([[0.5, 0.25]]), np.zeros(2, np.float32)])
    assert checked(tmp_path / "none", folder, advice="Train.") == (folder / "model.weights.h5", digest)


def test_missing_weights_are_told_with_every_place_and_the_advice(tmp_path):
    places = f"{tmp_path / 'a/model.weights.h5'} or {tmp_path / 'b/model.weights.h5'}"
    with pytest.raises(FileNotFoundError, match=f"There are no weights at {places}. Train them."):
        checked(tmp_path / "a", tmp_path / "b", advice="Train them.")


def test_weights_that_are_not_the_cards_are_refused(folder):
    network = dense([[1.0, 1.0]])
    flip(folder / "model.weights.h5", -1)
    with pytest.raises(ValueError, match="model.weights.h5 has SHA-256 .* but its card says .* was replaced"):
        load_checked(network, folder, advice="")
    assert_equal(network.get_weights()[:1], [np.ones((1, 2), np.float32)])


@pytest.mark.parametrize("content", [None, "", "[]", "{}", '{"weights_sha256": 3}', "[" * 100_000])
def test_a_damaged_or_missing_card_is_named(folder, content):
    (folder / "card.json").unlink() if content is None else (folder / "card.json").write_text(content)
    with pytest.raises(ValueError, match="The card .*card.json is damaged or gone"):
        checked(folder, advice="")


def test_weights_of_another_network_are_refused(folder):
    with pytest.raises(ValueError, match="do not fit this model"):
        load_checked(dense([[1.0]]), folder, advice="")
