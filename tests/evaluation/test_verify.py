"""`tfgan-zoo verify`: cards that hold, cards that were changed, and cards written anew."""

import json

import pytest

from tfgan_zoo.evaluation import verify
from tfgan_zoo.hub import cards, index
from tfgan_zoo.hub.config import load_config
from tfgan_zoo.hub.models import build
from tfgan_zoo.hub.weights import write_weights
from tfgan_zoo.training.run import train
from tfgan_zoo.utils.files import sha256

ID = "dcgan/fashion_mnist_10k"
SCORE = "sliced_wasserstein"


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """The files that a tiny run leaves to ship: of the smoke config, which is the card's own."""
    folder = tmp_path_factory.mktemp("run") / "run"
    # Op determinism stays on for the whole process, where XLA is then off for later tests.
    config = load_config(ID, {"train.deterministic": False}, smoke=True)
    train(config, folder, say=lambda _: None)
    return {name: (folder / name).read_bytes() for name in ("card.json", "model.weights.h5")}


@pytest.fixture
def zoo(trained, tmp_path, monkeypatch):
    """The folder of a zoo in which these weights ship and no others."""
    monkeypatch.setattr(index, "pretrained_root", lambda: tmp_path)
    (tmp_path / ID).mkdir(parents=True)
    for name, content in trained.items():
        (tmp_path / ID / name).write_bytes(content)
    return tmp_path / ID


def card(zoo):
    return json.loads((zoo / "card.json").read_text())


def write(zoo, changed):
    (zoo / "card.json").write_text(json.dumps(changed))


def with_score(zoo, **changes):
    changed = card(zoo)
    changed["scores"][0] |= changes
    write(zoo, changed)


def wrong():
    """The rows that do not agree, as (metric, why)."""
    return [(row["metric"], row["why"]) for row in verify.verify(ID) if not row["agrees"]]


def test_a_card_as_it_was_written_agrees_to_the_last_digits(zoo):
    hashes, score = verify.verify(ID)
    assert (hashes["metric"], hashes["found"]) == ("weights_sha256", card(zoo)["weights_sha256"])
    assert (score["id"], score["metric"], score["agrees"], score["why"]) == (ID, SCORE, True, "")
    assert score["card"] == card(zoo)["scores"][0]["value"]
    assert score["found"] == pytest.approx(score["card"], rel=1e-6)


@pytest.mark.parametrize("factor, agrees", [(1.0005, True), (0.9995, True), (1.002, False), (0.998, False)])
def test_a_thousandth_of_the_value_is_the_limit(zoo, factor, agrees):
    with_score(zoo, value=card(zoo)["scores"][0]["value"] * factor)
    assert (wrong() == []) == agrees


def test_the_value_is_computed_from_the_weights(zoo):
    """Other weights with their own right hash have another score."""
    model = build(load_config(ID, smoke=True))
    for variable in model.generator.trainable_variables:
        variable.assign(5 * variable)
    write_weights(model, zoo / "model.weights.h5")
    write(zoo, {**card(zoo), "weights_sha256": sha256(zoo / "model.weights.h5")})
    ((metric, why),) = wrong()
    assert metric == SCORE and "more than 0.001 of the value" in why


def test_weights_of_another_hash_are_not_scored(zoo):
    content = bytearray((zoo / "model.weights.h5").read_bytes())
    content[len(content) // 2] ^= 1
    (zoo / "model.weights.h5").write_bytes(content)
    (row,) = verify.verify(ID)
    assert row["metric"] == "weights_sha256" and not row["agrees"]
    with pytest.raises(ValueError, match="damaged or was replaced"):
        verify.update(ID)


def test_a_value_under_another_stamp_does_not_agree(zoo):
    with_score(zoo, protocol={**card(zoo)["scores"][0]["protocol"], "projections": 99})
    ((_, why),) = wrong()
    assert "projections: 256 here, 99 there" in why


def test_scores_on_one_side_only_do_not_agree(zoo):
    with_score(zoo, metric="fid")
    assert wrong() == [
        ("fid", "the card's eval section does not ask for it"),
        (SCORE, "the card's eval section asks for it, but it is not among the card's scores"),
    ]


def test_scores_that_cannot_be_computed_are_told_and_do_not_agree(zoo):
    changed = card(zoo)
    changed["config"]["data"]["name"] = "fashion_mnits_10k"
    write(zoo, changed)
    ((metric, why),) = wrong()
    assert metric == SCORE and "fashion_mnits_10k" in why


def test_update_scores_by_the_present_eval_section_and_keeps_the_training_facts(zoo):
    before = card(zoo)
    assert before["config"]["eval"][SCORE] == {"samples": 32}
    (row,) = verify.update(ID)
    after = card(zoo)
    (score,) = after["scores"]
    assert (row["card"], row["found"]) == (before["scores"][0]["value"], score["value"])
    assert after["config"]["eval"] == load_config(ID).eval
    # 2,000 are asked for and the card's data have 64.
    assert score["protocol"]["n_fake"] == 64 and score["value"] != before["scores"][0]["value"]
    assert after.pop("scored_by") == cards.provenance()
    for changed in (before, after):
        del changed["scores"], changed["config"]["eval"]
    assert after == before
    assert wrong() == []


def test_the_command_prints_a_line_a_score_and_its_status_is_the_verdict(run, zoo, tmp_path):
    status, out, _ = run("verify", ID, "--json", tmp_path / "rows.json")
    rows = json.loads((tmp_path / "rows.json").read_text())
    assert status == 0 and rows == verify.verify(ID)
    value = f"{rows[1]['found']:.6g}"
    digest = rows[0]["found"][:16]
    assert out.splitlines() == [
        f"{ID} weights_sha256: {digest} on the card, {digest} found",
        f"{ID} {SCORE}: {value} on the card, {value} found",
    ]
    with_score(zoo, value=3.0)
    status, out, _ = run("verify", "--all", "--json", tmp_path / "rows.json")
    assert status == 1 and f"{SCORE}: 3 on the card, {value} found; WRONG: they differ by" in out
    assert not json.loads((tmp_path / "rows.json").read_text())[1]["agrees"]
    status, out, _ = run("verify", ID, "--update")
    assert status == 0 and f"{ID} {SCORE}: 3 on the card, " in out
    assert run("verify", "--all")[0] == 0


def test_what_the_command_refuses(run, zoo):
    assert run("verify")[0] == run("verify", ID, "--all")[0] == 2
    status, out, errors = run("verify", "gan/ring88")
    assert (status, out) == (1, "") and "gan/ring8" in errors
    status, out, errors = run("verify", "gan/ring8")
    assert (status, out) == (1, "") and f"Weights ship for: {ID}" in errors
    (zoo / "model.weights.h5").unlink()
    assert run("verify", "--all") == (
        1, "", "tfgan-zoo: No weights ship, so there is nothing to verify.\n"
    )
