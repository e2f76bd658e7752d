"""Padding by reflection: the border is not repeated."""

import numpy as np

from tfgan_zoo.layers.padding import ReflectionPadding


def test_reflection_turns_about_the_outermost_pixels():
    image = np.arange(9, dtype=np.float32).reshape(1, 3, 3, 1)
    padded = ReflectionPadding(2)(image).numpy()[0, :, :, 0]
    assert padded.shape == (7, 7)
    assert padded[0].tolist() == [8, 7, 6, 7, 8, 7, 6]
    assert padded[:, 3].tolist() == [7, 4, 1, 4, 7, 4, 1]
