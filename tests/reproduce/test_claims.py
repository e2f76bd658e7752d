"""Claims: found, measured into a record, and `tfgan-zoo reproduce`."""

import json
import sys
from types import SimpleNamespace

import pytest

from tfgan_zoo import reproduce
from tfgan_zoo.hub import catalogue, index
from tfgan_zoo.hub.config import ConfigError, load_config
from tfgan_zoo.reproduce import Check

ID = "gan/mnist"


def silent(_):
    pass


@pytest.fixture
def program(monkeypatch):
    """GAN's claim replaced by one that trains nothing, and reports a run of new weights each time."""

    def measure(bench, steps, seed=0):
        program.asked.append((steps, seed, bench.smoke))
        run = {"name": "plain", "seed": seed, "wall_seconds": 5.0, "weights_sha256": f"{len(program.asked)}"}
        bench.variants.append(SimpleNamespace(record=lambda: run))
        return program.values

    checks = [Check("accuracy", "Share of right answers", headline=True), Check("modes", "Modes")]
    program = SimpleNamespace(CLAIM="It trains.", PAPER="Figure 0: 7", CHECKS=checks, measure=measure)
    program.asked, program.values = [], {"accuracy": 0.9, "modes": 8}
    program.claim = {"steps": 4, "targets": {"accuracy": {">=": 0.8}}}
    monkeypatch.setitem(sys.modules, "tfgan_zoo.systems.gan.claim", program)

    def with_claim(config_id, smoke=False):
        return load_config(config_id, smoke=smoke).model_copy(update={"claim": program.claim})

    monkeypatch.setattr(reproduce, "load_config", with_claim)
    return program


@pytest.fixture
def pretrained(tmp_path, monkeypatch):
    """The folder of what ships, with nothing in it."""
    monkeypatch.setattr(index, "pretrained_root", lambda: tmp_path / "pretrained")
    return tmp_path / "pretrained"


def measured(folder, **settings):
    return reproduce.reproduce(ID, folder, say=silent, **settings)


def test_a_claim_is_measured_into_a_record(program, pretrained, tmp_path):
    record = measured(tmp_path)
    assert json.loads((tmp_path / "claim.json").read_text()) == record
    assert program.asked == [(4, 0, False)] and record["settings"] == {"steps": 4}
    assert (record["id"], record["claim"], record["holds"]) == (ID, "It trains.", True)
    [measurement] = record["measurements"]
    assert measurement["values"] == {"accuracy": 0.9, "modes": 8.0} and measurement["seeds"] == [0]
    assert measurement["errors"] == {}
    assert {"commit", "versions", "machine", "measuring_seconds"} <= set(measurement)
    assert [run["name"] for run in record["runs"]] == ["plain"]


def test_measuring_again_adds_to_the_record(program, pretrained, tmp_path):
    measured(tmp_path)
    program.values = {"accuracy": 0.7, "modes": 6}
    record = measured(tmp_path, seed=5)
    assert program.asked[1] == (4, 5, False)
    assert [each["seeds"] for each in record["measurements"]] == [[0], [5]]
    assert [check["value"] for check in record["checks"]] == pytest.approx([0.8, 7])
    assert json.loads((tmp_path / "claim.json").read_text()) == record


def test_a_record_goes_on_from_the_one_that_ships(program, pretrained, tmp_path):
    first = measured(tmp_path / "one")
    folder = pretrained / ID
    folder.mkdir(parents=True)
    (folder / "claim.json").write_text(json.dumps(first))
    assert len(measured(tmp_path / "other")["measurements"]) == 2
    assert json.loads((folder / "claim.json").read_text()) == first
    # Toy sizes stand beside no others.
    assert len(measured(tmp_path / "smoke", smoke=True)["measurements"]) == 1


