"""The lectures' figures: what they draw, from the library's own losses and runs."""

import csv

import numpy as np
import pytest
from PIL import Image

from tfgan_zoo.benchmarks import figures
from tfgan_zoo.losses import adversarial


def test_curves_are_the_losses_and_their_slopes():
    logits = np.array([-3.0, 0.0, 2.0], np.float32)
    values, slopes = figures._curve(adversarial.generator_non_saturating, logits)
    np.testing.assert_allclose(values, np.log1p(np.exp(-logits)), rtol=1e-5)
    np.testing.assert_allclose(slopes, -1 / (1 + np.exp(logits)), rtol=1e-5)


def test_loss_surfaces_are_drawn(tmp_path):
    figures.draw("loss_surfaces", tmp_path / "a.png")
    assert len(np.unique(np.asarray(Image.open(tmp_path / "a.png")))) > 50


def test_the_wgan_curve_needs_a_run(tmp_path):
    with pytest.raises(FileNotFoundError, match="no finished run"):
        figures.draw("wgan_curve", tmp_path / "a.png", tmp_path)
    for name, key, values in (("losses", "critic_loss", (-3, -2, -1)), ("scores", "fid", (9, 5, 2))):
        with open(tmp_path / f"{name}.csv", "w", newline="") as file:
            csv.writer(file).writerows([["step", key], *([i + 1, v] for i, v in enumerate(values))])
    figures.draw("wgan_curve", tmp_path / "a.png", tmp_path)
    assert Image.open(tmp_path / "a.png").size == (1100, 400)


def test_an_unknown_figure_is_refused():
    with pytest.raises(ValueError, match="Did you mean loss_surfaces"):
        figures.draw("loss_surface", "a.png")


@pytest.mark.long
def test_mode_collapse_trains_and_draws_every_method(tmp_path):
    figures.mode_collapse(tmp_path / "a.png", tmp_path / "runs", smoke=True)
    assert (tmp_path / "a.png").exists()
    assert {path.name for path in (tmp_path / "runs").iterdir()} == {
        "GAN", "GAN_with_replay", "unrolled_GAN,_K_=_5"
    }
