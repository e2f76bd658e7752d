"""Checks of claims: figures against bounds, spreads between measurements, targets that fit a program."""

import pytest

from tfgan_zoo.hub.config import ConfigError
from tfgan_zoo.hub.wording import within_noise
from tfgan_zoo.reproduce.checks import Check, as_text, judged, require_fitting

CHECK = Check("ratio", "Ratio of one to the other", paper="2.5", headline=True)


@pytest.mark.parametrize(
    "sign, below, equal, above",
    [
        (">=", False, True, True),
        (">", False, False, True),
        ("<=", True, True, False),
        ("<", True, False, False),
    ],
)
def test_what_a_bound_asks_for(sign, below, equal, above):
    found = [judged(CHECK, {sign: 2}, [value])["holds"] for value in (1.999, 2, 2.001)]
    assert found == [below, equal, above]


def test_two_bounds_have_to_be_met_both():
    assert [judged(CHECK, {">=": 1, "<": 2}, [value])["holds"] for value in (0.9, 1, 2)] == [
        False,
        True,
        False,
    ]


def test_a_check_is_kept_as_plain_values():
    assert judged(CHECK, {">=": 2}, [2.25]) == {
        "key": "ratio",
        "label": "Ratio of one to the other",
        "value": 2.25,
        "target": {">=": 2},
        "paper": "2.5",
        "headline": True,
        "holds": True,
        "measurements": 1,
        "spreads": None,
    }


def test_what_is_only_reported_is_not_judged():
    found = judged(Check("seconds", "Seconds"), None, [3.0, 5.0])
    assert (found["value"], found["target"], found["holds"], found["spreads"]) == (4.0, None, None, None)


def test_the_median_of_the_measurements_is_judged():
    assert judged(CHECK, {">=": 2}, [9.0, 1.0, 2.0])["value"] == 2.0
    assert judged(CHECK, {">=": 2}, [9.0, 1.0, 1.5])["holds"] is False


def test_spreads_are_standard_deviations_between_measurements():
    """1 and 3 deviate by the root of 2 from their mean, which lies 3 above the bound."""
    found = judged(CHECK, {">=": -1}, [1.0, 3.0])
    assert found["spreads"] == pytest.approx(3 / 2**0.5) and not within_noise(found)
    found = judged(CHECK, {"<=": 1}, [1.0, 3.0])
    assert found["spreads"] == pytest.approx(1 / 2**0.5) and within_noise(found)
    assert judged(CHECK, {">=": 0}, [1.0])["spreads"] is None
    assert judged(CHECK, {">=": 0}, [1.0, 1.0])["spreads"] is None


def test_a_single_measurement_has_the_standard_error_that_it_came_with():
    assert judged(CHECK, {">=": 1}, [2.0], error=0.25)["spreads"] == 4
    assert within_noise(judged(CHECK, {">=": 2}, [2.0], error=1))
    # Between two it is their own deviation that counts.
    assert judged(CHECK, {">=": -1}, [1.0, 3.0], error=9)["spreads"] == pytest.approx(3 / 2**0.5)


def test_of_two_bounds_the_nearer_decides():
    assert judged(CHECK, {">=": 0, "<=": 2.5}, [1.0, 3.0])["spreads"] == pytest.approx(0.5 / 2**0.5)


@pytest.mark.parametrize("values", [[None], [1.0, None]])
def test_what_was_no_number_once_fails(values):
    found = judged(CHECK, {">=": 0}, values)
    assert (found["value"], found["holds"], found["spreads"]) == (None, False, None)


def test_what_was_never_measured_has_no_verdict():
    found = judged(CHECK, {">=": 0}, [])
    assert (found["value"], found["holds"]) == (None, None)


def test_a_target_reads_as_it_is_written():
    assert as_text({">=": 0.8}) == ">= 0.8"
    assert as_text({">": 0, "<=": 1e-05}) == "> 0 and <= 1e-05"


OTHER = Check("other_value", "Another")


@pytest.mark.parametrize(
    "targets, message",
    [
        ({"ratio": {">=": 1}, "oter_value": {">=": 1}}, "oter_value is measured by no check.*other_value"),
        ({"other_value": {">=": 1}}, "the headline check ratio needs a target"),
        ({"ratio": {"=>": 1}}, "claim.targets.ratio needs bounds such as"),
        ({"ratio": {}}, "needs bounds"),
        ({"ratio": 0.8}, "needs bounds"),
    ],
)
def test_targets_that_do_not_fit_are_refused(targets, message):
    with pytest.raises(ConfigError, match=f"Config toy/a: .*{message}"):
        require_fitting([CHECK, OTHER], targets, "toy/a")
    require_fitting([CHECK, OTHER], {"ratio": {">=": 1}}, "toy/a")


@pytest.mark.parametrize(
    "checks, message",
    [
        ([CHECK, CHECK], "all different"),
        ([CHECK, Check("Two words", "Another")], "snake_case"),
        ([OTHER], "one or two headline checks"),
    ],
)
def test_a_program_has_a_headline_and_keys_of_its_own(checks, message):
    with pytest.raises(ValueError, match=message):
        require_fitting(checks, {"ratio": {">=": 1}}, "toy/a")
