"""What a run needs is looked for before its first step; what fails later costs a score and not the run."""

import inspect
import json
import shutil
import threading
import warnings

import numpy as np
import pytest
from PIL import Image

from tfgan_zoo.data import LeftOut
from tfgan_zoo.evaluation import PROTOCOLS
from tfgan_zoo.hub import models
from tfgan_zoo.hub.config import ConfigError, list_configs, load_config
from tfgan_zoo.training import preflight
from tfgan_zoo.training.callbacks import Table, read_table
from tfgan_zoo.training.plan import plan
from tfgan_zoo.training.run import RunError, train

CLASSIFIER = "classifier/fashion_mnist"


def photographs(folder, count, size=(20, 20), seed=0):
    folder.mkdir(parents=True, exist_ok=True)
    pixels = np.random.default_rng(seed).integers(0, 256, (count, *size, 3), dtype=np.uint8)
    for number, each in enumerate(pixels):
        Image.fromarray(each).save(folder / f"{number:03}.png")
    return folder


@pytest.fixture(scope="module")
def photos(tmp_path_factory):
    return photographs(tmp_path_factory.mktemp("data") / "photos", 20)


@pytest.fixture(scope="module")
def twelve(tmp_path_factory):
    """Twelve folders of two images each."""
    root = tmp_path_factory.mktemp("twelve")
    for label in range(12):
        photographs(root / f"kind_{label:02}", 2, seed=label)
    return root


def config(config_id="dcgan/fashion_mnist", smoke=True, **overrides):
    overrides = {key.replace("__", "."): value for key, value in overrides.items()}
    return load_config(config_id, overrides, smoke=smoke)


def of(folder, config_id="dcgan/fashion_mnist", **overrides):
    """A tiny config on a folder that it can be trained on."""
    fitting = {"data__name": str(folder), "data__take": None, "data__channels": 1}
    return config(config_id, **{**fitting, **overrides})


def refusal(config):
    with pytest.raises(RunError) as error:
        preflight.examine(config, models.build(config))
    return str(error.value)


def silent(_):
    pass


# What is missing or does not fit


def test_everything_is_told_at_once_with_the_keys_to_set_and_no_folder_is_made(photos, tmp_path):
    overrides = {"data__channels": 3, "train__batch_size": 32}
    asked = {
        "fid": {"extractor": CLASSIFIER, "split": "test"},
        "inception_score": {"extractor": CLASSIFIER, "samples": 9},
    }
    settings = of(photos, **overrides).model_copy(update={"eval": asked})
    with pytest.raises(RunError) as error:
        train(settings, tmp_path / "run", say=silent)
    head, *reasons = str(error.value).split("\n  - ")
    assert head == "dcgan/fashion_mnist cannot start, for 4 reasons:"
    assert reasons[0].endswith(
        "Set data.channels=1 to convert the data, or networks.generator.channels=3 "
        "networks.discriminator.channels=3 to build networks for the data."
    )
    assert reasons[1].endswith("fewer than a batch of train.batch_size=32. Set train.batch_size=20 or less.")
    assert reasons[2] == (
        "eval.fid.split=test: unknown split 'test'; here are train, or a slice such as 'train[:80%]'. "
        "Set eval.fid.split=train or eval.fid=null to leave this score out."
    )
    assert (
        reasons[3]
        == "eval.inception_score: it needs 10 samples or more. Set eval.inception_score=null to leave this score out."
    )
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    "asked, told",
    [
        ({"nope": {}}, "no protocol 'nope'"),
        (
            {"fid": {"extractor": CLASSIFIER, "sample": 3}},
            "eval.fid: unknown key 'sample'. Did you mean samples",
        ),
        (
            {"fid": {"extractor": CLASSIFIER, "samples": -1}},
            "eval.fid.samples: .*greater than or equal to 1; got -1",
        ),
        ({"fid": {"extractor": CLASSIFIER, "samples": True}}, "eval.fid.samples: .*valid integer; got True"),
        ({"fid": {"extractor": 3}}, "eval.fid.extractor: .*valid string; got 3"),
        ({"sliced_wasserstein": {"samples": 0}}, "eval.sliced_wasserstein.samples: .*; got 0"),
        ({"sliced_wasserstein": {"projections": "x"}}, "eval.sliced_wasserstein.projections: .*; got 'x'"),
        ({"sliced_wasserstein": {"seed": -1}}, "eval.sliced_wasserstein.seed: .*; got -1"),
    ],
)
def test_settings_of_scores_that_are_none_cost_nothing(asked, told, tmp_path):
    with pytest.raises(ConfigError, match=told):
        train(config().model_copy(update={"eval": asked}), tmp_path / "run", say=silent)
    assert not (tmp_path / "run").exists()