def test_where_a_claim_takes_several_seeds_they_follow_the_one_given(program, pretrained, tmp_path):
    program.measure = lambda bench, steps, seeds: program.asked.append(seeds) or program.values
    program.claim = {**program.claim, "seeds": [0, 1, 2]}
    assert measured(tmp_path, seed=3)["measurements"][0]["seeds"] == [3, 4, 5]
    program.claim = {**program.claim, "seeds": {"gan": [0, 1], "wgan": [0]}}
    measured(tmp_path, seed=7)
    measured(tmp_path)
    assert program.asked == [[3, 4, 5], {"gan": [7, 8], "wgan": [7]}, {"gan": [0, 1], "wgan": [0]}]


def test_a_claim_that_takes_no_seed_is_told_so_before_anything_is_made(program, tmp_path):
    program.measure = lambda bench, steps: program.values
    with pytest.raises(ConfigError, match="Config gan/mnist: claim: .*'seed'"):
        measured(tmp_path / "runs", seed=1)
    assert not (tmp_path / "runs").exists()


@pytest.mark.parametrize(
    "claim, message",
    [
        ({"steps": 4, "targets": {"acuracy": {">=": 1}}}, "claim.targets.acuracy .*accuracy"),
        ({"steps": 4}, "headline check accuracy needs a target"),
        ({"targets": {"accuracy": {">=": 1}}}, "missing a required argument: 'steps'"),
        (
            {"steps": 4, "stepps": 4, "targets": {"accuracy": {">=": 1}}},
            "unexpected keyword argument 'stepps'",
        ),
    ],
)
def test_settings_and_targets_that_do_not_fit_are_refused_at_the_start(program, tmp_path, claim, message):
    program.claim = claim
    with pytest.raises(ConfigError, match=message):
        measured(tmp_path / "runs")
    assert program.asked == [] and not (tmp_path / "runs").exists()


@pytest.mark.parametrize("values", [{"accuracy": 1}, {"accuracy": 1, "modes": 8, "more": 2}])
def test_a_program_gives_a_figure_for_every_check_and_no_other(program, pretrained, tmp_path, values):
    program.values = values
    with pytest.raises(ValueError, match=r"where its checks are \['accuracy', 'modes'\]"):
        measured(tmp_path)
    assert not (tmp_path / "claim.json").exists()


def test_in_smoke_a_figure_may_be_missing_but_none_unknown(program, tmp_path):
    program.values = {"accuracy": 1}
    record = measured(tmp_path, smoke=True)
    assert [check["value"] for check in record["checks"]] == [1.0, None]
    program.values = {"accuracy": 1, "more": 2}
    with pytest.raises(ValueError, match="measured .*more"):
        measured(tmp_path, smoke=True)


def test_time_to_measure_is_without_the_training_of_that_call(program, pretrained, tmp_path, monkeypatch):
    """A clock that stands still but for the training, which takes 100 seconds, and 7 to measure."""
    now = SimpleNamespace(time=0.0)
    monkeypatch.setattr(reproduce, "time", SimpleNamespace(monotonic=lambda: now.time))

    def measure(bench, steps):
        now.time += 107
        bench.seconds_training += 100
        return program.values

    program.measure = measure
    assert measured(tmp_path)["measurements"][0]["measuring_seconds"] == 7


def test_claims_are_found_by_system_and_by_config():
    assert reproduce.find("wgan") == reproduce.find("wgan/mnist") == ["wgan/mnist"]
    assert reproduce.find() == catalogue.claiming_configs()
    # It extends a config with a claim, and has none of its own.
    assert "wgan/cifar10_paper" not in reproduce.find()


@pytest.mark.parametrize(
    "name, nearby", [("wgann", "wgan"), ("wgan/mnits", "wgan/mnist"), ("gan/ring8", "gan/mnist")]
)
def test_an_unknown_claim_is_told_its_neighbour(name, nearby):
    with pytest.raises(KeyError, match=f"no claim of '{name}'. Did you mean .*{nearby}"):
        reproduce.find(name)


