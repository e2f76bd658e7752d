"""The contracts of `contracts.py` on every system of the zoo, found by themselves, by one config each.

Those of `config_contracts.py` hold for every config. All that concerns a system runs in one process.
"""

import importlib
import inspect
import os

import contract_process
import contracts
import numpy as np
import pytest

from tfgan_zoo.evaluation import check
from tfgan_zoo.hub.config import list_configs, load_config

# What a system's contracts may take, in seconds of one idle core. A core that runs another worker's thread
# beside does less in a second.
BUDGET = 20 if "PYTEST_XDIST_WORKER" not in os.environ else 30

REPRESENTATIVES = contracts.representatives()


@pytest.fixture(scope="session")
def server():
    server = contracts.Server()
    yield server
    server.close()


@pytest.fixture(scope="module", params=REPRESENTATIVES)
def found(request, tmp_path_factory):
    """What a process of its own found of a system's contracts, of those that were asked for."""
    asked = [
        item.callspec.params["contract"]
        for item in request.session.items
        if item.path == request.path and item.callspec.params.get("found") == request.param
        if "contract" in item.callspec.params
    ]
    return contract_process.found(
        REPRESENTATIVES[request.param], tmp_path_factory.mktemp(request.param), asked or ["exports"]
    )


@pytest.mark.parametrize("contract", contracts.CONTRACTS)
def test_contract(found, contract, record_property, request):
    assert found[contract]["error"] is None, found[contract]["error"]
    if contract == "replicas_agree":
        config_id = REPRESENTATIVES[request.node.callspec.params["found"]]
        record_property("alike", [config_id, "mirrored", 2, found[contract]["result"]])


def test_an_export_answers_without_the_package(found, server):
    for ask in found["exports"]["result"]:
        outputs = server.run(ask)
        assert set(outputs) == set(ask["expected"])
        for name, value in ask["expected"].items():
            np.testing.assert_allclose(outputs[name], value, atol=1e-5)


def test_the_contracts_stay_within_their_budget(found, record_property, request):
    seconds = sum(found[name]["seconds"] for name in contracts.CONTRACTS if name in found)
    record_property("cost", [request.node.callspec.params["found"], round(seconds, 1), BUDGET])
    assert seconds <= BUDGET


# Configs whose weights take gigabytes.
HUGE = {"biggan/imagenet_paper"}


def of_every_config():
    """[(system, contract with its config)] for `found` and `contract`.

    A system's own config, by which `test_contract` checks it, takes its steps there.
    """
    asked = []
    for config_id in list_configs():
        system = config_id.partition("/")[0]
        if config_id != REPRESENTATIVES[system]:
            asked.append(pytest.param(system, f"takes_two_steps:{config_id}"))
        marks = [pytest.mark.long] * (config_id in HUGE)
        asked.append(pytest.param(system, f"builds_at_its_own_size:{config_id}", marks=marks))
    return asked


@pytest.mark.parametrize("found, contract", of_every_config(), indirect=["found"])
def test_contract_of_every_config(found, contract):
    assert found[contract]["error"] is None, found[contract]["error"]


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
