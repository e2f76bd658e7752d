from importlib.metadata import PackageNotFoundError, version

import numpy as np
import pytest

from tfgan_zoo import data
from tfgan_zoo.data import avatars
from tfgan_zoo.utils.cache import sha256

PINNED = {"dicebear-core": "10.7.0", "dicebear-styles": "10.6.0", "resvg-py": "0.5.0"}

# Of twenty images and their attributes with seed 7.
SHA256 = {
    "avatars/avataaars/image": "bebb809456a715182a8ed190df7df7b2b43256be854a66dee9bd7625e1a5c5cc",
    "avatars/avataaars/attributes": "402c9e4ef808803246a6ffa6e83081d89dfc66989da60424158d0aea53561f12",
    "avatars/personas/image": "139a857b3329bd8000fff58c00a854df8eb0bff48d41602c9c44a8ed5c711200",
    "avatars/personas/attributes": "79a009069f5e7ce7267cb9a6ba5564d118f4d2db346055892fd274f3fc42ee4a",
}

NAMES = list(avatars.ATTRIBUTES)


def installed():
    try:
        return {name: version(name) for name in PINNED}
    except PackageNotFoundError:
        return {}


@pytest.fixture(scope="module")
def twenty():
    if installed() != PINNED:
        pytest.skip("the extra 'avatars' is not installed")
    return avatars.build(seed=7, count=20)


def test_the_bytes_are_the_known_ones(twenty):
    arrays = {f"{name}/{key}": a for name, built in twenty.items() for key, a in built.arrays.items()}
    assert {name: sha256(array) for name, array in arrays.items()} == SHA256


def test_what_is_built(twenty):
    assert set(twenty) == {"avatars/avataaars", "avatars/personas"}
    for built in twenty.values():
        images, attributes = built.arrays["image"], built.arrays["attributes"]
        assert images.shape == (20, 64, 64, 3) and images.dtype == np.uint8
        assert attributes.shape == (20, 7) and attributes.dtype == np.int32
        assert built.splits == {"train": 18, "test": 2} and built.source == PINNED
        assert len({image.tobytes() for image in images}) == 20
        assert (images[:, 0, [0, -1]] == 255).all(-1).mean() > 0.8
    assert "Pablo Stanley" in twenty["avatars/avataaars"].attribution
    assert "CC BY 4.0" in twenty["avatars/personas"].attribution


def test_a_smaller_build_is_the_beginning_and_another_seed_is_not(twenty):
    for seed, same in ((7, True), (8, False)):
        for name, built in avatars.build(seed=seed, count=10).items():
            for key, array in built.arrays.items():
                assert np.array_equal(array, twenty[name].arrays[key][:10]) == same


def test_skin_is_as_dark_as_it_says(twenty):
    colours = {
        "avatars/avataaars": ("ffdbb4", "edb98a", "ae5d29", "614335"),
        "avatars/personas": ("eeb4a4", "e5a07e", "b16a5b", "623d36"),
    }
    for name, skins in colours.items():
        arrays = twenty[name].arrays
        for image, values in zip(arrays["image"], arrays["attributes"]):
            skin = np.array(list(bytes.fromhex(skins[values[NAMES.index("skin")]])))
            assert (np.abs(image.astype(int) - skin).max(-1) <= 2).sum() > 100


def drawn(n=4000):
    return [avatars._draw(np.random.default_rng([0, row])) for row in range(n)]


def test_attributes_come_as_often_as_they_should():
    draws = drawn()
    for name, value, share in [
        ("glasses", 1, 0.4),
        ("facial_hair", 1, 0.4),
        ("long_hair", 1, 0.5),
        ("hat", 1, 0.12),
        ("hair_color", 4, 0.2),
        ("skin", 0, 0.25),
        ("mouth", 0, 0.5),
        ("mouth", 2, 0.25),
    ]:
        assert np.mean([draw[name] == value for draw in draws]) == pytest.approx(share, abs=0.03)


def test_a_hat_hides_hair_and_its_colour_and_nothing_else():
    for draw in drawn(200):
        visible = dict(zip(NAMES, avatars._visible(draw)))
        hidden = {name for name, value in visible.items() if value == -1}
        assert hidden == ({"long_hair", "hair_color"} if draw["hat"] else set())
        assert all(visible[name] == draw[name] for name in set(NAMES) - hidden)


def test_the_beard_that_draws_a_smile_is_worn_with_smiles_only():
    for mouth in avatars.ATTRIBUTES["mouth"]:
        values = {**avatars._named(drawn(1)[0]), "mouth": mouth}
        beards = avatars._personas(values)["facialHairVariant"]
        assert ("beardMustache" in beards) == (mouth == "smile")


def test_overlays_go_and_all_else_stays():
    overlay = {"name": "path", "attributes": {"style": "mix-blend-mode:overlay"}}
    screen = {"name": "path", "attributes": {"style": "mix-blend-mode:screen", "opacity": 0.5}}
    style = {"canvas": {"elements": [overlay, {"name": "g", "children": [screen, overlay]}]}, "width": 64}
    assert avatars._without_overlays(style) == {
        "canvas": {"elements": [{"name": "g", "children": [screen]}]},
        "width": 64,
    }


def test_prepare_then_load(twenty):
    data.prepare("avatars", seed=7, count=20)
    batch = next(iter(data.load("avatars/personas", "test", batch_size=2, shuffle=False)))
    expected = twenty["avatars/personas"].arrays
    np.testing.assert_allclose(batch["image"], expected["image"][18:] / 127.5 - 1, atol=1e-6)
    np.testing.assert_array_equal(batch["attributes"], expected["attributes"][18:])


def test_avatars_that_look_like_an_earlier_one_are_left_out():
    def render(row, values):
        return np.full([1, 1, 3], row // 3, np.uint8)

    found = avatars._distinct(render, [0], 4)
    assert found["image"][:, 0, 0, 0].tolist() == [0, 1, 2, 3]
    expected = [avatars._visible(avatars._draw(np.random.default_rng([0, row]))) for row in (0, 3, 6, 9)]
    assert found["attributes"].tolist() == expected
