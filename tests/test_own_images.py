"""The page on one's own images: its commands and its code, run on folders of photographs of mixed sizes."""

import json
import re
import shlex
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

PAGE = (Path(__file__).resolve().parent.parent / "docs/your_own_images.md").read_text(encoding="utf-8")
COMMANDS = "".join(re.findall(r"^```bash\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)).splitlines()
(CODE,) = re.findall(r"^```python\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)

# What makes a training small; the other commands have the run's settings.
_INTERVALS = ("steps", "steps_per_execution", "log_every", "checkpoint_every", "score_every")
SMALL = [
    *(f"train.{name}=2" for name in _INTERVALS),
    *("train.batch_size=4", "data.image_size=16"),
    *(f"networks.{player}.image_size=16" for player in ("generator", "discriminator")),
]
SMALL_OF = {
    "dcgan/avatars": [*SMALL, "networks.generator.width=4", "networks.discriminator.width=4"],
    "acgan/fashion_mnist": [*SMALL, "networks.generator.maps=8", "networks.discriminator.width=2"],
}


def photographs(folder, count, seed):
    """Images of mixed sizes and formats, each of one colour and some noise."""
    folder.mkdir(parents=True)
    rng = np.random.default_rng(seed)
    for number in range(count):
        height, width = rng.integers(20, 60, 2)
        noise = rng.integers(0, 60, (height, width, 3)) + rng.integers(0, 196, 3)
        Image.fromarray(noise.astype(np.uint8)).save(folder / f"{number}.{'png' if number % 2 else 'jpg'}")


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    folder = tmp_path_factory.mktemp("home")
    photographs(folder / "photos" / "holidays", 10, 0)
    photographs(folder / "photos" / "garden" / "spring", 8, 1)
    photographs(folder / "held_out", 7, 2)
    for seed, name in enumerate(("cats", "dogs")):
        photographs(folder / "classes" / name, 4, seed)
    (folder / "photos" / "IMG_1.HEIC").write_bytes(b"not for Pillow")
    return folder


def test_every_command_of_the_page_does_what_it_says(home, run, monkeypatch):
    monkeypatch.chdir(home)
    for command in COMMANDS:
        program, *words = shlex.split(command)
        assert program == "tfgan-zoo"
        small = SMALL_OF[words[1]] if words[0] == "train" else []
        # The run that goes on has two steps more to go.
        small = small + ["train.steps=4"] if "--resume" in words else small
        status, out, errors = run(*words, *(f"--set={setting}" for setting in small))
        assert status == 0, (command, errors)
        if "--check" in words:
            assert out.splitlines()[-1] == "The run can start."
            assert words[1] != "dcgan/avatars" or not (home / "runs").exists()
        elif words[0] == "train":
            assert "18 images in 2 classes (garden 8, holidays 10); 1 file left out" in out
            assert ("Resuming dcgan/avatars at step 2." in out) == ("--resume" in words)
    with Image.open("interpolation.jpg") as picture:
        assert picture.format == "JPEG"
    (score,) = json.loads(Path("scores.json").read_text())
    protocol = score["protocol"]
    assert 0 < score["value"] < 1
    assert (protocol["n_real"], protocol["n_fake"], protocol["image_size"], protocol["fit"]) == (7, 7, 16, "crop")


def test_what_is_served_needs_tensorflow_alone(home):
    code = f"import sys; sys.modules['tfgan_zoo'] = None\n{CODE}\nprint(images.shape, float(abs(images).numpy().max()) <= 1)"
    done = subprocess.run([sys.executable, "-c", code], cwd=home, capture_output=True, text=True)
    assert done.stdout.split("\n")[0] == "(16, 16, 16, 3) True", done.stderr
