import numpy as np
import pytest

from tfgan_zoo import data
from tfgan_zoo.utils.resize import Form


def form(image, size, fit="crop", channels=None):
    return data.arrays(np.asarray(image, np.uint8)[None], image_size=size, fit=fit, channels=channels)["image"][0]


@pytest.mark.parametrize("fit", ["crop", "pad", "stretch"])
def test_a_fine_checkerboard_shrinks_to_grey(fit):
    checkerboard = np.indices([128, 128]).sum(0) % 2 * 255
    small = form(checkerboard, 16, fit).astype(int)
    assert np.abs(small - 127.5).max() <= 3


def test_pad_from_28_to_32_is_exact():
    image = data.arrays("fashion_mnist_10k", take=1)["image"][0]
    padded = form(image, 32, "pad")
    np.testing.assert_array_equal(padded, np.pad(image, [(2, 2), (2, 2), (0, 0)]))


def test_pad_scales_down_and_never_up():
    white = np.full([20, 40], 255)
    tall = form(white, (16, 16), "pad")[..., 0]
    assert (tall[4:12] == 255).all() and not tall[:4].any() and not tall[12:].any()
    larger = form(white, (24, 48), "pad")[..., 0]
    assert (larger == 255).sum() == 20 * 40


def test_crop_keeps_the_centre_and_the_aspect_ratio():
    stripes = np.zeros([20, 60], np.uint8)
    stripes[:, 20:40] = 255
    assert (form(stripes, 20) == 255).all()
    assert (form(stripes.T, 20) == 255).all()
    enlarged = form(stripes, 40)[..., 0]
    assert enlarged.shape == (40, 40) and (enlarged[:, 6:-6] >= 250).all()
    assert (enlarged[:, [0, -1]] > 128).all()


def test_stretch_ignores_the_aspect_ratio():
    halves = np.zeros([10, 40], np.uint8)
    halves[:, 20:] = 200
    small = form(halves, (10, 10), "stretch")[..., 0]
    assert (small[:, :3] <= 8).all() and (small[:, 7:] >= 190).all()


def test_size_is_height_then_width():
    assert form(np.zeros([30, 30]), (8, 12)).shape == (8, 12, 1)


def test_channels():
    red = np.zeros([2, 2, 3], np.uint8)
    red[..., 0] = 255
    assert (form(red, None, channels=1) == 76).all()
    grey = np.arange(4, dtype=np.uint8).reshape(2, 2)
    np.testing.assert_array_equal(form(grey, None, channels=3), np.repeat(grey[..., None], 3, -1))


def test_rgba_lies_over_white():
    pixels = np.array([[[10, 20, 30, 255], [10, 20, 30, 0]]], np.uint8)
    np.testing.assert_array_equal(Form().array(pixels[None])[0], [[[10, 20, 30], [255, 255, 255]]])


def test_nothing_to_do_gives_the_same_array():
    images = np.zeros([3, 8, 8, 1], np.uint8)
    assert Form(size=(8, 8), channels=1).array(images) is images


@pytest.mark.parametrize("size", [0, -4, (8,), (8, 8, 3), "32", 8.0, (8, 0)])
def test_wrong_sizes(size):
    with pytest.raises(ValueError, match="image_size"):
        form(np.zeros([4, 4]), size)
