"""Pixel shuffle by hand: whose channel becomes which pixel."""

import numpy as np
import pytest
from keras import Input

from tfgan_zoo.layers.pixel_shuffle import PixelShuffle


def test_the_channels_of_a_pixel_become_a_block():
    maps = np.arange(2 * 8, dtype=np.float32).reshape(1, 1, 2, 8)
    shuffled = PixelShuffle(2)(maps).numpy()
    # Two channels an output pixel: 0 and 1 upper left, 2 and 3 upper right, 4 and 5 lower left, 6 and 7 lower
    # right.
    assert shuffled.shape == (1, 2, 4, 2)
    assert shuffled[0, :, :, 0].tolist() == [[0, 2, 8, 10], [4, 6, 12, 14]]
    assert shuffled[0, :, :, 1].tolist() == [[1, 3, 9, 11], [5, 7, 13, 15]]


def test_sizes_may_be_unknown():
    assert PixelShuffle(3)(Input([None, 5, 18])).shape == (None, None, 15, 2)


def test_channels_that_do_not_divide_are_refused():
    with pytest.raises(ValueError, match="multiples of 4; got 6"):
        PixelShuffle(2)(Input([4, 4, 6]))
    with pytest.raises(ValueError, match="at least 2"):
        PixelShuffle(1)
