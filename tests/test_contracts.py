"""The contracts of `contracts.py` on every config of the zoo, found by themselves."""

import contracts
import pytest

from tfgan_zoo.config import list_configs


@pytest.fixture(scope="module")
def server():
    server = contracts.Server()
    yield server
    server.close()


@pytest.fixture(
    scope="module",
    params=[pytest.param(name, marks=pytest.mark.xdist_group(name)) for name in list_configs()],
)
def config(request):
    return contracts.smoke(request.param)


@pytest.fixture(scope="module")
def reference(config):
    """A model trained for a few steps on one device; tests must not change it."""
    return contracts.fit(contracts.build(config), config, contracts.STEPS)


def test_updates_are_counted(config, reference):
    contracts.updates_are_counted(config, reference)


def test_saving(config, tmp_path):
    contracts.survives_saving(config, tmp_path)


def test_making(config, reference):
    contracts.makes_by_seed(config, reference)


def test_xla(config):
    contracts.compiles_with_xla(config)


def test_two_replicas(config, reference):
    contracts.replicas_agree(config, reference)


def test_bfloat16(config):
    contracts.trains_in_bfloat16(config)


def test_export(reference, server, tmp_path):
    contracts.serves_without_the_package(reference, server, tmp_path)