def test_only_a_configs_own_file_makes_it_claim(tmp_path, monkeypatch):
    monkeypatch.setattr(index, "config_root", lambda: tmp_path)
    texts = {
        "base": "claim: {steps: 1}",
        "child": "extends: toy/base",
        "empty": "claim: {}",
        "own": "extends: toy/base\nclaim: {steps: 2}",
        "smoke_only": "smoke:\n  claim: {steps: 2}",
    }
    (tmp_path / "toy").mkdir()
    for name, text in texts.items():
        (tmp_path / "toy" / f"{name}.yaml").write_text(text, encoding="utf-8")
    assert catalogue.claiming_configs() == ["toy/base", "toy/own"]


@pytest.fixture
def shipped(program, pretrained, tmp_path):
    """The record of `gan/mnist`, the only one that ships."""
    record = measured(tmp_path / "runs")
    (pretrained / ID).mkdir(parents=True)
    (pretrained / ID / "claim.json").write_text(json.dumps(record), encoding="utf-8")
    return record


def test_records_that_ship_are_read(shipped):
    assert reproduce.recorded(ID) == shipped
    with pytest.raises(
        FileNotFoundError, match="claim of cgan/mnist ships; run `tfgan-zoo reproduce cgan/mnist`"
    ):
        reproduce.recorded("cgan/mnist")


def test_the_command_prints_and_writes_records_that_ship(run, shipped, tmp_path):
    status, out, _ = run("reproduce", "gan", "--recorded", "--json", tmp_path / "records.json")
    assert status == 0 and out == reproduce.describe(shipped) + "\n"
    assert json.loads((tmp_path / "records.json").read_text()) == [shipped]
    status, out, _ = run("reproduce", "--all", "--recorded")
    assert (
        status == 0 and reproduce.describe(shipped) in out and "No record of the claim of cgan/mnist" in out
    )
    status, _, error = run("reproduce", "cgan", "--recorded")
    assert status == 1 and "tfgan-zoo: No record of the claim of cgan/mnist ships" in error


@pytest.mark.parametrize("arguments", [[], ["wgan", "--all"]])
def test_the_command_takes_a_name_or_all(run, arguments):
    status, _, error = run("reproduce", *arguments)
    assert status == 1 and error == "tfgan-zoo: reproduce takes the name of a system or config, or --all.\n"


def test_the_command_prints_records_or_measures_from_a_seed(run):
    status, _, error = run("reproduce", "wgan", "--recorded", "--seed", 1)
    assert status == 1 and "Give one of them." in error


def test_the_command_judges_a_record_that_ships_by_the_targets_of_now(run, shipped, program, pretrained):
    program.claim = {**program.claim, "targets": {"accuracy": {">=": 0.95}, "modes": {">=": 8}}}
    status, out, _ = run("reproduce", "gan", "--judge")
    record = json.loads((pretrained / ID / "claim.json").read_text())
    assert status == 0 and out == reproduce.describe(record) + "\n" and len(program.asked) == 1
    assert [check["holds"] for check in record["checks"]] == [False, True] and record["holds"] is False
    assert record["measurements"] == shipped["measurements"]
    [line] = record["history"]
    assert line.endswith("against >= 0.8: Share of right answers: 0.9, which held.")


def test_the_command_names_the_neighbours_of_an_unknown_claim(run):
    status, _, error = run("reproduce", "wgann")
    assert status == 1 and error.startswith("tfgan-zoo: There is no claim of 'wgann'. Did you mean wgan")


def test_the_command_measures_a_claim_from_a_seed(run, program, pretrained, tmp_path):
    status, out, _ = run("reproduce", "gan", "--run", tmp_path, "--seed", 3, "--json", tmp_path / "out.json")
    assert status == 0 and program.asked == [(4, 3, False)]
    [record] = json.loads((tmp_path / "out.json").read_text())
    assert record == json.loads((tmp_path / ID / "claim.json").read_text())
    assert out == reproduce.describe(record) + "\n" and "holds     Share of right answers: 0.9" in out
