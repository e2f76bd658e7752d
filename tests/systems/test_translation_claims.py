"""What the claims of the translators measure: probes, label maps, gradients, kept attributes."""

from types import SimpleNamespace

import numpy as np
import pytest

from tfgan_zoo.data.avatars import ATTRIBUTES
from tfgan_zoo.reproduce import probes
from tfgan_zoo.systems.cyclegan import claim as cyclegan
from tfgan_zoo.systems.pix2pix import claim as pix2pix

RNG = np.random.default_rng(0)


def patches(n):
    """Grey images with one bright 4x4 patch each, and where it lies."""
    images = RNG.integers(90, 110, (n, 8, 8, 1), dtype=np.uint8)
    maps = np.zeros((n, 8, 8), int)
    for image, found, (top, left) in zip(images, maps, RNG.integers(0, 5, (n, 2))):
        image[top : top + 4, left : left + 4] = 220
        found[top : top + 4, left : left + 4] = 1
    return images, maps


def test_a_segmenter_finds_what_it_learnt():
    network = probes.segmenter(*patches(128), epochs=6, width=4)
    images, maps = patches(32)
    assert probes.agreement(probes.read(network, images), maps) > 0.95


def test_a_classifier_learns_each_head_from_the_labels_that_are_known():
    images = np.repeat(RNG.integers(0, 256, (256, 1, 1, 1), dtype=np.uint8), 64, axis=1).reshape(-1, 8, 8, 1)
    bright = (images[:, 0, 0, 0] > 127).astype(int)
    # Half of them unknown: were -1 taken for a class, or those rows for class 0, the other head would tell.
    hidden = np.where(np.arange(256) % 2, bright, probes.UNKNOWN)
    network = probes.classifier(images, {"bright": bright, "dark": 1 - bright, "hidden": hidden}, 25, width=4)
    found = probes.read(network, images)
    assert network.output["hidden"].shape[-1] == 2
    for name, truth in {"bright": bright, "dark": 1 - bright, "hidden": bright}.items():
        assert probes.agreement(found[name], truth) > 0.9, name


def test_agreement_leaves_out_what_is_unknown():
    assert probes.agreement([1, 0, 2, 2], [1, -1, 2, 0]) == pytest.approx(2 / 3)


def test_colours_become_classes_and_others_are_refused():
    condition = np.zeros((1, 2, 2, 3), np.uint8)
    condition[0, 1] = [255, 0, 10]
    palette = pix2pix.colours(condition)
    assert palette.tolist() == [[0, 0, 0], [255, 0, 10]]
    assert pix2pix.classes(condition, palette).tolist() == [[[0, 0], [1, 1]]]
    with pytest.raises(ValueError, match="no training condition"):
        pix2pix.classes(condition + 1, palette)


class Painter:
    """Translates every image to a given one."""

    def __init__(self, image):
        self.image = image / 127.5 - 1

    def translate(self, images, seed, direction=None):
        return np.repeat(self.image[None], len(images), axis=0).astype(np.float32)


class Copier:
    def translate(self, images, seed, direction=None):
        return images


def variant(model, config=None):
    values = {}
    return SimpleNamespace(
        model=model, config=config, values=values, note=lambda name, v: values.setdefault(name, float(v))
    )


def test_scenes_are_judged_on_what_stands_on_the_ground(monkeypatch):
    images, maps = patches(128)
    arrays = {"image": images, "condition": (255 * maps[..., None]).astype(np.uint8)}
    monkeypatch.setattr(pix2pix, "reference_arrays", lambda config, split=None: arrays)
    config = SimpleNamespace(held_out="test")
    variants = {
        "right": variant(Copier(), config),
        "empty": variant(Painter(np.full([8, 8, 1], 100.0))),
    }
    accuracy, distance = pix2pix.accuracies(variants, probe_epochs=8, seed=0)
    assert accuracy["real"] > 0.9 and accuracy["right"] > 0.9
    # The ground is right in it, and counts for nothing.
    assert accuracy["empty"] < 0.05 and variants["empty"].values["pixel_accuracy"] > 0.6
    assert distance["empty"] > 0.01


