"""The contracts of `contracts.py` on every system of the zoo, found by themselves, by one config each.

The other configs are built at their own size, and take two steps at the size of their smoke overlay.
"""

import importlib
import inspect
import time

import contracts
import numpy as np
import pytest

from tfgan_zoo.evaluation import check
from tfgan_zoo.hub.config import list_configs, load_config

# What a system's contracts may take, in seconds of one core: the process's own time, so that a busy machine does
# not count.
BUDGET = 20

# Those that take longer still: their tiny networks are not tiny enough to trace.
LARGER = {"acgan": 60, "cyclegan": 70, "gan_cls": 70, "infogan": 45, "progressive_gan": 55}


@pytest.fixture(scope="session")
def server():
    server = contracts.Server()
    yield server
    server.close()


REPRESENTATIVES = contracts.representatives()


@pytest.fixture(
    scope="module",
    params=[
        pytest.param(config_id, id=system)
        for system, config_id in REPRESENTATIVES.items()
    ],
)
def config(request):
    return contracts.smoke(request.param)


@pytest.fixture(scope="module")
def reference(config):
    """A model trained for a few steps on one device; tests must not change it."""
    return contracts.fit(contracts.build(config), config, contracts.STEPS)


@pytest.fixture(scope="module")
def spent(config):
    """Seconds of this process on one system's contracts."""
    return {"seconds": 0.0}


@pytest.fixture(autouse=True)
def measured(request):
    if "config" not in request.fixturenames:
        yield
        return
    begun = time.process_time()
    spent = request.getfixturevalue("spent")
    yield
    spent["seconds"] += time.process_time() - begun


def test_updates_are_counted(config, reference):
    contracts.updates_are_counted(config, reference)


def test_an_update_moves_its_own_player_alone(config):
    contracts.an_update_moves_its_own_player_alone(config)


def test_networks_know_when_they_train(config):
    contracts.networks_know_when_they_train(config)


def test_every_key_matters(config):
    contracts.every_key_matters(config)


def test_evaluation_moves_nothing(config, reference):
    contracts.evaluation_moves_nothing(config, reference)


def test_saving(config, tmp_path):
    contracts.survives_saving(config, tmp_path)


def test_making(config, reference):
    contracts.makes_by_seed(config, reference)


def test_averages(config):
    contracts.makes_with_averages(config)


def test_xla(config):
    contracts.compiles_with_xla(config)


def test_two_replicas(config, record_property):
    largest = contracts.replicas_agree(config)
    record_property("alike", [config.id, "mirrored", 2, float(largest)])


def test_bfloat16(config):
    contracts.trains_in_bfloat16(config)


def test_export(reference, server, tmp_path):
    contracts.serves_without_the_package(reference, server, tmp_path)


def test_the_contracts_stay_within_their_budget(config, spent, record_property):
    limit = LARGER.get(config.system, BUDGET)
    record_property("cost", [config.system, round(spent["seconds"], 1), limit])
    assert spent["seconds"] <= limit


OTHERS = sorted(set(list_configs()) - set(REPRESENTATIVES.values()))


@pytest.mark.parametrize("config_id", OTHERS)
def test_every_other_config_takes_two_steps(config_id):
    config = contracts.smoke(config_id)
    model = contracts.fit(contracts.build(config), config, 2)
    assert all(np.isfinite(losses).all() for losses in model.history.history.values())
    assert int(model.step.numpy()) == 2


@pytest.mark.parametrize("config_id", list_configs())
def test_every_config_builds_at_its_own_size(config_id):
    config = load_config(config_id)
    model = contracts.build(config)
    made = {way.makes for way in model.samplers().values()}
    for key, shape in model.example_shapes.items():
        if config.data.image_size is not None and len(shape) == 3:
            # What is translated may be smaller by a whole factor, as super-resolution has it.
            times = 1 if key in made else config.data.image_size // shape[0]
            assert [times * side for side in shape[:-1]] == [config.data.image_size] * 2


@pytest.mark.parametrize("smoke", [False, True])
@pytest.mark.parametrize("config_id", list_configs())
def test_every_config_asks_for_scores_and_claims_that_there_are(config_id, smoke):
    config = load_config(config_id, smoke=smoke)
    check(config)
    if config.claim:
        program = importlib.import_module(f"tfgan_zoo.systems.{config.system}.claim")
        settings = {key: value for key, value in config.claim.items() if key != "targets"}
        inspect.signature(program.measure).bind("bench", **settings)
        assert program.CLAIM and program.PAPER
