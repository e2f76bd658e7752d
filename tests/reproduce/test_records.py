"""Records of claims: they keep every measurement, judge by the median, and say how it was judged before."""

import json
from types import SimpleNamespace

import pytest

from tfgan_zoo import reproduce
from tfgan_zoo.hub.config import load_config
from tfgan_zoo.reproduce import Check, describe
from tfgan_zoo.reproduce.records import RULE, as_numbers, complete, extended, judged_anew

PROGRAM = SimpleNamespace(
    CLAIM="It trains.",
    PAPER="Figure 0: 7",
    CHECKS=[
        Check("accuracy", "Share of right answers", paper="0.9", headline=True),
        Check("error", "Share of wrong ones"),
        Check("seconds", "Seconds"),
    ],
)
TARGETS = {"accuracy": {">=": 0.8}, "error": {"<": 0.3}}


def config(targets=TARGETS, **settings):
    return SimpleNamespace(id="toy/a", claim={"steps": 4, "targets": targets, **settings})


def measurement(seed, **values):
    provenance = {
        "commit": f"{seed}abcdefghij",
        "versions": {"keras": "3"},
        "machine": {"processor": "P", "cores": 2},
    }
    return {"seeds": [seed], "values": values, "errors": {}, "measuring_seconds": 1.5, **provenance}


def run(seed, weights):
    return {"name": f"plain_seed{seed}", "seed": seed, "wall_seconds": 10.0, "weights_sha256": weights}


FIRST = measurement(0, accuracy=0.9, error=0.1, seconds=3.0)
SECOND = measurement(1, accuracy=0.86, error=0.2, seconds=4.0)


def first():
    return extended(None, config(seed=0), PROGRAM, FIRST, [run(0, "a")])


def both():
    return extended(first(), config(seed=1), PROGRAM, SECOND, [run(1, "b")])


def test_a_first_record():
    record = first()
    assert json.loads(json.dumps(record)) == record
    assert (record["id"], record["claim"], record["paper"]) == ("toy/a", "It trains.", "Figure 0: 7")
    assert record["ours"] == "Share of right answers: 0.9; Share of wrong ones: 0.1"
    assert [check["value"] for check in record["checks"]] == [0.9, 0.1, 3.0]
    assert (
        record["settings"] == {"steps": 4} and record["measurements"] == [FIRST] and record["history"] == []
    )
    assert record["runs"] == [{**run(0, "a"), "measurement": 0}]
    assert (record["training_seconds"], record["measuring_seconds"]) == (10.0, 1.5)
    assert (record["commit"], record["holds"], record["rule"]) == ("0abcdefghij", True, RULE)


def test_a_measurement_is_added_to_those_before():
    record = both()
    assert record["measurements"] == [FIRST, SECOND]
    assert [(each["seed"], each["measurement"]) for each in record["runs"]] == [(0, 0), (1, 1)]
    accuracy, error, seconds = record["checks"]
    assert accuracy["value"] == pytest.approx(0.88) and accuracy["spreads"] == pytest.approx(
        0.08 / (0.04 / 2**0.5)
    )
    assert error["value"] == pytest.approx(0.15) and seconds["value"] == 3.5
    assert (record["training_seconds"], record["measuring_seconds"]) == (20.0, 3.0)
    assert record["commit"] == "1abcdefghij" and record["history"] == []


def test_the_same_weights_from_the_same_seed_are_no_second_measurement():
    again = measurement(1, accuracy=0.87, error=0.2, seconds=5.0)
    record = extended(both(), config(seed=1), PROGRAM, again, [run(1, "b")])
    assert record["measurements"] == [FIRST, again] and len(record["runs"]) == 2
    retrained = extended(both(), config(seed=1), PROGRAM, again, [run(1, "c")])
    assert retrained["measurements"] == [FIRST, SECOND, again] and len(retrained["runs"]) == 3


def test_a_measurement_may_lack_a_figure():
    partial = measurement(1, accuracy=0.84)
    record = extended(first(), config(seed=1), PROGRAM, partial, [])
    accuracy, error, _ = record["checks"]
    assert accuracy["value"] == pytest.approx(0.87) and accuracy["spreads"] is not None
    assert (error["value"], error["spreads"]) == (0.1, None)


def test_another_target_judges_anew_and_is_said():
    record = extended(first(), config({**TARGETS, "accuracy": {">=": 0.95}}), PROGRAM, SECOND, [run(1, "b")])
    assert record["history"] == [
        "Judged at commit 0abcdefgh against >= 0.8: Share of right answers: 0.9, which held."
    ]
    assert record["measurements"] == [FIRST, SECOND] and record["checks"][0]["holds"] is False
    later = extended(record, config({**TARGETS, "accuracy": {">=": 0.7}}), PROGRAM, SECOND, [run(1, "b")])
    assert later["history"][0] == record["history"][0]
    assert later["history"][1] == (
        "Judged at commit 1abcdefgh against >= 0.95: Share of right answers: 0.88, which did not hold."
    )


