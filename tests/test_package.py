"""The package as a whole: its folders, its imports, and the wheel that is built from it."""

import ast
import configparser
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

import tfgan_zoo as zoo

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


def listed_packages():
    setup = configparser.ConfigParser()
    setup.read(ROOT / "setup.cfg", encoding="utf-8")
    return setup["options"]["packages"].split()


def test_every_folder_of_code_is_listed():
    mapped = {"tfgan_zoo.zoo_configs", "tfgan_zoo.pretrained"}
    assert sorted(listed_packages()) == sorted({dotted(path) for path in packages()} | mapped)
    assert {path.parent for path in modules()} == {path.parent for path in packages()}


@pytest.mark.parametrize("path", packages(), ids=dotted)
def test_a_packages_docstring_opens_with_one_sentence(path):
    docstring = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    first = docstring.split("\n\n")[0]
    assert first.endswith(".") and not re.search(r"[.!?]\s", first)


def test_files_are_short():
    long = {dotted(path): len(path.read_text(encoding="utf-8").splitlines()) for path in modules()}
    assert {name: lines for name, lines in long.items() if lines > 400} == {}


def imported(source, package):
    """Every dotted name that a module's source imports."""
    names = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            above = package.split(".")[: len(package.split(".")) - node.level + 1]
            base = ".".join([*(above if node.level else []), *([node.module] if node.module else [])])
            names |= {base} | {f"{base}.{alias.name}" for alias in node.names}
    return names


@pytest.mark.parametrize(
    "line",
    [
        "import tfgan_zoo.systems.gan.gan",
        "from tfgan_zoo.systems import gan",
        "from tfgan_zoo.systems.gan.gan import GAN",
        "from . import gan",
        "from .gan import GAN",
        "def f():\n    from ..systems import gan",
    ],
)
def test_the_scan_sees_every_way_to_import_a_system(line):
    assert "tfgan_zoo.systems.gan.gan" in imported(line, "tfgan_zoo.systems")


@pytest.mark.parametrize("path", modules(LIBRARY / "systems"), ids=dotted)
def test_a_system_imports_no_other_system(path):
    names = imported(path.read_text(encoding="utf-8"), "tfgan_zoo.systems")
    assert {name for name in names if name.startswith("tfgan_zoo.systems")} == set()


def test_every_public_name_is_there():
    assert set(zoo.__all__) <= set(dir(zoo))
    for name in zoo.__all__:
        assert getattr(zoo, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'lode'"):
        zoo.lode


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
    for name in ("setup.cfg", "pyproject.toml", "README.md", "LICENSE"):
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


def files(folder, *suffixes):
    """The files below a folder, as paths beside it."""
    return {
        path.relative_to(folder.parent).as_posix()
        for path in folder.rglob("*")
        if path.is_file() and (not suffixes or path.suffix in suffixes)
    }


@pytest.mark.xdist_group("wheel")
def test_the_wheel_holds_everything(source, wheel):
    held = set(zipfile.ZipFile(wheel).namelist())
    code = files(source / "tfgan_zoo", ".py")
    bundled = {f"tfgan_zoo/data/{name}" for name in files(source / "tfgan_zoo/data/bundled")}
    configs = {f"tfgan_zoo/{name}" for name in files(source / "zoo_configs")}
    weights = {f"tfgan_zoo/{name}" for name in files(source / "pretrained")}
    assert len(configs) > len(zoo.list_configs()) and len(bundled) >= 4 and len(weights) >= 4
    for wanted in (code, bundled, configs, weights):
        assert wanted - held == set()
    rest = {name for name in held - code - bundled - configs - weights if ".dist-info/" not in name}
    assert rest == set()
    assert any(name.endswith("/LICENSE") for name in held)


@pytest.mark.xdist_group("wheel")
def test_the_installed_wheel_works_outside_the_checkout(wheel, tmp_path):
    target, elsewhere = tmp_path / "target", tmp_path / "elsewhere"
    elsewhere.mkdir()
    pip("install", "--target", target, wheel)
    options = {"cwd": elsewhere, "env": {**os.environ, "PYTHONPATH": str(target)}}
    code = (
        "import tfgan_zoo; from tfgan_zoo import index;"
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
