"""DCGAN's claim on sums of latents, by a generator and a reader whose answers are known."""

from types import SimpleNamespace

import numpy as np
import pytest

from tfgan_zoo.systems.dcgan import claim as dcgan


class Reader:
    """Takes the first pixel above the middle for glasses, the second for the second style."""

    def predict(self, images, **_):
        return {
            name: np.stack([127 - images[:, 0, 0, column].astype(float), images[:, 0, 0, column] - 127.0], 1)
            for column, name in enumerate(("glasses", "style"))
        }


def model_of(z):
    """Images show the first two latents as pixels."""
    return SimpleNamespace(
        latents=lambda count, seed: z[:count],
        decode=lambda z: np.clip(z, -1, 1).reshape(len(z), 1, 1, -1),
    )


@pytest.fixture
def z():
    signs = np.random.default_rng(0).choice([-1.0, 1.0], [400, 3])
    return (signs * [0.5, 0.5, 0]).astype(np.float32)


def test_glasses_less_none_plus_the_other_style(z):
    model = model_of(z)
    sums, terms = dcgan.add_glasses(model, Reader(), trials=5, count=400, seed=0)
    # (1, -1) - (-1, -1) + (-1, 1) = (1, 1), in halves.
    np.testing.assert_allclose(sums, np.tile([0.5, 0.5, 0], (5, 1)))
    np.testing.assert_allclose(terms["plain_b"], np.tile([-0.5, 0.5, 0], (5, 1)))
    assert dcgan.share_of(dcgan.GLASSES_B, Reader(), model.decode(sums)) == 1
    assert dcgan.share_of(dcgan.GLASSES_B, Reader(), model.decode(terms["glasses_a"])) == 0


def test_every_trial_takes_three_latents_of_a_concept(z):
    z = z + np.linspace(0, 0.4, len(z), dtype=np.float32)[:, None] * [[0, 0, 1]]
    sums, terms = dcgan.add_glasses(model_of(z), Reader(), trials=3, count=400, seed=0)
    third = terms["glasses_a"][:, 2]
    assert len(set(third)) == 3
    np.testing.assert_allclose(
        sums[:, 2], third - terms["plain_a"][:, 2] + terms["plain_b"][:, 2], rtol=1e-5
    )


def test_a_concept_that_no_sample_shows_is_named(z):
    with pytest.raises(ValueError, match="0 of 400 samples show glasses_a"):
        dcgan.add_glasses(model_of(-np.abs(z)), Reader(), trials=3, count=400, seed=0)
