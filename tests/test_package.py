"""The package as a whole: its folders, its imports, and the wheel that is built from it."""

import ast
import importlib
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import keras
import numpy as np
import pytest

import tfgan_zoo as zoo
from tfgan_zoo.utils import registration
from tfgan_zoo.utils.registry import children

ROOT = Path(__file__).resolve().parent.parent
LIBRARY = ROOT / "tfgan_zoo"
SHIPPED = ("model.weights.h5", "card.json", "samples.png")


def modules(folder=LIBRARY):
    return sorted(folder.rglob("*.py"))


def dotted(path):
    """The name that a module of the library is imported by."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def packages():
    return [path for path in modules() if path.name == "__init__.py"]


def test_every_folder_of_code_is_a_package():
    assert {path.parent for path in modules()} == {path.parent for path in packages()}


def test_the_root_holds_the_public_names_alone():
    assert {path.name for path in LIBRARY.glob("*.py")} == {"__init__.py", "__main__.py"}


@pytest.mark.parametrize("path", packages(), ids=dotted)
def test_a_packages_docstring_opens_with_one_sentence(path):
    docstring = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    first = docstring.split("\n\n")[0]
    assert first.endswith(".") and not re.search(r"[.!?]\s", first)


def test_files_are_short():
    long = {dotted(path): len(path.read_text(encoding="utf-8").splitlines()) for path in modules()}
    assert {name: lines for name, lines in long.items() if lines > 400} == {}


def lint(folder):
    """The exit status of `lint-imports` on the package in a folder, and its report."""
    code = "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports(no_cache=True))"
    done = subprocess.run([sys.executable, "-c", code], cwd=folder, capture_output=True, text=True)
    return done.returncode, done.stdout


def test_imports_run_downwards_and_no_system_is_imported():
    status, report = lint(ROOT)
    assert status == 0, report
    assert report.count("KEPT") == 4


SYSTEMS = children("tfgan_zoo.systems")


@pytest.mark.parametrize(
    "module, line, broken",
    [
        ("utils/files", "from tfgan_zoo.hub import index", "imports only the rooms below"),
        ("metrics/frechet", "def f(): import tfgan_zoo.evaluation.verify", "imports only the rooms below"),
        ("attic/__init__", "", "imports only the rooms below"),
        ("cli", f"def f(): import tfgan_zoo.systems.{SYSTEMS[0]}", "No room imports a system"),
        (f"systems/{SYSTEMS[0]}/__init__", f"import tfgan_zoo.systems.{SYSTEMS[1]}", "imports no other system"),
        ("data/source", "from tfgan_zoo.data import find", "in a circle"),
    ],
)
def test_a_planted_import_breaks_its_contract(tmp_path, module, line, broken):
    shutil.copytree(LIBRARY, tmp_path / "tfgan_zoo", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "setup.cfg", tmp_path)
    path = tmp_path / "tfgan_zoo" / f"{module}.py"
    path.parent.mkdir(exist_ok=True)
    with open(path, "a", encoding="utf-8") as file:
        file.write(f"\n{line}\n")
    status, report = lint(tmp_path)
    assert status == 1 and re.search(f"{broken}.* BROKEN", report), report


def test_every_public_name_is_there():
    assert set(zoo.__all__) <= set(dir(zoo))
    for name in zoo.__all__:
        assert getattr(zoo, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'lode'"):
        zoo.lode


def test_keras_is_told_of_every_class_that_it_may_load():
    """Of each the name and the module are those that Keras knows once it is imported."""
    found = registration.registered()
    decorated = sum(path.read_text(encoding="utf-8").count("@keras.saving.register") for path in modules())
    assert len(found) == decorated > len(SYSTEMS)
    for name, module in found.items():
        assert name.partition(">")[2] in vars(importlib.import_module(module))
        assert keras.saving.get_registered_object(name).__module__ == module


LOADING = """
import {first}, {second}, numpy as np, keras, sys
assert not any(name.startswith("tfgan_zoo.systems.") for name in sys.modules)
model = keras.models.load_model("{folder}/model.keras")
np.testing.assert_array_equal(model.generate(2, seed=0), np.load("{folder}/samples.npy"))
assert all(int(optimizer.iterations) == 3 for optimizer in model.optimizers.values())
print(*sorted(name for name in sys.modules if name.startswith("tfgan_zoo.systems.")))
"""


# The first holds a layer, a schedule and an optimiser of the zoo's own, the second a pool.
@pytest.mark.parametrize(
    "first, second, config_id",
    [("keras", "tfgan_zoo", "gan/mnist"), ("tfgan_zoo", "keras", "gan/ring8_replay")],
)
def test_load_model_in_a_fresh_process(tmp_path, first, second, config_id):
    """Whichever of Keras and the zoo is imported first; nothing of the zoo is imported but what is needed."""
    model = zoo.load(config_id, smoke=True)
    for optimizer in model.optimizers.values():
        optimizer.iterations.assign(3)
    model.save(tmp_path / "model.keras")
    np.save(tmp_path / "samples.npy", model.generate(2, seed=0))
    found = python(LOADING.format(first=first, second=second, folder=tmp_path))
    assert found == "tfgan_zoo.systems.gan tfgan_zoo.systems.gan.gan\n"


def python(code, **options):
    command = [sys.executable, "-c", code]
    return subprocess.run(command, capture_output=True, text=True, check=True, **options).stdout


@pytest.mark.parametrize("code", ["pass", "tfgan_zoo.list_configs()", "tfgan_zoo.load_config('gan/ring8')"])
def test_reading_configs_does_not_import_tensorflow(code):
    found = python(f"import tfgan_zoo, sys; {code}; print({{'tensorflow', 'keras'}} & set(sys.modules))")
    assert found == "set()\n"


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    """A copy of what a wheel is built from, in which weights ship for one config."""
    copy = tmp_path_factory.mktemp("source")
    litter = shutil.ignore_patterns("__pycache__", "*.egg-info")
    for name in ("tfgan_zoo", "zoo_configs", "pretrained"):
        shutil.copytree(ROOT / name, copy / name, ignore=litter)
    for name in ("setup.cfg", "setup.py", "pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, copy)
    folder = copy / "pretrained" / "gan" / "invented"
    folder.mkdir(parents=True)
    for name in SHIPPED:
        (folder / name).write_bytes(b"shipped")
    return copy


@pytest.fixture(scope="module")
def wheel(source, tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    pip("wheel", "--no-build-isolation", "--wheel-dir", folder, source)
    return next(folder.glob("*.whl"))


def pip(command, *arguments):
    line = [sys.executable, "-m", "pip", command, "--no-deps", "--no-index", "--quiet", *arguments]
    subprocess.run(line, check=True, env={**os.environ, "PIP_DISABLE_PIP_VERSION_CHECK": "1"})


PAGES = {"gallery": "templates", "studio": "pages"}


def files(folder, *suffixes):
    """The files below a folder, as paths beside it."""
    return {
        path.relative_to(folder.parent).as_posix()
        for path in folder.rglob("*")
        if path.is_file() and (not suffixes or path.suffix in suffixes)
    }


def test_the_wheel_holds_everything(source, wheel):
    held = set(zipfile.ZipFile(wheel).namelist())
    code = files(source / "tfgan_zoo", ".py")
    bundled = {f"tfgan_zoo/data/{name}" for name in files(source / "tfgan_zoo/data/bundled")}
    configs = {f"tfgan_zoo/{name}" for name in files(source / "zoo_configs")}
    weights = {f"tfgan_zoo/{name}" for name in files(source / "pretrained")}
    assert len(configs) > len(zoo.list_configs()) and len(bundled) >= 4 and len(weights) >= 4
    pages = {
        f"tfgan_zoo/{folder}/{name}"
        for folder in ("gallery", "studio")
        for name in files(source / "tfgan_zoo" / folder / PAGES[folder])
    }
    assert len(pages) >= 6
    for wanted in (code, bundled, configs, weights, pages):
        assert wanted - held == set()
    rest = {name for name in held - code - bundled - configs - weights - pages if ".dist-info/" not in name}
    assert rest == set()
    assert any(name.endswith("/LICENSE") for name in held)


def test_the_installed_wheel_works_outside_the_checkout(wheel, tmp_path):
    target, elsewhere = tmp_path / "target", tmp_path / "elsewhere"
    elsewhere.mkdir()
    pip("install", "--target", target, wheel)
    options = {"cwd": elsewhere, "env": {**os.environ, "PYTHONPATH": str(target)}}
    code = (
        "import tfgan_zoo; from tfgan_zoo.hub import index;"
        "print(tfgan_zoo.__file__, index.config_root(), index.pretrained_root());"
        "print(*tfgan_zoo.list_configs()); print(index.has_weights('gan/invented'))"
    )
    where, configs, weights = python(code, **options).splitlines()
    assert where.split() == [
        str(target / "tfgan_zoo" / name) for name in ("__init__.py", "zoo_configs", "pretrained")
    ]
    assert configs.split() == zoo.list_configs() and weights == "True"
    command = [target / "bin" / "tfgan-zoo", "list"]
    listed = subprocess.run(command, capture_output=True, text=True, check=True, **options).stdout
    assert [line.split()[0] for line in listed.splitlines()] == zoo.list_configs()
