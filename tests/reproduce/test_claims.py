"""Claims: figures against bounds, a bench that trains once, records, and `tfgan-zoo reproduce`."""

import json
import shutil
import sys
from types import SimpleNamespace

import numpy as np
import pytest

from tfgan_zoo import evaluation, reproduce
from tfgan_zoo.hub import catalogue, index
from tfgan_zoo.hub.config import load_config
from tfgan_zoo.reproduce import Bench, Check, at_least, at_most, bench, reported
from tfgan_zoo.training.run import RunError, RunStopped
from tfgan_zoo.utils.files import sha256

ID = "gan/ring8"
SHORT = {"eval.held_out_log_likelihood": None}


@pytest.mark.parametrize("value, least, most", [(2, True, True), (2.001, True, False), (1.999, False, True)])
def test_a_bound_is_met_by_what_equals_it(value, least, most):
    assert at_least("x", value, 2) == Check("x", value, ">= 2", least)
    assert at_most("x", value, 2) == Check("x", value, "<= 2", most)


def test_a_figure_that_is_no_number_meets_no_bound():
    nan = float("nan")
    assert not at_least("x", nan, 2).holds and not at_most("x", nan, 2).holds


def test_checks_are_plain_values():
    """Of what the measuring code gives, be it NumPy's."""
    found = [check("x", np.float32(0.5), np.float64(0.25)).as_dict() for check in (at_least, at_most)]
    found.append(reported("x", np.int64(3)).as_dict())
    assert json.loads(json.dumps(found)) == [
        {"what": "x", "value": 0.5, "target": ">= 0.25", "holds": True},
        {"what": "x", "value": 0.5, "target": "<= 0.25", "holds": False},
        {"what": "x", "value": 3.0, "target": None, "holds": None},
    ]


@pytest.fixture
def trainings(monkeypatch):
    """The trainings that benches start, each as (folder, was it resumed)."""
    seen = []
    train = bench.train

    def counted(config, folder, resume=False, **arguments):
        seen.append((folder.name, resume))
        return train(config, folder, resume, **arguments)

    monkeypatch.setattr(bench, "train", counted)
    return seen


def silent(_):
    pass


def a_bench(folder):
    return Bench(folder, smoke=True, say=silent)


@pytest.fixture(scope="module")
def benched(tmp_path_factory):
    """A folder with the finished run `plain`, its variant, and what was said."""
    folder, lines = tmp_path_factory.mktemp("bench"), []
    variant = Bench(folder, smoke=True, say=lines.append).train("plain", ID, SHORT)
    return folder, variant, lines


@pytest.fixture
def finished(benched, tmp_path):
    """A copy of that folder, to be spoilt."""
    shutil.copytree(benched[0], tmp_path / "bench")
    return tmp_path / "bench"


def test_a_variant_holds_what_its_run_left(benched):
    folder, variant, lines = benched
    assert lines[0] == "Training plain: gan/ring8, 4 steps."
    assert (variant.name, variant.config.id, variant.overrides) == ("plain", ID, SHORT)
    assert [row["step"] for row in variant.losses] == [2, 4]
    assert [row["step"] for row in variant.scores] == [4]
    assert set(variant.losses[0]) == {"step", "discriminator_loss", "generator_loss"}
    assert variant.card == json.loads((folder / "plain" / "card.json").read_text())
    assert variant.card["weights_sha256"] == sha256(folder / "plain" / "model.weights.h5")
    [modes, quality] = variant.card["scores"]
    # The model is the trained one: its samples score what the card says.
    again = evaluation.evaluate(variant.model, variant.config)
    assert [score["value"] for score in again] == [modes["value"], quality["value"]]
    fresh = a_bench(folder).train("plain", ID, SHORT).model.generate(4, seed=0)
    np.testing.assert_array_equal(fresh, variant.model.generate(4, seed=0))


def test_a_variant_of_a_seed_is_called_by_it_and_trained_from_it(tmp_path, trainings):
    several = a_bench(tmp_path)
    first, second = (several.train("plain", ID, SHORT, seed) for seed in (0, 7))
    assert [folder for folder, _ in trainings] == ["plain_seed0", "plain_seed7"]
    assert (second.name, second.card["seed"]) == ("plain_seed7", 7)
    assert second.overrides == {**SHORT, "train.seed": 7}
    assert not np.array_equal(*(variant.model.generate(4, seed=0) for variant in (first, second)))


def test_a_finished_run_is_read_and_not_trained_again(finished, trainings):
    again = a_bench(finished)
    again.train("plain", ID, SHORT)
    assert trainings == [] and [variant.name for variant in again.variants] == ["plain"]


def test_an_interrupted_run_is_resumed(finished, trainings):
    (finished / "plain" / "card.json").unlink()
    variant = a_bench(finished).train("plain", ID, SHORT)
    assert trainings == [("plain", True)] and variant.card["steps"] == 4


