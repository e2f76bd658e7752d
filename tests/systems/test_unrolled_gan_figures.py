"""The figure of mode collapse: every method is trained and drawn."""

import pytest

from tfgan_zoo.systems.unrolled_gan import figures


@pytest.mark.long
def test_mode_collapse_trains_and_draws_every_method(tmp_path):
    figures.mode_collapse(tmp_path / "a.png", tmp_path / "runs", smoke=True)
    assert (tmp_path / "a.png").exists()
    assert {path.name for path in (tmp_path / "runs").iterdir()} == {
        "GAN", "GAN_with_replay", "unrolled_GAN,_K_=_5"
    }
