"""WGAN's figure, from the tables of a run."""

import csv

import pytest
from PIL import Image

from tfgan_zoo.benchmarks import figures


def test_the_wgan_curve_needs_a_run(tmp_path):
    with pytest.raises(FileNotFoundError, match="no finished run"):
        figures.draw("wgan_curve", tmp_path / "a.png", tmp_path)
    for name, key, values in (("losses", "critic_loss", (-3, -2, -1)), ("scores", "fid", (9, 5, 2))):
        with open(tmp_path / f"{name}.csv", "w", newline="") as file:
            csv.writer(file).writerows([["step", key], *([i + 1, v] for i, v in enumerate(values))])
    figures.draw("wgan_curve", tmp_path / "a.png", tmp_path)
    assert Image.open(tmp_path / "a.png").size == (1100, 400)