def test_every_setting_of_every_protocol_says_what_it_may_be():
    for name in PROTOCOLS.names():
        for setting in list(inspect.signature(PROTOCOLS[name]).parameters.values())[3:]:
            assert setting.annotation is not setting.empty, f"{name}.{setting.name}"


@pytest.mark.parametrize(
    "config_id, asked, told",
    [
        (
            "dcgan/fashion_mnist",
            {"fid": {"extractor": "nope"}},
            "eval.fid.extractor=nope: There is no extractor 'nope'",
        ),
        (
            "dcgan/fashion_mnist",
            {"fid": {"extractor": "inception_2015"}},
            "extractor=inception_2015: .*original weights",
        ),
        ("dcgan/fashion_mnist", {"fid": {"extractor": "classifier/cifar10"}}, None),
        ("dcgan/fashion_mnist", {"conditional_accuracy": {"extractor": CLASSIFIER}}, "no classes to ask for"),
        (
            "dcgan/fashion_mnist",
            {"translation_error": {}},
            "it scores translations, which this system does not make",
        ),
        ("dcgan/fashion_mnist", {"mode_coverage": {}}, "it scores points"),
        ("dcgan/fashion_mnist", {"caption_distance": {}}, "needs images with captions"),
        ("dcgan/fashion_mnist", {"caption_retrieval": {"encoder": "nobody"}}, "encoder=nobody"),
        (
            "dcgan/fashion_mnist",
            {"parzen_log_likelihood": {}},
            r"split=test: unknown.*validation=train\[50000:\]: .*reaches past",
        ),
        ("gan/ring8", {"sliced_wasserstein": {}}, "it scores images that are drawn"),
        ("cgan/mnist", {"conditional_accuracy": {"extractor": CLASSIFIER}}, None),
    ],
)
def test_scores_that_would_fail_are_told_before_the_first_step(config_id, asked, told, monkeypatch):
    for name in ("TFGAN_ZOO_INCEPTION", "TFGAN_ZOO_INCEPTION_SHA256"):
        monkeypatch.delenv(name, raising=False)
    settings = config(config_id).model_copy(update={"eval": asked})
    model = models.build(settings)
    if told is None:
        preflight.examine(settings, model)
        return
    with pytest.raises(RunError, match="(?s)" + told) as error:
        preflight.examine(settings, model)
    assert f"eval.{next(iter(asked))}=null to leave this score out" in str(error.value)


@pytest.mark.parametrize(
    "overrides, told",
    [
        ({"data__image_size": 20}, "Set data.image_size=16 to convert"),
        ({"data__channels": 3}, "data.channels=1 to convert the data, or networks.generator.channels=3"),
        (
            {"data__image_size": None, "data__fit": "crop"},
            "image of 20 x 20 with 1 channel; .*Set data.image_size=16",
        ),
        # Only one of the two networks was changed.
        (
            {"data__image_size": 32, "networks__generator__image_size": 32},
            "networks.generator is built for 32 x 32 with 1 channel and networks.discriminator is built for 16 x 16 "
            "with 1 channel. Set networks.discriminator.image_size=32 to build networks for the data",
        ),
        ({"held_out": "test"}, "held_out=test: unknown split 'test'.*Set held_out=train, or null"),
        ({"data__split": "test"}, "data.split=test: unknown split 'test'"),
        (
            {"train__batch_size": 21},
            "20 examples, fewer than a batch of train.batch_size=21. Set train.batch_size=20",
        ),
    ],
)
def test_data_that_do_not_fit_the_networks(photos, overrides, told):
    with pytest.raises(RunError, match=told):
        settings = of(photos, **overrides)
        preflight.examine(settings, models.build(settings))


def test_features_of_other_images_are_told():
    grey = {"networks__features__network": CLASSIFIER, "networks__features__sha256": None}
    assert "networks.features is built for 32 x 32 with 1 channel" in refusal(config("srgan/cifar10", **grey))


def test_features_may_be_of_images_that_the_system_makes_smaller():
    larger = {f"networks__{name}__image_size": 64 for name in ("generator", "discriminator", "predictor")}
    settings = config("igan/fashion_mnist", data__image_size=64, data__fit="stretch", **larger)
    preflight.examine(settings, models.build(settings))


