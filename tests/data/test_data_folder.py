import os

import numpy as np
import pytest
from PIL import Image

from tfgan_zoo import data


@pytest.fixture
def folder(tmp_path):
    path = tmp_path / "images"
    path.mkdir()
    return path


def only(folder, **arguments):
    return data.arrays(folder, **arguments)["image"][0]


def save(image, folder, name, **options):
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    image.save(folder / name, **options)


def ramp(dtype=np.uint8, scale=1):
    return (np.arange(64).reshape(8, 8) * scale).astype(dtype)


def test_grey(folder):
    save(Image.fromarray(ramp()), folder, "a.png")
    np.testing.assert_array_equal(only(folder)[..., 0], ramp())


def test_one_bit(folder):
    bits = ramp() % 2 * 255
    save(Image.fromarray(bits).convert("1"), folder, "a.png")
    np.testing.assert_array_equal(only(folder)[..., 0], bits)


@pytest.mark.parametrize("name", ["a.png", "a.tif"])
def test_16_bits_are_scaled_and_not_cut(folder, name):
    values = ramp(np.uint16, 1040)
    save(Image.fromarray(values), folder, name)
    with Image.open(folder / name) as image:
        assert image.mode.startswith("I")
    np.testing.assert_array_equal(only(folder)[..., 0], np.rint(values / 257))


def test_16_bits_reach_both_ends(folder):
    save(Image.fromarray(np.array([[0, 65535, 32768, 257]], np.uint16)), folder, "a.png")
    assert only(folder).ravel().tolist() == [0, 255, 128, 1]


def test_grey_with_alpha_lies_over_white_and_stays_grey(folder):
    pixels = np.array([[[100, 255], [100, 0], [100, 128]]], np.uint8)
    save(Image.fromarray(pixels, "LA"), folder, "a.png")
    assert only(folder).shape == (1, 3, 1)
    assert only(folder).ravel().tolist() == [100, 255, 177]


def test_rgba_lies_over_white(folder):
    pixels = np.array([[[200, 0, 50, 255], [200, 0, 50, 0], [200, 0, 50, 51]]], np.uint8)
    save(Image.fromarray(pixels), folder, "a.png")
    assert only(folder)[0].tolist() == [[200, 0, 50], [255, 255, 255], [244, 204, 214]]


def test_palette_with_and_without_transparency(folder):
    image = Image.new("P", (2, 1))
    image.putpalette([255, 0, 0, 0, 0, 255] + [0] * 762)
    image.putpixel((1, 0), 1)
    save(image, folder, "a.png")
    save(image, folder, "b.png", transparency=1)
    found = data.arrays(folder)["image"]
    assert found[0, 0].tolist() == [[255, 0, 0], [0, 0, 255]]
    assert found[1, 0].tolist() == [[255, 0, 0], [255, 255, 255]]


def test_cmyk(folder):
    save(Image.new("CMYK", (8, 8), (0, 255, 255, 0)), folder, "a.tif")
    save(Image.new("CMYK", (8, 8), (0, 255, 255, 0)), folder, "b.jpg", quality=100)
    for image in data.arrays(folder)["image"]:
        np.testing.assert_allclose(image, np.broadcast_to([255, 0, 0], [8, 8, 3]), atol=3)


def test_the_first_frame_of_an_animation(folder):
    frames = [Image.new("RGB", (4, 4), colour) for colour in ("red", "blue", "lime")]
    save(frames[0], folder, "a.gif", save_all=True, append_images=frames[1:])
    assert (only(folder) == [255, 0, 0]).all()


def test_exif_orientation(folder):
    image = Image.fromarray(ramp()[:4])
    exif = Image.Exif()
    exif[0x0112] = 6
    save(image, folder, "a.png", exif=exif)
    np.testing.assert_array_equal(only(folder)[..., 0], np.rot90(ramp()[:4], -1))


@pytest.mark.parametrize("suffix", [".png", ".bmp", ".gif", ".webp", ".tiff", ".ppm", ".JPEG", ""])
def test_formats(folder, suffix):
    image = Image.new("RGB", (8, 8), (30, 60, 90))
    save(image, folder, f"a{suffix}", format=None if suffix else "PNG", lossless=True)
    np.testing.assert_allclose(only(folder), np.broadcast_to([30, 60, 90], [8, 8, 3]), atol=2)


