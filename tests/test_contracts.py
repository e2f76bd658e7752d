"""The contracts of `contracts.py` on every config of the zoo, found by themselves.

Configs whose smoke overlays train the same model are held to them once, by the first of them.
"""

import inspect

import contracts
import numpy as np
import pytest

from tfgan_zoo.evaluation import PROTOCOLS
from tfgan_zoo.hub.config import list_configs, load_config
from tfgan_zoo.reproduce import program_of


@pytest.fixture(scope="module")
def server():
    server = contracts.Server()
    yield server
    server.close()


REPRESENTATIVES = sorted(set(contracts.representatives().values()))


@pytest.fixture(
    scope="module",
    params=[pytest.param(name, marks=pytest.mark.xdist_group(name)) for name in REPRESENTATIVES],
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


def test_tpu(config):
    contracts.fits_a_tpu(config)


def test_two_replicas(config, reference, record_property):
    largest = contracts.replicas_agree(config, reference)
    record_property("alike", [config.id, "mirrored", 2, float(largest)])


def test_bfloat16(config):
    contracts.trains_in_bfloat16(config)


def test_export(reference, server, tmp_path):
    contracts.serves_without_the_package(reference, server, tmp_path)


def nameless(optimizer):
    """Its settings, less the name, which Keras counts up."""
    return type(optimizer), {**optimizer.get_config(), "name": None}


@pytest.mark.parametrize("config_id", list_configs())
def test_every_config_builds_the_model_of_its_representative(config_id):
    model = contracts.build(contracts.smoke(config_id))
    like = contracts.representatives()[config_id]
    if like != config_id:
        twin = contracts.build(contracts.smoke(like))
        assert type(model) is type(twin)
        for player, optimizer in model.optimizers.items():
            assert nameless(optimizer) == nameless(twin.optimizers[player])
        for mine, others in zip(contracts.state(model), contracts.state(twin), strict=True):
            np.testing.assert_array_equal(mine, others)


@pytest.mark.parametrize("config_id", list_configs())
def test_every_config_builds_at_its_own_size(config_id):
    config = load_config(config_id)
    shapes = contracts.build(config).example_shapes.values()
    if config.data.image_size is not None:
        assert {size for shape in shapes for size in shape[:-1]} == {config.data.image_size}


@pytest.mark.parametrize("smoke", [False, True])
@pytest.mark.parametrize("config_id", list_configs())
def test_every_config_asks_for_scores_and_claims_that_there_are(config_id, smoke):
    config = load_config(config_id, smoke=smoke)
    for name, settings in config.eval.items():
        inspect.signature(PROTOCOLS[name]).bind("model", "config", picture=None, **settings)
    if config.claim:
        program = program_of(config)
        assert program.CLAIM and program.PAPER
