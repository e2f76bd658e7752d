"""What ships, file by file: sizes within their budgets, arrays in half precision, cards of commits."""

import json

import h5py
import numpy as np
import pytest

from tfgan_zoo.hub import cards, index

MIB = 1 << 20
ROOT = index.pretrained_root()

# Weights that shipped before there was a budget, within one of their own.
LARGER = {"acgan/fashion_mnist", "cgan/mnist", "gan/mnist", "infogan/mnist"} & set(index.list_configs())


def shipped(pattern):
    """Parameters: the files that ship of that name, by their paths below the root."""
    found = sorted(ROOT.rglob(pattern))
    return [pytest.param(path, id=path.relative_to(ROOT).as_posix()) for path in found]


def arrays(path):
    """The datasets of a file of weights, by name."""
    found = {}
    with h5py.File(path) as file:
        file.visititems(
            lambda name, item: found.update({name: item[()]}) if isinstance(item, h5py.Dataset) else None
        )
    return found


@pytest.mark.parametrize("path", shipped("*.h5"))
def test_weights_are_within_their_budget(path):
    name = path.parent.relative_to(ROOT).as_posix()
    assert path.name == "model.weights.h5"
    assert path.stat().st_size <= (3.5 if name in LARGER else 2) * MIB


@pytest.mark.parametrize("name", sorted(LARGER))
def test_larger_weights_are_listed_only_where_they_are(name):
    assert (ROOT / name / "model.weights.h5").stat().st_size > 2 * MIB


@pytest.mark.parametrize("path", shipped("*.h5"))
def test_kernels_are_in_half_precision_and_all_values_are_finite(path):
    found = arrays(path)
    kernels = [array for array in found.values() if array.ndim >= 2]
    assert kernels and {array.dtype for array in kernels} == {np.dtype(np.float16)}
    assert all(np.isfinite(array).all() for array in found.values())


@pytest.mark.parametrize("path", shipped("*.png"))
def test_pictures_are_within_300_kib(path):
    assert path.stat().st_size <= 300 * 1024


def test_all_that_ships_is_within_100_mib():
    assert sum(path.stat().st_size for path in ROOT.rglob("*") if path.is_file()) <= 100 * MIB


@pytest.mark.parametrize("path", shipped("card.json"))
def test_cards_name_the_commit_that_scored_their_weights(path):
    card = json.loads(path.read_text(encoding="utf-8"))
    assert cards.is_commit(card["commit"]), card["commit"]
