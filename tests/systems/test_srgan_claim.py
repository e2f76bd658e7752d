"""SRGAN's claim: what is trained and compared, which way its ratios point, and the figure of three ways."""

from types import SimpleNamespace

import numpy as np
import pytest

from tfgan_zoo.hub import models
from tfgan_zoo.hub.config import load_config
from tfgan_zoo.systems.srgan import claim, figures
from tfgan_zoo.systems.srgan.srgan import enlarged
from tfgan_zoo.utils.resize import bicubic


def photographs(n, seed=0):
    """Noise that is smooth over a few pixels, with an edge: [n, 32, 32, 3]."""
    coarse = np.random.default_rng(seed).integers(0, 256, (n, 16, 16, 3), np.uint8)
    return bicubic(coarse, (32, 32))


def variant(made):
    """A model that makes given images."""
    values = {}
    model = SimpleNamespace(translate=lambda small: made[: len(small)] / np.float32(127.5) - 1)
    return SimpleNamespace(model=model, config=None, values=values, note=values.__setitem__)


@pytest.fixture
def arrays(monkeypatch):
    images = photographs(48)
    labels = (images[:, :, :16].mean((1, 2, 3)) > images[:, :, 16:].mean((1, 2, 3))).astype(np.int32)
    found = {"condition": bicubic(images, (8, 8)) / np.float32(255), "image": images, "label": labels}
    monkeypatch.setattr(claim, "reference_arrays", lambda config, split=None: found)
    return found


def test_a_smooth_image_has_the_smaller_error_and_a_sharp_one_looks_real(arrays, monkeypatch):
    """A blur of the originals plays SRResNet's part, originals with shifted columns play SRGAN's."""
    judges = []
    monkeypatch.setattr(claim.probes, "classifier", lambda images, labels, epochs, seed: judges.append(seed))

    def sharpness(judge, images):
        return np.diff(images.astype(float), axis=1).std(axis=(1, 3))[:, :4]

    monkeypatch.setattr(claim.probes, "features", sharpness)
    original = arrays["image"]
    blurred = bicubic(bicubic(original, (16, 16)), (32, 32))
    shifted = np.roll(original, 1, axis=2)
    srgan, srresnet = variant(shifted), variant(blurred)
    found = claim.compared(srgan, srresnet, examples=32, probe_epochs=1, split="test", seed=7)
    assert judges == [7] and set(found) == {check.key for check in claim.CHECKS}
    assert found["psnr_cost"] > 0 and found["ssim_lead"] > 0 and found["psnr_gain"] > 0
    assert found["gradient_distance_ratio"] < 0.5 and found["frechet_ratio"] < 0.2
    error = np.mean((original[:32] / 255 - shifted[:32] / 255) ** 2, axis=(1, 2, 3))
    assert found["psnr_srgan"] == pytest.approx(np.mean(-10 * np.log10(error)), rel=1e-4)
    assert srgan.values["psnr"] == found["psnr_srgan"] and srresnet.values["ssim"] == found["ssim_srresnet"]


def test_ratios_have_srgan_above():
    names = ("bicubic", "srresnet", "srgan")
    figures_of = {
        "psnr": (21, 24, 20),
        "ssim": (0.5, 0.7, 0.6),
        "gradient_distance": (8, 4, 1),
        "frechet": (9, 6, 3),
    }
    given = {f"{key}_{name}": v for key, values in figures_of.items() for name, v in zip(names, values)}
    assert claim.differences(given) == pytest.approx(
        {
            "psnr_gain": 3,
            "psnr_cost": 4,
            "ssim_lead": 0.1,
            "gradient_distance_ratio": 0.25,
            "frechet_ratio": 0.5,
        }
    )


def test_figures_are_means_of_pairs_from_each_seed(monkeypatch):
    monkeypatch.setattr(
        claim,
        "compared",
        lambda srgan, srresnet, examples, epochs, split, seed: dict.fromkeys(
            (check.key for check in claim.CHECKS), float(srgan[1] + srresnet[1])
        ),
    )
    trained = []
    bench = SimpleNamespace(
        shipped=lambda name, config_id, seed: (name, seed),
        train=lambda name, config_id, overrides, seed: trained.append(overrides) or (name, seed),
    )
    found = claim.measure(bench, examples=2, probe_epochs=1, seeds=[0, 1], seed=10)
    mean, error = found["psnr_cost"]
    assert (mean, error) == (21.0, pytest.approx(1.0)) and set(found) == {check.key for check in claim.CHECKS}
    # The baseline differs in what its second stage minimises, and in nothing else.
    assert trained == [{"eval": None, **claim.SRRESNET}] * 2


def test_the_baseline_minimises_the_squared_error_to_its_end():
    config = load_config("srgan/cifar10", claim.SRRESNET, smoke=True)
    model = models.build(config)
    assert model.features is None and model.adversarial_weight == 0
    assert [stage.steps for stage in model.stages] == [
        stage.steps for stage in load_config("srgan/cifar10", smoke=True).train.stages
    ]


def test_the_figure_draws_three_ways_and_their_scores(tmp_path, monkeypatch):
    smoke = load_config("srgan/cifar10", smoke=True)
    monkeypatch.setattr(figures.models, "load", lambda config_id, weights: models.build(smoke))
    monkeypatch.setattr(figures, "load_config", lambda config_id: smoke)
    figures.super_resolution(tmp_path / "a.png", examples=4, rows=2)
    assert (tmp_path / "a.png").stat().st_size > 5000
    original = photographs(3)
    small = bicubic(original, (8, 8)) / 255
    rows = figures._table({"bicubic": enlarged(small, (32, 32))}, original / 127.5 - 1)
    (row,) = rows
    assert row[0] == "bicubic" and row[2] == "21.59" and row[4] == "0.642"