@pytest.mark.long
@pytest.mark.parametrize("config_id", list_configs())
def test_every_config_can_start(config_id):
    """But for scores by a network that is to be downloaded, and for data that are to be prepared."""
    asked = load_config(config_id).eval or {}
    downloaded = [name for name, settings in asked.items() if "inception_2015" in str(settings)]
    settings = load_config(config_id, {f"eval.{name}": None for name in downloaded})
    try:
        preflight.examine(settings, models.build(settings))
    except RunError as error:
        if not ("no such folder" in str(error) or "is not prepared" in str(error)):
            raise
        pytest.skip(str(error))


def test_images_of_mixed_sizes_are_told_the_networks_size(photos, tmp_path):
    mixed = tmp_path / "mixed"
    shutil.copytree(photos, mixed)
    photographs(mixed / "more", 3, size=(30, 24))
    assert "give image_size, as with data.image_size=16" in refusal(of(mixed, data__image_size=None))


def test_a_folder_that_is_not_there_is_named_with_its_key(tmp_path):
    assert f"data.name={tmp_path}/fotos: no such folder" in refusal(of(tmp_path / "fotos"))


def test_batches_of_several_critic_steps_are_counted(photos):
    settings = of(photos, "wgan/mnist", train__batch_size=12)
    batches = models.build(settings).batches_per_step
    assert batches > 1
    assert f"of which a step takes {batches}. Set train.batch_size={20 // batches} or less" in refusal(
        settings
    )


def test_replicas_share_a_batch_evenly(photos):
    from devices import two_replicas

    settings = of(photos, train__batch_size=5)
    with two_replicas().scope():
        model = models.build(settings)
    with pytest.raises(
        RunError, match="cannot be shared out evenly among 2 replicas. Set train.batch_size=6"
    ):
        preflight.examine(settings, model)


# Numbers of classes


@pytest.mark.parametrize("config_id", ["cgan/mnist", "acgan/fashion_mnist"])
def test_more_classes_than_the_networks_have(twelve, config_id):
    told = refusal(of(twelve, config_id))
    assert (
        "The data have 12 classes (kind_00, kind_01," in told
        and "the networks 10. Set system_args.classes=12 " in told
    )
    settings = [f"{key}.classes" for key in ("system_args", "networks.generator", "networks.discriminator")]
    fitting = of(twelve, config_id, **{key: 12 for key in settings})
    assert preflight.examine(fitting, models.build(fitting)).info.num_classes == 12


@pytest.mark.parametrize("config_id", ["cgan/mnist", "acgan/fashion_mnist"])
def test_fewer_classes_than_the_networks_have(twelve, config_id, tmp_path):
    two = tmp_path / "two"
    for name in ("kind_00", "kind_01"):
        shutil.copytree(twelve / name, two / name)
    asked = {"conditional_accuracy": {"extractor": CLASSIFIER, "samples": 20}}
    told = refusal(of(two, config_id, train__batch_size=4).model_copy(update={"eval": asked}))
    assert "The data have 2 classes (kind_00, kind_01), the networks 10. Set system_args.classes=2 " in told
    assert (
        "eval.conditional_accuracy: classifier/fashion_mnist tells 10 classes apart, and there are 2" in told
    )


def test_classes_without_an_example_are_told(twelve):
    keys = [f"{key}.classes" for key in ("system_args", "networks.generator", "networks.discriminator")]
    settings = of(twelve, "cgan/mnist", data__split="train[:22]", **{key: 12 for key in keys})
    *_, warning = preflight.examine(settings, models.build(settings)).notes
    assert warning.startswith("Warning:") and "no example of kind_11;" in warning


def test_a_stray_picture_that_takes_all_labels_is_named(twelve, tmp_path):
    strayed = tmp_path / "strayed"
    shutil.copytree(twelve, strayed)
    shutil.copy(twelve / "kind_00/000.png", strayed / "cover.png")
    told = refusal(of(strayed, "cgan/mnist"))
    assert "CGAN learns from image and label, and the data have image alone" in told
    assert "no labels, because of 1 image outside the class folders (cover.png)" in told


