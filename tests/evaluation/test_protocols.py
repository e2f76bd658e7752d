"""Protocols by name: those of a config are checked before anything is computed."""

import importlib

import pytest

from tfgan_zoo import evaluation
from tfgan_zoo.evaluation import PROTOCOLS
from tfgan_zoo.hub.config import ConfigError, load_config
from tfgan_zoo.utils.registry import modules


@pytest.fixture
def computed(monkeypatch):
    """What a protocol called `invented` was called with."""
    seen = []

    def invented(model, config, picture, samples, seed=0):
        seen.append((model, picture, samples, seed))
        return [{"metric": "invented", "value": samples / 0 if seed == 7 else 1.0, "protocol": {}}]

    monkeypatch.setitem(PROTOCOLS._things, "invented", invented)
    return seen


def asking_for(**asked):
    return load_config("gan/ring8", smoke=True).model_copy(update={"eval": asked})


def test_protocols_are_run_in_the_configs_order_with_its_settings(computed):
    assert evaluation.evaluate("model", asking_for(invented={"samples": 3}), picture="a.png")[0]["value"] == 1.0
    assert computed == [("model", "a.png", 3, 0)]


@pytest.mark.parametrize(
    "asked, told",
    [
        ({"parzen_likelihood": {}}, "There is no protocol 'parzen_likelihood'. Did you mean parzen_log_likelihood"),
        ({"invented": {"sample": 3}}, "eval.invented: unknown key 'sample'. Did you mean samples"),
        ({"invented": {}}, "eval.invented: the key 'samples' is missing"),
        ({"invented": {"samples": 3, "picture": "b.png"}}, "eval.invented: unknown key 'picture'"),
    ],
)
def test_what_is_wrong_is_told_before_anything_is_computed(computed, asked, told):
    with pytest.raises(ConfigError, match=told):
        evaluation.evaluate("model", asking_for(**{"invented": {"samples": 1}, **asked}))
    assert computed == []


def test_an_error_inside_a_protocol_is_not_taken_for_a_wrong_setting(computed):
    with pytest.raises(ZeroDivisionError):
        evaluation.evaluate("model", asking_for(invented={"samples": 1, "seed": 7}))


def test_protocols_of_the_room_and_of_systems_are_found():
    assert {"fid", "mode_coverage", "translation_error", "caption_distance"} <= set(PROTOCOLS.names())
    for module in modules("tfgan_zoo.systems.*.evaluation"):
        own = {name for name in PROTOCOLS.names() if PROTOCOLS[name].__module__ == module}
        assert own, f"{importlib.import_module(module)} registers no protocol"
