"""Black and white images: the threshold, what stays, and what has no image."""

import numpy as np
import pytest

from tfgan_zoo import data


def test_pixels_are_cut_at_half():
    form = {"image_size": 32, "fit": "pad", "take": 20}
    plain, cut = (data.arrays(name, **form) for name in ("fashion_mnist_10k", "binary/fashion_mnist_10k"))
    np.testing.assert_array_equal(cut["image"], 255 * (plain["image"] > 127.5))
    assert cut["image"].dtype == np.uint8 and 0.1 < (cut["image"] == 255).mean() < 0.9
    np.testing.assert_array_equal(cut["label"], plain["label"])
    batch = next(data.load("binary/fashion_mnist_10k", batch_size=20, shuffle=False, **form).as_numpy_iterator())
    assert set(np.unique(batch["image"])) == {-1, 1}


def test_points_are_not_cut():
    with pytest.raises(ValueError, match="binary needs image, and toy/ring8 has x"):
        data.arrays("binary/toy/ring8")