def test_what_a_folder_leaves_out_is_said_once(photos, tmp_path):
    shutil.copytree(photos, tmp_path / "mixed")
    (tmp_path / "mixed/drawing.svg").write_text("<svg/>")
    said = []
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        train(of(tmp_path / "mixed"), tmp_path / "run", say=said.append)
    assert sum("1 file left out as no readable image (.svg 1)" in line for line in said) == 1
    assert [each for each in warned if issubclass(each.category, LeftOut)] == []


# What a resumed run may change


@pytest.fixture(scope="module")
def begun(photos, tmp_path_factory):
    """A run of four steps on the photographs."""
    folder = tmp_path_factory.mktemp("begun") / "run"
    train(of(photos), folder, say=silent)
    return folder


@pytest.fixture
def run(begun, tmp_path):
    return shutil.copytree(begun, tmp_path / "run")


def test_scores_and_intervals_are_free_on_resume_and_what_computes_is_not(photos, run):
    free = {"train__steps": 8, "train__score_every": 2, "train__on_collapse": "ignore", "held_out": "train"}
    asked = {"sliced_wasserstein": {"samples": 8, "projections": 16}}
    card = train(of(photos, **free).model_copy(update={"eval": asked}), run, resume=True, say=silent)
    assert card["steps"] == 8 and card["scores"][0]["protocol"]["n_fake"] == 8
    none = of(photos, train__steps=10).model_copy(update={"eval": {}})
    assert train(none, run, resume=True, say=silent)["scores"] == []
    for key, value in {
        "train__seed": 3,
        "data__fit": "pad",
        "optimizers__generator__learning_rate": 1e-5,
    }.items():
        with pytest.raises(RunError, match=f"another value of {key.replace('__', '.')}"):
            train(of(photos, train__steps=12, **{key: value}), run, resume=True, say=silent)


def test_a_run_does_not_go_on_with_other_images(photos, run, tmp_path):
    more = shutil.copytree(photos, tmp_path / "more")
    photographs(more / "added", 1, seed=5)
    settings = of(more, train__steps=8)
    with pytest.raises(
        RunError, match="began with other data: 20 examples of .*photos:train then, 21 examples of .*more"
    ):
        train(settings, run, resume=True, say=silent)
    # As many images, of which one was retouched.
    retouched = shutil.copytree(photos, tmp_path / "retouched")
    Image.new("RGB", (20, 20)).save(retouched / "000.png")
    with pytest.raises(RunError, match="and not the same ones"):
        train(of(retouched, train__steps=8), run, resume=True, say=silent)
    assert json.loads((run / "config.json").read_text())["data"]["name"] == str(photos)


def test_a_run_goes_on_with_its_images_in_another_place(photos, run, tmp_path):
    moved = shutil.copytree(photos, tmp_path / "elsewhere")
    assert train(of(moved, train__steps=6), run, resume=True, say=silent)["steps"] == 6


# Starts that failed


def test_a_start_that_failed_may_be_replaced(photos, run, tmp_path):
    shutil.rmtree(run / "checkpoints/step_00000004")
    (run / "checkpoints/step_00000002").rename(run / "checkpoints/step_00000000")
    for name in ("card.json", "model.weights.h5"):
        (run / name).unlink()
    (run / "mine.txt").write_text("kept")
    card = train(of(photos, train__seed=7), run, say=silent)
    assert card["seed"] == 7 and (run / "mine.txt").exists()
    assert [row["step"] for row in read_table(run / "losses.csv")] == [2, 4]


def test_a_typo_in_the_data_leaves_nothing_that_blocks(photos, tmp_path):
    for name in ("no_such_data", str(photos) + "s"):
        with pytest.raises(RunError):
            train(of(name), tmp_path / "run", say=silent)
        assert not (tmp_path / "run").exists()
    assert train(of(photos), tmp_path / "run", say=silent)["steps"] == 4


def test_a_run_with_weights_is_never_taken_for_a_start_that_failed(photos, run):
    shutil.rmtree(run / "checkpoints")
    (run / "card.json").unlink()
    with pytest.raises(RunError, match="already holds a run"):
        train(of(photos), run, say=silent)
    assert (run / "model.weights.h5").exists()


# What fails while a run goes on


@pytest.fixture
def fails_at(monkeypatch):
    """A set of the calls, counted from 1, in which the protocol `invented` fails."""
    calls, failing = [], set()

    def invented(model, config, picture):
        calls.append(1)
        if len(calls) in failing:
            raise RuntimeError("no server\nand more")
        return [{"metric": "invented", "value": float(len(calls)), "protocol": {}}]

    monkeypatch.setitem(PROTOCOLS._things, "invented", invented)
    return failing


