"""The VAE's claim beside GANs: what counts as sharp."""

import numpy as np
import pytest

from tfgan_zoo.systems.vae.claim import sharpness


def test_sharpness_is_the_variance_of_the_laplacian():
    images = np.zeros([2, 3, 3, 1], np.uint8)
    assert sharpness(images) == 0
    # Its Laplacian is -4 at the dot, 1 at the four pixels beside it and 0 at the corners: mean 0.
    images[1, 1, 1] = 255
    assert sharpness(images) == pytest.approx((16 + 4) / 9 / 2)


def test_a_blurred_edge_is_less_sharp():
    edge = np.zeros([1, 8, 8, 1], np.uint8)
    edge[:, :, 4:] = 200
    ramp = edge.copy()
    ramp[:, :, 3:6] = np.array([50, 100, 150], np.uint8)[:, None]
    assert 0 < sharpness(ramp) < sharpness(edge)
