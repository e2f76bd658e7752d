"""Grids by value, and pictures that are whole or not there."""

import numpy as np
import pytest
from PIL import Image

from tfgan_zoo.utils import pictures

RNG = np.random.default_rng(0)


def flat(levels, size=2, channels=1):
    """One flat image a level."""
    return np.stack([np.full((size, size, channels), level, np.float32) for level in levels])


def read(path):
    with Image.open(path) as picture:
        assert picture.format == "PNG"
        return np.asarray(picture)


def only_file(path):
    return [entry.name for entry in path.parent.iterdir()] == [path.name]


def test_to_uint8_rounds_to_the_nearest_level():
    values = [-1, 1, 0.999, -0.999, 1 / 255, -1 / 255, 1.5, -1.5]
    expected = [0, 255, 255, 0, 128, 127, 255, 0]
    found = pictures.to_uint8(values)
    assert found.dtype == np.uint8 and found.tolist() == expected
    # Zero lies half way between 127 and 128.
    assert pictures.to_uint8(0.0) in (127, 128)


def test_to_uint8_gives_every_level_back():
    levels = np.arange(256)
    np.testing.assert_array_equal(pictures.to_uint8(np.float32(levels / 127.5 - 1)), levels)


def test_grid_places_images_row_by_row():
    canvas = pictures.grid(flat([-1, -0.6, -0.2, 0.2, 0.6]), columns=3)[..., 0]
    white = 255
    expected = np.array(
        [
            [0, 0, white, 51, 51, white, 102, 102],
            [0, 0, white, 51, 51, white, 102, 102],
            [white] * 8,
            [153, 153, white, 204, 204, white, white, white],
            [153, 153, white, 204, 204, white, white, white],
        ]
    )
    np.testing.assert_array_equal(canvas, expected)


def test_grid_keeps_each_images_orientation():
    image = RNG.uniform(-1, 1, (1, 4, 6, 3))
    np.testing.assert_array_equal(pictures.grid(image), pictures.to_uint8(image[0]))


@pytest.mark.parametrize("n, shape", [(1, (2, 2)), (4, (5, 5)), (5, (5, 8)), (7, (8, 8))])
def test_grid_is_as_square_as_it_can_be(n, shape):
    assert pictures.grid(flat([0] * n)).shape == (*shape, 1)


def test_grid_takes_a_border():
    canvas = pictures.grid(flat([-1, -1]), columns=2, border=3)[..., 0]
    np.testing.assert_array_equal(canvas, [[0, 0, 255, 255, 255, 0, 0]] * 2)
    assert not pictures.grid(flat([-1] * 4), border=0).any()


@pytest.mark.parametrize("channels", [1, 3])
def test_save_grid_writes_the_grid(tmp_path, channels):
    images = RNG.uniform(-1, 1, (5, 4, 4, channels))
    path = tmp_path / "grid.png"
    pictures.save_grid(images, path, columns=2, scale=3)
    found = read(path)
    assert found.ndim == (2 if channels == 1 else 3) and only_file(path)
    expected = pictures.grid(images, 2).repeat(3, axis=0).repeat(3, axis=1)
    np.testing.assert_array_equal(found.reshape(expected.shape), expected)


def test_a_failing_picture_leaves_the_old_one(tmp_path, monkeypatch):
    path = tmp_path / "grid.png"
    path.write_bytes(b"old")

    def half(self, file, **_):
        file.write_bytes(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Image.Image, "save", half)
    with pytest.raises(OSError, match="grid.png"):
        pictures.save_grid(flat([0]), path)
    assert path.read_bytes() == b"old" and only_file(path)


def ink(path):
    """The share of pixels that are not white."""
    return np.mean((read(path)[..., :3] < 250).any(axis=-1))


@pytest.mark.parametrize("dims", [1, 2])
def test_points_are_drawn(tmp_path, dims):
    points, nothing = tmp_path / "a" / "points.png", tmp_path / "b" / "one.png"
    for path, n in ((points, 2000), (nothing, 1)):
        path.parent.mkdir()
        pictures.save_points(RNG.normal(size=(n, dims)), path)
    assert ink(points) > ink(nothing) > 0.001 and only_file(points)


@pytest.mark.parametrize("dims", [1, 2])
def test_groups_of_points_have_colours_of_their_own(tmp_path, dims):
    points = np.concatenate([RNG.normal(0, 0.1, (500, dims)), RNG.normal(5, 0.1, (500, dims))])
    path = tmp_path / "points.png"
    pictures.save_points(points, path, ["near"] * 500 + ["far"] * 500)
    picture = np.asarray(Image.open(path).convert("RGB")).astype(int)
    blue, orange = (picture[..., a] - picture[..., b] > 60 for a, b in ((2, 0), (0, 2)))
    assert blue.sum() > 100 and orange.sum() > 100