def test_a_score_that_fails_is_told_of_and_training_goes_on(photos, tmp_path, fails_at):
    # At steps 2 and 6, and not at 4 and 8; then at the end.
    fails_at |= {1, 3, 5}
    asked = {"invented": {}, "sliced_wasserstein": {"samples": 8}}
    settings = of(photos, train__steps=8, train__score_every=2).model_copy(update={"eval": asked})
    lines = []
    card = train(settings, tmp_path / "run", say=lines.append)
    told = [line for line in lines if line.startswith("Warning: the score invented failed")]
    assert [line.partition(" at step ")[2][:14] for line in told] == [
        f"{step} (no server)." for step in (2, 6, 8)
    ]
    assert "--resume --set eval.invented=null does without it" in told[0]
    assert card["steps"] == 8 and [score["metric"] for score in card["scores"]] == ["sliced_wasserstein"]
    rows = read_table(tmp_path / "run/scores.csv")
    assert [(row["step"], row.get("invented")) for row in rows] == [(2, None), (4, 2.0), (6, None), (8, 4.0)]
    assert all("sliced_wasserstein" in row for row in rows)


def test_a_picture_that_fails_costs_no_weights(tmp_path, monkeypatch):
    from tfgan_zoo.systems.dcgan import DCGAN

    def picture(*_):
        raise OSError("no ink")

    monkeypatch.setattr(DCGAN, "picture", picture)
    lines = []
    assert train(config(), tmp_path / "run", say=lines.append)["steps"] == 4
    assert any("the picture of samples failed at step 4 (no ink)" in line for line in lines)


def test_a_table_takes_rows_of_other_columns(tmp_path):
    path = tmp_path / "scores.csv"
    rows = [{"step": 1, "a": 0.5}, {"step": 2, "b": 2.0, "a": 1.5}, {"step": 3, "b": 3.0}]
    table = Table(path)
    for row in rows:
        table.add(row)
    assert read_table(path) == rows
    assert path.read_text().splitlines() == ["step,a,b", "1,0.5,", "2,1.5,2.0", "3,,3.0"]
    with open(path, "a") as file:
        file.write("4,0.5,1")
    assert read_table(path) == rows


def test_a_run_may_be_trained_in_another_thread(tmp_path):
    found = []
    thread = threading.Thread(
        target=lambda: found.append(train(config("gan/ring8"), tmp_path / "run", say=silent))
    )
    thread.start()
    thread.join()
    assert found and found[0]["steps"] == 4


# The plan


def test_the_plan_says_what_will_be_done_and_leaves_nothing(photos, tmp_path):
    lines = plan(of(photos), tmp_path / "run")
    assert lines[0] == f"Data: {photos}, split train: 20 examples"
    assert lines[1] == f"  {photos}: 20 images"
    assert lines[2] == "  image: 16 x 16 x 1, float32, brought to 16 pixels by fit=stretch"
    # 5x5 maps 1 to 4 with bias, 4 to 8, batch norm 2x8, dense 128 to 1 with bias.
    assert f"Networks: discriminator trains discriminator: {104 + 800 + 16 + 129:,} parameters" in lines
    assert "Scores, every 4 steps and at the end: sliced_wasserstein (samples=32)" in lines
    assert lines[-2].startswith("Training: 4 steps of 8 examples, in float32; about 1 s without scores (")
    assert lines[-1] == "The run can start."
    assert list(tmp_path.iterdir()) == []


def test_the_plan_of_a_run_that_cannot_start_is_its_refusal(photos, begun, tmp_path):
    with pytest.raises(RunError, match="already holds a run"):
        plan(of(photos), begun)
    with pytest.raises(RunError, match="data.name=nowhere"):
        plan(of("nowhere"), tmp_path / "run")
    assert plan(of(photos, train__steps=8), begun, resume=True)[-1] == "The run can start."


def test_the_room_that_a_run_needs_is_that_of_its_checkpoints(photos):
    settings = of(photos)
    model = models.build(settings)
    numbers = sum(int(np.prod(each.shape)) for each in model.variables)
    slots = sum(int(np.prod(each.shape)) for one in model.optimizers.values() for each in one.variables)
    room = {keep: preflight.room(of(photos, train__keep=keep), model) for keep in (1, 6)}
    assert room[6] - room[1] == pytest.approx(5 * 4 * (numbers + slots), rel=0.01)
