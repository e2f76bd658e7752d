"""The command `edit` and the page on it, with iGAN of tiny networks."""

import json
import re
import shlex
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import tfgan_zoo as zoo
from tfgan_zoo import cli
from tfgan_zoo.hub import models
from tfgan_zoo.hub.config import load_config

PAGE = (Path(__file__).resolve().parents[2] / "docs/editing.md").read_text(encoding="utf-8")
(SCRIPT,), (COMMAND,), (CODE,) = (
    re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
    for language in ("json", "bash", "python")
)


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A folder with a photograph and the page's script, where every model is tiny and has no weights."""

    def tiny(config_id, weights=None, **_):
        return models.build(load_config(config_id, smoke=True))

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(models, "load", tiny)
    Path("strokes.json").write_text(SCRIPT, encoding="utf-8")
    noise = np.random.default_rng(0).integers(0, 256, [40, 40, 3], np.uint8)
    Image.fromarray(noise).save("photo.png")
    return tmp_path


def run(*arguments):
    cli.app(list(arguments), standalone_mode=False)


def test_the_pages_command_and_code_run(home, monkeypatch):
    run(*shlex.split(COMMAND)[1:])
    # The photograph, its reconstruction, two frames more and the edit, of 32 pixels each, twice as wide, in one row.
    assert Image.open("picture.png").size == (2 * (5 * 32 + 4), 2 * 32)
    monkeypatch.setattr(zoo, "load", models.load)
    found = {}
    exec(compile(CODE, "editing.md", "exec"), found)
    edit = found["found"]
    assert set(edit) == {"edited", "reconstruction", "frames", "flow", "color", "z0", "z"}
    assert edit["frames"].shape == (1, 3, 32, 32, 1) and edit["edited"].shape == (1, 32, 32, 1)
    np.testing.assert_allclose(edit["frames"][:, 0], edit["reconstruction"], atol=1e-5)


def test_what_cannot_be_edited_or_read_is_refused(home):
    with pytest.raises(ValueError, match="DCGAN cannot edit"):
        run("edit", "dcgan/fashion_mnist", "photo.png", "--script", "strokes.json")
    for content, message in (("[{", "is no JSON file"), ("{}", "must hold a list"), ('[{"colr": 1}]', "Did you mean")):
        Path("strokes.json").write_text(content, encoding="utf-8")
        with pytest.raises(ValueError, match=message):
            run("edit", "igan/fashion_mnist", "photo.png", "--script", "strokes.json")


def test_the_pages_script_has_every_kind_of_stroke():
    from tfgan_zoo.core.strokes import read_strokes
    from tfgan_zoo.systems.igan.strokes import KINDS

    assert {kind for kind, _ in read_strokes(json.loads(SCRIPT), KINDS)} == set(KINDS)


def test_edits_are_compiled_once_and_read_the_weights_of_today():
    model = models.build(load_config("igan/fashion_mnist", {"system_args.closeness_weight": 0.0}, smoke=True))
    rng = np.random.default_rng(0)
    photos = rng.uniform(-1, 1, [2, *model.example_shapes["image"]]).astype(np.float32)

    def edited(level):
        return model.edit(photos, [{"color": 3 * [level], "box": [4, 4, 12, 12]}])

    def change_weights():
        for variable in model.generator.trainable_variables:
            variable.assign(rng.normal(0, 0.1, variable.shape))

    change_weights()
    white, black = edited(255), edited(0)
    assert np.abs(white["z"] - black["z"]).max() > 1e-3
    change_weights()
    anew = edited(0)
    np.testing.assert_allclose(anew["frames"][:, 0], anew["reconstruction"], atol=1e-5)
    assert np.abs(anew["frames"] - black["frames"]).max() > 1e-2
    assert model._compiled_edit.experimental_get_tracing_count() == 1
