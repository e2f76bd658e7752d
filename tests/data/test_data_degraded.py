"""Small copies of images: the filter by hand, their range, and what is kept with them."""

import numpy as np
import pytest

from tfgan_zoo import data
from tfgan_zoo.utils import cache
from tfgan_zoo.utils.resize import bicubic

NAME = "degraded/bicubic4/fashion_mnist_10k"


def keys_filter(size, factor):
    """The rows of the antialiased bicubic filter (Keys 1981, a = -1/2): [size / factor, size]."""
    centres = (np.arange(size // factor) + 0.5) * factor - 0.5
    x = np.abs(np.arange(size) - centres[:, None]) / factor
    near, far = 1.5 * x**3 - 2.5 * x**2 + 1, -0.5 * x**3 + 2.5 * x**2 - 4 * x + 2
    weights = np.where(x < 1, near, np.where(x < 2, far, 0))
    return weights / weights.sum(axis=1, keepdims=True)


def test_the_filter_is_that_of_keys_widened_by_the_reduction():
    images = np.random.default_rng(0).integers(0, 256, [3, 16, 24, 3], np.uint8)
    rows, columns = keys_filter(16, 4), keys_filter(24, 4)
    expected = np.einsum("ih,nhwc,jw->nijc", rows, images.astype(float), columns)
    found = bicubic(images, (4, 6))
    assert found.dtype == np.uint8
    # Pillow rounds between its two passes.
    assert np.abs(found - np.clip(expected, 0, 255)).max() <= 1.5


def test_enlarging_goes_through_a_flat_image_unchanged():
    flat = np.full([2, 3, 3, 1], 77, np.uint8)
    assert (bicubic(flat, (12, 12)) == 77).all()


def test_conditions_are_in_0_to_1_and_images_as_they_were():
    form = {"image_size": 32, "fit": "pad", "channels": 3, "take": 50}
    batch = next(data.load(NAME, batch_size=50, shuffle=False, **form).as_numpy_iterator())
    plain = next(data.load("fashion_mnist_10k", batch_size=50, shuffle=False, **form).as_numpy_iterator())
    np.testing.assert_array_equal(batch["image"], plain["image"])
    np.testing.assert_array_equal(batch["label"], plain["label"])
    assert batch["condition"].shape == (50, 8, 8, 3) and batch["condition"].dtype == np.float32
    small = bicubic(data.arrays("fashion_mnist_10k", **form)["image"], (8, 8))
    np.testing.assert_allclose(batch["condition"], small / 255, atol=1e-6)
    assert batch["condition"].min() == 0 and 0.9 < batch["condition"].max() <= 1
    # Arrays have them as they are learnt from, and the images as ever.
    arrays = data.arrays(NAME, **form)
    np.testing.assert_array_equal(arrays["condition"], batch["condition"])
    assert arrays["image"].dtype == np.uint8


def test_what_is_read_once_is_kept_with_a_manifest(tmp_path, zoo_data):
    from PIL import Image

    rng = np.random.default_rng(0)
    for number in range(4):
        Image.fromarray(rng.integers(0, 256, [8, 8, 3], np.uint8)).save(tmp_path / f"{number}.png")
    found = data.arrays(f"degraded/bicubic2/{tmp_path}", image_size=8)
    assert found["condition"].shape == (4, 4, 4, 3)
    manifests = [cache.manifest(path) for path in zoo_data.glob("*.npz")]
    (made,) = [each for each in manifests if each["request"]["source"].startswith("degraded/bicubic2/")]
    assert set(made["arrays"]) >= {"condition", "image"} and "folder" in made["source"]


@pytest.mark.parametrize(
    "name", ["degraded/fashion_mnist_10k", "degraded/bicubic1/fashion_mnist_10k", "degraded/"]
)
def test_another_way_is_refused(name):
    with pytest.raises(ValueError, match="degraded is degraded/bicubicN/NAME"):
        data.arrays(name)


def test_sides_are_multiples_of_the_factor():
    with pytest.raises(ValueError, match="30 x 30 cannot be shrunk 4 times"):
        data.arrays(NAME, image_size=30, take=2)


def test_points_have_no_small_copies():
    with pytest.raises(ValueError, match="degraded needs image, and toy/ring8 has x"):
        data.arrays("degraded/bicubic4/toy/ring8")
