"""The bench of a claim: it trains once, goes on where it stopped, and keeps every value."""

import json
import shutil
from types import SimpleNamespace

import numpy as np
import pytest

from tfgan_zoo import evaluation
from tfgan_zoo.hub import index
from tfgan_zoo.reproduce import Bench, bench
from tfgan_zoo.training.run import RunError
from tfgan_zoo.utils.files import sha256

ID = "gan/ring8"
SHORT = {"eval.held_out_log_likelihood": None}


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
        "commit": variant.card["commit"],
        "weights_sha256": variant.card["weights_sha256"],
        "scores": variant.card["scores"],
        "values": variant.values,
    }


def test_in_smoke_what_ships_is_trained_instead(tmp_path, trainings):
    assert index.has_weights("dcgan/fashion_mnist")
    assert a_bench(tmp_path).shipped("images", "dcgan/fashion_mnist").card["steps"] == 4
    assert trainings == [("images", False)]


def test_from_another_seed_than_that_of_the_weights_the_config_is_trained(tmp_path, monkeypatch):
    asked = []
    shipping = Bench(tmp_path, say=silent)
    monkeypatch.setattr(shipping, "train", lambda *given: asked.append(given))
    assert shipping.shipped("line", "gan/gaussian_1d", seed=0) is not None and asked == []
    shipping.shipped("line", "gan/gaussian_1d", seed=1)
    # Of 5,000 steps it is scored after none but the last.
    assert asked == [("line", "gan/gaussian_1d", {"train.score_every": 10000}, 1)]


def test_weights_that_ship_are_read(tmp_path, trainings):
    shipping = Bench(tmp_path, say=silent)
    variant = shipping.shipped("line", "gan/gaussian_1d")
    folder = index.pretrained_folder("gan/gaussian_1d")
    assert variant.card == json.loads((folder / "card.json").read_text())
    assert trainings == [] and shipping.variants == [variant] and not list(tmp_path.iterdir())
    # A fresh model's samples would be about 0; the data's mean is that of the toy.
    real = evaluation.reference_arrays(variant.config)["x"]
    assert abs(variant.model.generate(2000, seed=0).mean() - real.mean()) < 0.2 * real.std()


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