def test_attributes_are_those_of_the_source_read_in_the_target_style(monkeypatch):
    """Of A and B alike, bright images have glasses."""
    n = 200
    images = np.repeat(RNG.integers(0, 256, (n, 1, 1, 1), dtype=np.uint8), 64, axis=1).reshape(n, 8, 8, 1)
    attributes = np.full((n, len(ATTRIBUTES)), -1, int)
    attributes[:, list(ATTRIBUTES).index("glasses")] = images[:, 0, 0, 0] > 127
    arrays = {
        f"{key}_{domain}": value
        for domain in "ab"
        for key, value in {"image": images, "attributes": attributes}.items()
    }
    monkeypatch.setattr(cyclegan, "reference_arrays", lambda config, split=None: arrays)
    config = SimpleNamespace(held_out="test")
    variants = {"keeps": variant(Copier(), config), "forgets": variant(Painter(np.zeros([8, 8, 1])))}
    kept = cyclegan.agreements(variants, ["glasses"], probe_epochs=25, seed=0)
    assert kept["real"]["glasses"] > 0.9 and kept["keeps"]["glasses"] > 0.9
    assert 0.3 < kept["forgets"]["glasses"] < 0.7


def test_styles_tell_the_domains_apart(monkeypatch):
    dark, bright = (RNG.integers(low, low + 100, (100, 8, 8, 1), dtype=np.uint8) for low in (0, 150))
    arrays = {"image_a": dark, "image_b": bright}
    monkeypatch.setattr(cyclegan, "reference_arrays", lambda config, split=None: arrays)
    config = SimpleNamespace(held_out="test")
    variants = {"stays": variant(Copier(), config), "arrives": variant(Painter(bright[0]))}
    shares = cyclegan.styles(variants, probe_epochs=4, seed=0)
    assert shares["real"] > 0.95 and shares["stays"] < 0.05 and shares["arrives"] == 1


def test_what_the_cycle_keeps_is_compared_with_the_gan_alone(monkeypatch):
    shares = {"real": [1, 1], "cyclegan": [0.8, 0.4], "gan_alone": [0.5, 0.3], "cycle_alone": [0.9, 0.9]}
    monkeypatch.setattr(cyclegan, "styles", lambda variants, epochs, seed: dict.fromkeys(shares, 0.5))
    monkeypatch.setattr(
        cyclegan,
        "agreements",
        lambda variants, names, epochs, seed: {name: dict(zip(names, each)) for name, each in shares.items()},
    )
    trained = {}
    bench = SimpleNamespace(train=lambda name, config_id, overrides, seed: trained.update({name: overrides}))
    found = cyclegan.measure(bench, 4, 16, 1, 1, ["glasses", "hair_color"], seed=3)
    assert found["attributes"] == pytest.approx(0.6) and found["attributes_lead"] == pytest.approx(0.6 - 0.4)
    assert found["attributes_cycle_alone"] == pytest.approx(0.9) and set(found) == {
        c.key for c in cyclegan.CHECKS
    }
    assert trained["gan_alone"].pop("system_args.cycle_weight") == 0
    assert trained["cycle_alone"].pop("system_args.gan_weight") == 0
    assert trained["gan_alone"] == trained["cycle_alone"] == trained["cyclegan"]


def test_pix2pixs_ratios_have_the_whole_objective_above(monkeypatch):
    accuracy = {"real": 0.8, "l1_cgan": 0.6, "l1": 0.5, "cgan": 0.7, "gan": 0.1, "l1_cgan_without_skips": 0.2}
    distance = {"l1_cgan": 0.01, "l1": 0.04}
    monkeypatch.setattr(pix2pix, "accuracies", lambda variants, epochs, seed: (accuracy, distance))
    found = pix2pix.measure(SimpleNamespace(train=lambda *given: None), steps=4, probe_epochs=1)
    expected = {
        "lead_over_l1": 0.1,
        "condition_gain": 0.6,
        "share_of_real": 0.75,
        "gradient_distance_ratio": 0.25,
        "skips_gain": 0.4,
        **{f"accuracy_{name}": value for name, value in accuracy.items()},
    }
    assert found == pytest.approx(expected)
