"""The lectures' figures: what they draw, from the library's own losses and runs."""

import inspect

import numpy as np
import pytest
from PIL import Image

from tfgan_zoo.benchmarks import figures
from tfgan_zoo.losses import gan
from tfgan_zoo.utils.registry import functions, modules


def test_curves_are_the_losses_and_their_slopes():
    logits = np.array([-3.0, 0.0, 2.0], np.float32)
    values, slopes = figures._curve(gan.generator_non_saturating, logits)
    np.testing.assert_allclose(values, np.log1p(np.exp(-logits)), rtol=1e-5)
    np.testing.assert_allclose(slopes, -1 / (1 + np.exp(logits)), rtol=1e-5)


def test_loss_surfaces_are_drawn(tmp_path):
    figures.draw("loss_surfaces", tmp_path / "a.png")
    assert len(np.unique(np.asarray(Image.open(tmp_path / "a.png")))) > 50


def test_an_unknown_figure_is_refused():
    with pytest.raises(ValueError, match="There is no figure 'loss_surface'. Did you mean loss_surfaces"):
        figures.draw("loss_surface", "a.png")


def test_systems_have_figures_of_their_own():
    own = [function for module in modules("tfgan_zoo.systems.*.figures") for function in functions(module).values()]
    assert own
    for draw in own:
        assert figures.figures()[draw.__name__] is draw
        assert draw.__doc__ and list(inspect.signature(draw).parameters)[0] == "path"