def test_measurements_with_other_settings_do_not_stand_beside_new_ones():
    record = extended(both(), config(steps=8), PROGRAM, SECOND, [run(1, "d")])
    assert record["measurements"] == [SECOND] and record["settings"] == {"steps": 8}
    assert [each["measurement"] for each in record["runs"]] == [0]
    assert len(record["history"]) == 2 and record["history"][1].endswith(
        "Share of wrong ones: 0.15, which held."
    )


def test_measurements_of_models_that_were_trained_otherwise_are_history():
    """Another number of steps is another model; another score of it, or a machine, is not."""
    raw = load_config("gan/ring8").as_dict()
    before = extended(None, config(), PROGRAM, {**FIRST, "config": raw}, [run(0, "a")])
    rescored = {**SECOND, "config": {**raw, "eval": {}}}
    assert len(extended(before, config(), PROGRAM, rescored, [run(1, "b")])["measurements"]) == 2
    retrained = {**SECOND, "config": {**raw, "train": {**raw["train"], "steps": 2 * raw["train"]["steps"]}}}
    record = extended(before, config(), PROGRAM, retrained, [run(1, "b")])
    assert record["measurements"] == [retrained]
    assert record["history"] == [
        "Judged at commit 0abcdefgh, with other settings, against >= 0.8: Share of right answers: 0.9, which held.",
        "Judged at commit 0abcdefgh, with other settings, against < 0.3: Share of wrong ones: 0.1, which held.",
    ]


def test_a_record_judged_anew_has_the_labels_and_targets_of_now():
    program = SimpleNamespace(**vars(PROGRAM))
    program.CHECKS = [Check("accuracy", "Accuracy", headline=True), *PROGRAM.CHECKS[1:]]
    record = judged_anew(both(), config(TARGETS | {"error": {"<": 0.1}}, steps=9), program)
    assert [(check["label"], check["holds"]) for check in record["checks"][:2]] == [
        ("Accuracy", True), ("Share of wrong ones", False)
    ]  # fmt: skip
    assert record["history"] == [
        "Judged at commit 1abcdefgh against < 0.3: Share of wrong ones: 0.15, which held."
    ]
    # What was measured, and how, is as before.
    assert all(record[key] == both()[key] for key in ("measurements", "runs", "settings"))


@pytest.mark.parametrize("config_id", reproduce.find())
def test_records_that_ship_say_what_their_measurements_and_the_configs_targets_do(config_id):
    """Where they do not, `tfgan-zoo reproduce ID --judge` writes them anew."""
    record, config = reproduce.recorded(config_id), load_config(config_id)
    assert judged_anew(record, config, reproduce.program_of(config)) == record


@pytest.mark.parametrize(
    "values, holds",
    [
        ({"accuracy": 0.9, "error": 0.3}, False),
        ({"accuracy": 0.9, "error": 0.2}, True),
        ({"accuracy": None, "error": 0.2}, False),
        ({"accuracy": 0.9}, None),
        ({"error": 0.9}, False),
    ],
)
def test_a_claim_holds_where_every_check_does(values, holds):
    assert complete(config(), PROGRAM, [(measurement(0, **values), [])], [])["holds"] is holds


def test_what_is_no_number_is_null():
    found = as_numbers({"a": 1, "b": float("nan"), "c": (float("inf"), None), "d": (2, 0.5)})
    assert found == {"values": {"a": 1.0, "b": None, "c": None, "d": 2.0}, "errors": {"d": 0.5}}
    assert isinstance(found["values"]["a"], float)


def test_a_single_measurement_is_judged_by_its_standard_error():
    single = {**FIRST, "errors": {"accuracy": 0.02}}
    record = complete(config(), PROGRAM, [(single, [])], [])
    assert [check["spreads"] for check in record["checks"]] == [pytest.approx(5), None, None]


def test_a_record_is_described_check_by_check():
    record = {**both(), "history": ["Judged before."]}
    record["checks"][1] = {**record["checks"][1], "holds": False}
    assert describe({**record, "holds": False}).splitlines() == [
        "toy/a: It trains.",
        "  paper: Figure 0: 7",
        "  holds     Share of right answers: 0.88 (target >= 0.8); decided by 2.8 spreads",
        "  FAILS     Share of wrong ones: 0.15 (target < 0.3); decided by 2.1 spreads",
        "  reported  Seconds: 3.5",
        f"  2 measurements. {RULE}",
        "  Judged before.",
        "  The claim does NOT hold here.",
    ]
    close = extended(first(), config(seed=1), PROGRAM, measurement(1, accuracy=0.6, error=0.1), [])
    assert "Share of right answers: 0.75 (target >= 0.8); decided by 0.2 spreads, within the noise" in (
        describe(close)
    )
    assert describe(first()).splitlines()[-2:] == [f"  1 measurement. {RULE}", "  The claim holds."]
