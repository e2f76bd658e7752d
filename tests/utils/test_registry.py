"""Registries, on packages that the tests write."""

import importlib
import sys

import pytest

from tfgan_zoo.utils.registry import children, exports, functions, look_up, modules

SHAPES = {
    "__init__": "from tfgan_zoo.utils.registry import Registry\n"
    "SHAPES = Registry('shape', 'invented.shapes', 'invented.families.*.shapes', error=KeyError)",
    "shapes/__init__": "",
    "shapes/round": "from invented import SHAPES\n@SHAPES.register\ndef circle(): return 1\n"
    "SHAPES.add('disc', len)",
    "shapes/_private": "raise AssertionError('not to be imported')",
    "families/__init__": "",
    "families/corners/__init__": "",
    "families/corners/shapes": "from invented import SHAPES\nfrom os.path import join\n"
    "@SHAPES.register\ndef square(): return 4\ndef _side(): pass\nlength = 1",
    "families/lines/__init__": "",
    "families/lines/other": "",
}


@pytest.fixture
def invented(tmp_path, monkeypatch):
    for name, source in SHAPES.items():
        path = tmp_path / "invented" / f"{name}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(source)
    monkeypatch.syspath_prepend(tmp_path)
    importlib.invalidate_caches()
    yield importlib.import_module("invented")
    for name in [name for name in sys.modules if name.partition(".")[0] == "invented"]:
        del sys.modules[name]


def test_things_are_found_in_their_homes_and_no_more_is_imported(invented):
    assert invented.SHAPES["circle"]() == 1 and invented.SHAPES["disc"] is len
    assert "invented.families" not in sys.modules
    assert "square" in invented.SHAPES and invented.SHAPES["square"]() == 4
    assert invented.SHAPES.names() == ["circle", "disc", "square"]


def test_a_wrong_name_raises_the_registrys_error_with_the_nearest(invented):
    assert "squere" not in invented.SHAPES
    with pytest.raises(KeyError, match="There is no shape 'squere'. Did you mean square"):
        invented.SHAPES["squere"]
    with pytest.raises(ValueError, match="There is no colour 'x'. Known: blue, red."):
        look_up("x", {"red": 1, "blue": 2}, "colour")


def test_a_name_is_taken_once(invented):
    invented.SHAPES.add("disc", len)
    with pytest.raises(ValueError, match="Two things of the kind shape are called 'disc'"):
        invented.SHAPES.add("disc", max)


def test_a_home_that_fails_to_import_fails_again_and_hides_nothing(invented, tmp_path):
    (tmp_path / "invented" / "shapes" / "spoilt.py").write_text("raise OSError('spoilt')")
    for _ in range(2):
        with pytest.raises(OSError, match="spoilt"):
            invented.SHAPES["circle of no kind"]


def test_modules_of_a_home(invented):
    assert children("invented") == ["families", "shapes"]
    assert modules("invented.shapes") == ["invented.shapes.round"]
    assert modules("invented.families.*.shapes") == ["invented.families.corners.shapes"]
    assert "invented.families.corners" not in sys.modules


def test_exports_are_read_and_not_imported(invented, tmp_path):
    package = tmp_path / "invented" / "families" / "corners" / "__init__.py"
    package.write_text("raise OSError\n__all__ = ['Square', 'Cube']")
    assert exports("invented.families") == {"corners": "Square"}


def test_functions_are_those_that_a_module_defines_for_others(invented):
    assert list(functions("invented.families.corners.shapes")) == ["square"]
