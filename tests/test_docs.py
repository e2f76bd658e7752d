"""The documentation: its code is run at tiny size, and its paths and commands exist."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tfgan_zoo import cli

ROOT = Path(__file__).resolve().parent.parent
PAGE = (ROOT / "docs/adding_a_system.md").read_text(encoding="utf-8")
README = (ROOT / "README.md").read_text(encoding="utf-8")

# The files of the worked example: a path in bold, then the file in a fence.
FILES = dict(re.findall(r"^\*\*`(\S+)`\*\*\n\n```\w+\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE))


# What makes the README's Python code small.
SMALL = {
    "width=32": "width=4",
    "image_size=32": "image_size=16",
    'weights="pretrained"': "smoke=True",
    '"dcgan/fashion_mnist", overrides': '"dcgan/fashion_mnist", smoke=True, overrides',
    "epochs=2": "epochs=1, steps_per_epoch=2",
}

# What a reader would do, in one process: the README's code; the example's own test, contracts, claim, page.
TRIED = """
import json, pathlib, runpy
import contracts
from tfgan_zoo import reproduce
from tfgan_zoo.hub import pages
from tfgan_zoo.hub.config import load_config

runpy.run_path("readme.py")
runpy.run_path("tests/systems/test_lsgan.py")["test_one_step_by_hand"]()
config = contracts.smoke("lsgan/fashion_mnist_10k")
model = contracts.fit(contracts.build(config), config, contracts.STEPS)
contracts.updates_are_counted(config, model)
contracts.makes_by_seed(config, model)
contracts.survives_saving(config, pathlib.Path("."))
paper = contracts.build(load_config("lsgan/cifar10_paper"))
tiny = contracts.build(contracts.smoke("lsgan/cifar10_paper"))
record = reproduce.reproduce("lsgan/fashion_mnist_10k", "claims", smoke=True)
found = {
    "sizes": [paper.example_shapes, tiny.example_shapes],
    "record": record,
    "page": pages.system_page("lsgan"),
}
print(json.dumps(found))
"""


def readmes_python():
    code = "\n".join(re.findall(r"^```python\n(.*?)^```$", README, re.DOTALL | re.MULTILINE))
    for large, small in SMALL.items():
        assert large in code
        code = code.replace(large, small)
    return code


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    """What `TRIED` finds in a copy of the package, laid out as an installed one, with the page's files."""
    folder = tmp_path_factory.mktemp("copy")
    litter = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "tfgan_zoo", folder / "tfgan_zoo", ignore=litter)
    shutil.copytree(ROOT / "zoo_configs", folder / "tfgan_zoo/zoo_configs", ignore=litter)
    (folder / "tfgan_zoo/pretrained").symlink_to(ROOT / "pretrained")
    for name, text in {**FILES, "readme.py": readmes_python()}.items():
        path = folder / ("tfgan_zoo" if name.startswith("zoo_configs") else "") / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    env = {**os.environ, "PYTHONPATH": os.pathsep.join([str(folder), str(ROOT / "tests")])}
    command = [sys.executable, "-c", TRIED]
    done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return {**json.loads(done.stdout.splitlines()[-1]), "files": {path.name for path in folder.iterdir()}}


def test_the_page_has_every_file_of_a_system():
    system = "tfgan_zoo/systems/lsgan"
    assert set(FILES) == {
        *(f"{system}/{name}.py" for name in ("__init__", "lsgan", "networks", "claim")),
        *(f"zoo_configs/lsgan/{name}.yaml" for name in ("fashion_mnist_10k", "cifar10_paper")),
        "tests/systems/test_lsgan.py",
    }


def test_the_example_trains_and_both_configs_build(found):
    assert found["sizes"] == [{"image": [128, 128, 3]}, {"image": [16, 16, 3]}]


def test_its_claim_is_measured_and_judged_by_the_config(found):
    checks = found["record"]["checks"]
    values = {check["key"]: check["value"] for check in checks}
    assert values["distance_ratio"] == pytest.approx(values["lsgan_distance"] / values["gan_distance"])
    assert [check["target"] for check in checks] == [{"<=": 1}, None, None]


def test_its_page_is_written(found):
    page = found["page"]
    assert "# LSGAN\n" in page and "The losses are twice those of equation 9" in page
    assert "tfgan-zoo train lsgan/fashion_mnist_10k --run runs/lsgan" in page


def test_the_readmes_python_runs(found):
    assert found["files"] >= {"losses.csv", "model.keras", "served"}


def test_the_readme_says_where_every_folder_is():
    listed = re.findall(r"^((?:tfgan_zoo|[a-z_]+)/(?:[a-z_]+/)?) {2,}", README, re.MULTILINE)
    rooms = {f"tfgan_zoo/{path.parent.name}/" for path in ROOT.glob("tfgan_zoo/*/__init__.py")}
    assert {name for name in listed if name.startswith("tfgan_zoo")} == rooms
    assert [name for name in listed if not (ROOT / name).is_dir()] == []


def test_every_command_and_config_of_the_documentation_exists():
    known = {command.name or command.callback.__name__ for command in cli.app.registered_commands}
    texts = [README, *(path.read_text(encoding="utf-8") for path in ROOT.glob("docs/*.md"))]
    commands = {name for text in texts for name in re.findall(r"tfgan-zoo ([a-z]+)", text)}
    assert commands and commands <= known


@pytest.mark.parametrize("page", ["README.md", *(f"docs/{path.name}" for path in ROOT.glob("docs/*.md"))])
def test_every_link_leads_somewhere(page):
    """Links to the page of a system whose folders were taken away may stay behind."""
    path = ROOT / page
    links = re.findall(r"\]\(([^)#]+)(?:#[\w-]+)?\)", path.read_text(encoding="utf-8"))
    broken = [link for link in links if "://" not in link and not (path.parent / link).exists()]
    assert [link for link in broken if (path.parent / link).parent.exists()] == []