def test_a_folder_with_a_run_of_other_settings_is_not_taken_for_it(finished, trainings):
    with pytest.raises(RunError, match="another value of train.seed"):
        a_bench(finished).train("plain", ID, {**SHORT, "train.seed": 1})
    assert trainings == [("plain", True)]


def test_measured_values_are_kept_for_the_record(benched):
    variant = a_bench(benched[0]).train("plain", ID, SHORT)
    assert variant.note("ratio", np.float32(0.5)) == 0.5
    modes = variant.score("mode_coverage", samples=50)
    expected = evaluation.PROTOCOLS["mode_coverage"](variant.model, variant.config, None, samples=50)
    assert variant.values == {"ratio": 0.5, **{score["metric"]: score["value"] for score in expected}}
    assert modes == expected[0]["value"]
    record = json.loads(json.dumps(variant.record()))
    assert record == {
        "name": "plain",
        "config": ID,
        "overrides": SHORT,
        "seed": 0,
        "steps": 4,
        "wall_seconds": variant.card["wall_seconds"],
        "weights_sha256": variant.card["weights_sha256"],
        "scores": variant.card["scores"],
        "values": variant.values,
    }


def test_in_smoke_what_ships_is_trained_instead(tmp_path, trainings):
    assert index.has_weights("dcgan/fashion_mnist")
    assert a_bench(tmp_path).shipped("images", "dcgan/fashion_mnist").card["steps"] == 4
    assert trainings == [("images", False)]


def test_weights_that_ship_are_read(tmp_path, trainings):
    shipping = Bench(tmp_path, say=silent)
    variant = shipping.shipped("line", "gan/gaussian_1d")
    folder = index.pretrained_folder("gan/gaussian_1d")
    assert variant.card == json.loads((folder / "card.json").read_text())
    assert trainings == [] and shipping.variants == [variant] and not list(tmp_path.iterdir())
    # A fresh model's samples would be about 0; the data's mean is that of the toy.
    real = evaluation.reference_arrays(variant.config)["x"]
    assert abs(variant.model.generate(2000, seed=0).mean() - real.mean()) < 0.2 * real.std()


@pytest.fixture
def program(monkeypatch):
    """GAN's claim replaced by one that trains `plain`; its checks may be changed."""

    def check(bench, **settings):
        program.settings = settings
        program.variant = bench.train("plain", ID, SHORT)
        program.variant.note("seen", 1.0)
        return program.checks

    program = SimpleNamespace(CLAIM="It trains.", PAPER="Figure 0: 7", check=check)
    program.checks = [at_least("steps", 4, 3), reported("modes", 0)]
    monkeypatch.setitem(sys.modules, "tfgan_zoo.systems.gan.claim", program)
    return program


def test_a_record_says_what_was_claimed_found_and_run(program, finished):
    record = reproduce.reproduce("gan/mnist", finished, smoke=True, say=silent)
    assert json.loads((finished / "claim.json").read_text()) == record
    assert (record["id"], record["claim"], record["paper"]) == ("gan/mnist", "It trains.", "Figure 0: 7")
    assert record["ours"] == "steps 4; modes 0"
    assert record["holds"] is True
    assert record["checks"] == [check.as_dict() for check in program.checks]
    assert record["settings"] == program.settings == load_config("gan/mnist", smoke=True).claim
    assert record["runs"] == [program.variant.record()] and record["runs"][0]["values"] == {"seen": 1.0}
    assert record["training_seconds"] == program.variant.card["wall_seconds"] > 0
    assert record["measuring_seconds"] >= 0
    assert {"commit", "versions", "machine"} <= set(record)


def test_time_to_measure_is_without_the_training_of_that_call(program, finished, monkeypatch):
    """A clock that stands still but for the training, which takes 100 seconds, and 7 to measure."""
    (finished / "plain" / "card.json").unlink()
    now = SimpleNamespace(time=0.0)
    clock = SimpleNamespace(monotonic=lambda: now.time)
    monkeypatch.setattr(bench, "time", clock)
    monkeypatch.setattr(reproduce, "time", clock)
    train, check = bench.train, program.check

    def slow(*settings, **named):
        now.time += 100
        return train(*settings, **named)

    def measured(*settings, **named):
        now.time += 7
        return check(*settings, **named)

    monkeypatch.setattr(bench, "train", slow)
    program.check = measured
    assert reproduce.reproduce("gan/mnist", finished, smoke=True, say=silent)["measuring_seconds"] == 7


def test_the_time_of_a_run_that_failed_was_training_too(tmp_path, monkeypatch):
    now = SimpleNamespace(time=0.0)
    monkeypatch.setattr(bench, "time", SimpleNamespace(monotonic=lambda: now.time))

    def diverge(*settings, **named):
        now.time += 100
        raise ArithmeticError("The loss was not finite.")

    monkeypatch.setattr(bench, "train", diverge)
    failing = a_bench(tmp_path)
    with pytest.raises(ArithmeticError):
        failing.train("plain", ID, SHORT)
    assert failing.seconds_training == 100 and failing.variants == []