def test_grey_among_colour_becomes_colour(folder):
    save(Image.fromarray(ramp()), folder, "a.png")
    save(Image.new("RGB", (8, 8), "red"), folder, "b.png")
    found = data.arrays(folder)["image"]
    np.testing.assert_array_equal(found[0], np.repeat(ramp()[..., None], 3, -1))
    assert data.arrays(folder, channels=1)["image"].shape == (2, 8, 8, 1)


def test_first_level_folders_are_classes_and_deeper_ones_are_not(folder):
    for grey, name in enumerate(["dog/x.png", "cat/old/b.png", "cat/a.png", "dog/new/more/y.png"]):
        save(Image.new("L", (4, 4), grey), folder, name)
    found = data.arrays(folder)
    assert found["image"][:, 0, 0, 0].tolist() == [2, 1, 3, 0]
    assert found["label"].tolist() == [0, 0, 1, 1]
    assert data.info(str(folder)).class_names == ("cat", "dog")
    assert data.arrays(folder, "train[50%:]")["label"].tolist() == [1, 1]
    assert data.load(folder, batch_size=2).element_spec["label"].shape == [2]


def test_no_labels_where_images_lie_at_the_top(folder):
    save(Image.new("L", (4, 4)), folder, "a.png")
    save(Image.new("L", (4, 4)), folder, "more/b.png")
    assert set(data.arrays(folder)) == {"image"} and data.info(folder).class_names is None


def test_hidden_and_other_files_are_skipped(folder):
    save(Image.new("L", (4, 4)), folder, "a.png")
    save(Image.new("L", (4, 4)), folder, ".thumbnails/b.png")
    (folder / "._a.png").write_bytes(b"junk")
    (folder / "README.txt").write_text("about these images")
    assert len(data.arrays(folder)["image"]) == 1


def test_every_unreadable_file_is_named(folder):
    noise = Image.fromarray(np.random.default_rng(0).integers(0, 256, [64, 64, 3], np.uint8))
    save(noise, folder, "whole.png")
    save(noise, folder, "sub/cut.jpg")
    whole = (folder / "whole.png").read_bytes()
    (folder / "sub" / "cut.jpg").write_bytes((folder / "sub" / "cut.jpg").read_bytes()[:-600])
    (folder / "cut.png").write_bytes(whole[: len(whole) // 2])
    (folder / "empty.png").write_bytes(b"")
    (folder / "text.webp").write_text("not an image")
    (folder / "broken_link.png").symlink_to(folder / "gone.png")
    with pytest.raises(ValueError) as caught:
        data.load(folder)
    message = str(caught.value)
    assert message.startswith(f"5 of 6 images in {folder}")
    for name in ("sub/cut.jpg", "cut.png", "empty.png", "text.webp", "broken_link.png"):
        assert f"\n  {name}: " in message
    assert "whole.png" not in message


def test_loops_of_links_end_and_links_are_followed(folder, tmp_path):
    save(Image.new("L", (4, 4)), folder, "a/x.png")
    save(Image.new("L", (4, 4)), tmp_path, "elsewhere/y.png")
    (folder / "a" / "up").symlink_to(folder)
    (folder / "b").symlink_to(tmp_path / "elsewhere")
    found = data.arrays(folder)
    assert found["label"].tolist() == [0, 1]


def test_folders_without_images(folder):
    with pytest.raises(ValueError, match="no images"):
        data.load(folder)
    (folder / "file.txt").write_text("")
    with pytest.raises(FileNotFoundError, match="not a folder"):
        data.load(folder / "file.txt")


def test_sizes_that_differ_need_a_size(folder):
    save(Image.new("L", (4, 6)), folder, "a.png")
    save(Image.new("L", (9, 5)), folder, "b.png")
    with pytest.raises(ValueError, match="image_size"):
        data.load(folder)
    assert data.arrays(folder, image_size=8)["image"].shape == (2, 8, 8, 1)


def test_the_cache_follows_the_files(folder, zoo_data):
    save(Image.new("L", (4, 4), 1), folder, "a.png")
    assert only(folder).max() == only(folder).max() == 1
    save(Image.new("L", (4, 4), 2), folder, "a.png")
    os.utime(folder / "a.png", ns=(1, 1))
    assert only(folder).max() == 2
    save(Image.new("L", (4, 4), 3), folder, "b.png")
    assert len(data.arrays(folder)["image"]) == 2
    assert len(list(zoo_data.iterdir())) == 1
    assert only(folder, image_size=2).shape == (2, 2, 1)
    assert len(list(zoo_data.iterdir())) == 2
