"""`tfgan-zoo verify`: cards that hold, cards that were changed, and cards written anew."""

import json
import shutil
import subprocess

import numpy as np
import pytest

from tfgan_zoo import data
from tfgan_zoo.evaluation import judges, verify
from tfgan_zoo.hub import cards, index
from tfgan_zoo.hub.config import load_config
from tfgan_zoo.hub.models import build
from tfgan_zoo.hub.weights import write_weights
from tfgan_zoo.training.run import train
from tfgan_zoo.utils.files import sha256

SHIPPED = index.pretrained_root()
ID = "dcgan/fashion_mnist_10k"
SCORE = "sliced_wasserstein"


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """The files that a tiny run leaves to ship: of the smoke config, which is the card's own."""
    folder = tmp_path_factory.mktemp("run") / "run"
    # Op determinism stays on for the whole process, where XLA is then off for later tests.
    # With averages, for which the weights of the training must not be taken, nor these for what is stored.
    settings = {"train.deterministic": False, "optimizers.generator.use_ema": True}
    config = load_config(ID, settings, smoke=True)
    train(config, folder, say=lambda _: None)
    return {name: (folder / name).read_bytes() for name in ("card.json", "model.weights.h5")}


COMMIT = "0123456789abcdef0123456789abcdef01234567"


@pytest.fixture
def zoo(trained, tmp_path, monkeypatch):
    """The folder of a zoo in which these weights ship and no others, in a checkout without changes."""
    monkeypatch.setattr(index, "pretrained_root", lambda: tmp_path)
    monkeypatch.setattr(cards, "_commit", lambda: COMMIT)
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
    # What rounds weights to half precision moves the ninth digit.
    assert score["found"] == pytest.approx(score["card"], rel=1e-9)


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
    before |= {"commit": f"{COMMIT}-modified", "machine": {"processor": "Z80", "cores": 1}}
    write(zoo, before)
    (row,) = verify.update(ID)
    after = card(zoo)
    (score,) = after["scores"]
    assert (row["card"], row["found"]) == (before["scores"][0]["value"], score["value"])
    assert after["config"]["eval"] == load_config(ID).eval
    # 2,000 are asked for and the card's data have 64.
    assert score["protocol"]["n_fake"] == 64 and score["value"] != before["scores"][0]["value"]
    signature = cards.provenance()
    assert after["commit"] == COMMIT and {key: after[key] for key in signature} == signature
    # The weights were trained by a tree with changes, which stays on the card.
    trained = {key: before[key] for key in signature} | {"commit": COMMIT, "modified": True}
    assert after["trained_by"] == trained
    assert (zoo / "samples.png").stat().st_size > 100
    assert wrong() == []
    for changed in (before, after):
        del changed["scores"], changed["config"]["eval"]
    trained_by = after.pop("trained_by")
    before["commit"] = COMMIT
    assert {**after, **trained_by} == {**before, "modified": True}
    # Who trained the weights is remembered through any number of scorings.
    verify.update(ID)
    assert card(zoo)["trained_by"] == trained_by


@pytest.mark.parametrize("commit", [f"{COMMIT}-modified", "unknown"])
def test_code_of_no_commit_writes_no_card(zoo, monkeypatch, commit):
    before = card(zoo)
    monkeypatch.setattr(cards, "_commit", lambda: commit)
    with pytest.raises(ValueError, match=f"this code is of none .{commit}.. Commit what has changed"):
        verify.update(ID)
    assert card(zoo) == before


def test_a_changed_checkout_is_told_by_its_code_and_configs_alone(tmp_path, monkeypatch):
    """Cards are written one after another from one checkout: a new card must not make it a changed one."""
    code, config, weights = "tfgan_zoo/hub/cards.py", "zoo_configs/gan/a.yaml", "pretrained/gan/a/card.json"
    for name in (code, config, weights, "tfgan_zoo/.gitignore"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("ignored\n")
    git = ("git", "-C", str(tmp_path), "-c", "user.name=a", "-c", "user.email=a@b")
    for command in (["init", "-q"], ["add", "."], ["commit", "-qm", "all"]):
        subprocess.run([*git, *command], check=True)
    monkeypatch.setattr(cards, "__file__", str(tmp_path / code))
    commit = cards._commit()
    assert cards.is_commit(commit)
    (tmp_path / weights).write_text("new")
    (tmp_path / "tfgan_zoo/ignored").touch()
    assert cards._commit() == commit
    for name in (code, config, "tfgan_zoo/new.py"):
        (tmp_path / name).write_text("new")
        assert cards._commit() == f"{commit}-modified"
        subprocess.run([*git, "stash", "-qu"], check=True)
        assert cards._commit() == commit


def with_judge(zoo, name):
    """A copy of a shipped network that scores others, in the folder of the zoo."""
    folder = zoo.parent.parent / name
    shutil.copytree(SHIPPED / name, folder)
    return folder


def test_classifiers_are_verified_and_updated(zoo, monkeypatch):
    folder = with_judge(zoo, "classifier/mnist")
    rng = np.random.default_rng(0)
    noise = {"image": rng.integers(0, 256, (200, 28, 28, 1), np.uint8), "label": np.arange(200) % 10}
    monkeypatch.setattr(data, "arrays", lambda name, split: {("mnist", "test"): noise}[name, split])
    hashes, accuracy = verify.verify("classifier/mnist")
    assert hashes["agrees"] and not accuracy["agrees"] and "n_test: 200 here, 10000 there" in accuracy["why"]
    before = card(folder)
    (row,) = verify.update("classifier/mnist")
    after = card(folder)
    assert row["card"] == before["scores"][0]["value"] and row["found"] < 0.5
    assert after["scores"] == judges.classifier_accuracy("mnist", folder)
    assert (after["commit"], after["recipe"]) == (COMMIT, before["recipe"])
    assert after["trained_by"]["commit"] == before.get("trained_by", before)["commit"]
    assert [row["agrees"] for row in verify.verify("classifier/mnist")] == [True, True]


def test_text_encoders_are_verified_and_updated(zoo, monkeypatch):
    folder = with_judge(zoo, "text/noto_emoji")
    assert verify.shipped() == [ID, "text/noto_emoji"]
    before = card(folder)["scores"][0]
    images = np.random.default_rng(0).integers(0, 256, (12, 32, 32, 3), np.uint8)
    pairs = {"image": images, "caption": np.array(list("abcdefghijkl"))}
    monkeypatch.setattr(data, "arrays", lambda name, split, **_: {("noto_emoji", "test"): pairs}[name, split])
    (row,) = verify.update("text/noto_emoji")
    assert (row["metric"], row["card"]) == ("retrieval", before["value"])
    (score,) = card(folder)["scores"]
    assert score == judges.encoder_retrieval("noto_emoji", "noto_emoji", folder)[0]
    assert score["protocol"] == {"data": "noto_emoji:test", "n_test": 12, "choices": 10}
    assert [row["why"] for row in verify.verify("text/noto_emoji")] == ["", ""]


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
    status, out, errors = run("verify", "classifier/mnist")
    assert (status, out) == (1, "") and "There is no config 'classifier/mnist'" in errors
    (zoo / "model.weights.h5").unlink()
    assert run("verify", "--all") == (
        1, "", "tfgan-zoo: No weights ship, so there is nothing to verify.\n"
    )