@pytest.mark.parametrize(
    "checks, holds",
    [
        ([at_least("a", 1, 0), at_most("b", 1, 0)], False),
        ([at_least("a", 1, 0), at_most("b", 0, 1), reported("c", 9)], True),
        ([at_least("a", float("nan"), 0)], False),
    ],
)
def test_a_claim_holds_where_every_check_does(program, finished, checks, holds):
    program.checks = checks
    assert reproduce.reproduce(ID, finished, smoke=True, say=silent)["holds"] is holds


def test_an_interrupted_claim_goes_on_after_its_finished_runs(program, finished, trainings):
    record = reproduce.reproduce(ID, finished, smoke=True, say=silent)
    assert trainings == [] and record["training_seconds"] > 0


def test_a_claim_that_is_stopped_leaves_no_record(program, tmp_path, monkeypatch):
    def stopped(*_, **__):
        raise RunStopped("Stopped.", 15)

    monkeypatch.setattr(bench, "train", stopped)
    with pytest.raises(RunStopped):
        reproduce.reproduce(ID, tmp_path, smoke=True, say=silent)
    assert not (tmp_path / "claim.json").exists()


RECORD = {
    "id": "wgan/mnist",
    "claim": "C.",
    "paper": "Figure 3",
    "ours": "rho 0.9; k 2",
    "holds": True,
    "checks": [at_least("rho", 0.91239, 0.8).as_dict(), reported("k", 2).as_dict()],
}


def test_a_record_is_described_check_by_check():
    assert reproduce.describe(RECORD).splitlines() == [
        "wgan/mnist: C.",
        "  paper: Figure 3",
        "  holds     rho: 0.9124 (target >= 0.8)",
        "  reported  k: 2",
        "  The claim holds.",
    ]
    failed = {**RECORD, "holds": False, "checks": [at_most("rho", 0.91239, 0.8).as_dict()]}
    assert reproduce.describe(failed).splitlines()[2:] == [
        "  FAILS     rho: 0.9124 (target <= 0.8)",
        "  The claim does NOT hold here.",
    ]


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
def shipped(tmp_path, monkeypatch):
    """A zoo in which a record ships for `wgan/mnist` alone."""
    monkeypatch.setattr(index, "pretrained_root", lambda: tmp_path / "pretrained")
    folder = tmp_path / "pretrained" / "wgan" / "mnist"
    folder.mkdir(parents=True)
    (folder / "claim.json").write_text(json.dumps(RECORD), encoding="utf-8")


def test_records_that_ship_are_read(shipped):
    assert reproduce.recorded("wgan/mnist") == RECORD
    with pytest.raises(FileNotFoundError, match="claim of cgan/mnist ships; run `tfgan-zoo reproduce cgan/mnist`"):
        reproduce.recorded("cgan/mnist")


def test_the_command_prints_and_writes_records_that_ship(run, shipped, tmp_path):
    status, out, _ = run("reproduce", "wgan", "--recorded", "--json", tmp_path / "records.json")
    assert status == 0 and out == reproduce.describe(RECORD) + "\n"
    assert json.loads((tmp_path / "records.json").read_text()) == [RECORD]
    status, out, _ = run("reproduce", "--all", "--recorded")
    assert status == 0 and reproduce.describe(RECORD) in out and "No record of the claim of cgan/mnist" in out
    status, _, error = run("reproduce", "cgan", "--recorded")
    assert status == 1 and "tfgan-zoo: No record of the claim of cgan/mnist ships" in error


@pytest.mark.parametrize("arguments", [[], ["wgan", "--all"]])
def test_the_command_takes_a_name_or_all(run, arguments):
    status, _, error = run("reproduce", *arguments)
    assert status == 1 and error == "tfgan-zoo: reproduce takes the name of a system or config, or --all.\n"


def test_the_command_names_the_neighbours_of_an_unknown_claim(run):
    status, _, error = run("reproduce", "wgann")
    assert status == 1 and error.startswith("tfgan-zoo: There is no claim of 'wgann'. Did you mean wgan")


def test_the_command_reproduces_a_claim(run, program, finished, tmp_path):
    shutil.copytree(finished, tmp_path / "runs" / "gan" / "mnist")
    status, out, _ = run(
        "reproduce", "gan", "--smoke", "--run", tmp_path / "runs", "--json", tmp_path / "out.json"
    )
    assert status == 0
    [record] = json.loads((tmp_path / "out.json").read_text())
    assert record == json.loads((tmp_path / "runs" / "gan" / "mnist" / "claim.json").read_text())
    assert out == reproduce.describe(record) + "\n" and "holds     steps: 4" in out


@pytest.mark.long
@pytest.mark.parametrize("config_id", catalogue.claiming_configs())
def test_every_claim_runs_at_smoke_size(config_id, tmp_path):
    record = reproduce.reproduce(config_id, tmp_path, smoke=True, say=silent)
    assert record["checks"] and all(np.isfinite(check["value"]) for check in record["checks"])