def gaussian(points):
    return -0.5 * np.square(points).sum(axis=1) - points.shape[1] * 0.5 * np.log(2 * np.pi)


@pytest.mark.parametrize("dims", [1, 2])
def test_densities_are_drawn(tmp_path, dims):
    save = {1: pictures.save_densities_1d, 2: pictures.save_densities_2d}[dims]
    samples, held_out = RNG.normal(size=(2, 500, dims))
    path = tmp_path / "densities.png"
    save(samples, held_out, {"fit": gaussian, "other": lambda x: gaussian(x - 1)}, path)
    assert ink(path) > 0.02 and only_file(path)


def test_every_density_has_its_panel(tmp_path):
    samples = RNG.normal(size=(100, 2))
    widths = []
    for names in ("a", "abc"):
        path = tmp_path / f"{names}.png"
        pictures.save_densities_2d(samples, samples, dict.fromkeys(names, gaussian), path)
        widths.append(read(path).shape[1])
    assert widths[1] * 3 == widths[0] * 5


def test_curves_have_a_panel_for_the_losses_and_one_for_each_score(tmp_path):
    losses = [{"step": i, "generator_loss": i / 10, "discriminator_loss": 1.0} for i in range(30)]
    scores = [{"step": 10, "fid": 3.0}, {"step": 20, "fid": 2.0, "modes": 8.0}]
    heights = []
    for name, rows in (("alone", []), ("scored", scores)):
        path = tmp_path / name / "curve.png"
        path.parent.mkdir()
        pictures.save_curve(losses, rows, path)
        heights.append(read(path).shape[0])
        assert ink(path) > 0.01 and only_file(path)
    assert heights[1] == 3 * heights[0]


def test_columns_stand_side_by_side_and_grey_ones_among_colours(tmp_path):
    grey = np.full((2, 3, 3, 1), -1.0)
    red = np.tile([1.0, -1.0, -1.0], (2, 3, 3, 1))
    pictures.save_columns([grey, red], tmp_path / "columns.png", scale=1)
    picture = read(tmp_path / "columns.png")
    assert picture.shape == (7, 7, 3)
    assert (picture[:3, :3] == 0).all() and (picture[4:, 4:] == [255, 0, 0]).all()


def noise(side, path, channels=3, scale=1):
    """Writes a picture that compresses badly and returns it, uint8 [scale * side, scale * side, channels]."""
    picture = RNG.integers(0, 256, (side, side, channels), np.uint8)
    pictures.save_array(picture, path, scale)
    return picture.repeat(scale, 0).repeat(scale, 1)


def limited(path, share):
    """The picture after its file was limited to a share of its size, and the limit."""
    limit = int(share * path.stat().st_size)
    pictures.limit_size(path, limit)
    assert path.stat().st_size <= limit and only_file(path)
    with Image.open(path) as picture:
        return np.asarray(picture.convert("RGB"))


def test_a_picture_within_the_limit_stays_as_it_is(tmp_path):
    noise(20, tmp_path / "a.png")
    before = (tmp_path / "a.png").read_bytes()
    pictures.limit_size(tmp_path / "a.png", len(before))
    assert (tmp_path / "a.png").read_bytes() == before


def test_a_picture_loses_levels_before_it_loses_pixels(tmp_path):
    picture = noise(60, tmp_path / "a.png")
    found = limited(tmp_path / "a.png", 0.9)
    assert found.shape == picture.shape
    assert np.abs(found.astype(int) - picture).max() == 4
    # Black and white stay what they are.
    assert {0, 255} <= set(np.unique(found)) and len(np.unique(found)) == 32


def test_a_picture_loses_colours_before_it_loses_pixels(tmp_path):
    picture = noise(60, tmp_path / "a.png")
    found = limited(tmp_path / "a.png", 0.5)
    assert found.shape == picture.shape and len(np.unique(found.reshape(-1, 3), axis=0)) == 256


def test_doubled_pixels_are_written_once_before_others_are_merged(tmp_path):
    picture = noise(60, tmp_path / "a.png", scale=2)
    with Image.open(tmp_path / "a.png") as whole:
        whole.quantize(256, dither=Image.Dither.NONE).save(tmp_path / "b.png", optimize=True)
    share = 0.99 * (tmp_path / "b.png").stat().st_size / (tmp_path / "a.png").stat().st_size
    (tmp_path / "b.png").unlink()
    found = limited(tmp_path / "a.png", share)
    assert found.shape == (60, 60, 3)
    assert np.abs(found.astype(int) - picture[::2, ::2]).mean() < 20


def test_grey_pictures_stay_grey(tmp_path):
    noise(60, tmp_path / "a.png", channels=1)
    limited(tmp_path / "a.png", 0.9)
    assert read(tmp_path / "a.png").ndim == 2
