"""What each metric says to input that it cannot score."""

import subprocess
import sys

import numpy as np
import pytest

from tfgan_zoo import metrics
from tfgan_zoo.metrics import likelihood

GOOD = np.random.default_rng(0).normal(size=(20, 3))
IMAGES = np.zeros((4, 16, 16, 3), np.uint8)
LABELS = np.arange(20) % 2
PAIRS = {
    "frechet_distance": metrics.frechet_distance,
    "frechet_distance_infinity": metrics.frechet_distance_infinity,
    "kernel_distance": metrics.kernel_distance,
    "kernel_distance_subsets": lambda a, b: metrics.kernel_distance_subsets(a, b, 2, 5),
    "precision_recall": metrics.precision_recall,
    "density_coverage": metrics.density_coverage,
    "sliced_wasserstein": lambda a, b: metrics.sliced_wasserstein(a, b, 5),
    "am_score": metrics.am_score,
    "nearest_neighbours": metrics.nearest_neighbours,
    "mode_coverage": lambda a, b: metrics.mode_coverage(a, b, 0.1),
    "intra_class": lambda a, b: metrics.intra_class_frechet_distance(
        a, np.zeros(len(a), int), b, np.zeros(len(b), int)
    ),
}
EMPTY, NAN = np.zeros((0, 3)), GOOD.copy()
NAN[3, 1] = np.nan
BAD = {
    "empty": (EMPTY, ValueError, "0 rows|at least"),
    "NaN": (NAN, ValueError, "NaN or infinity in 1 of 20"),
    "infinite": (np.where(np.isnan(NAN), np.inf, NAN), ValueError, "NaN or infinity"),
    "integers": (np.ones((20, 3), np.uint8), TypeError, "not uint8"),
    "images": (np.zeros((20, 4, 4, 3)), ValueError, r"shape \[n, d\]"),
    "dimensions": (np.zeros((20, 2)), ValueError, "dimensions"),
    "no dimensions": (np.zeros((20, 0)), ValueError, "length 0"),
}


@pytest.mark.parametrize("side", ["first", "second"])
@pytest.mark.parametrize("case", BAD)
@pytest.mark.parametrize("name", PAIRS)
def test_vectors(name, case, side):
    bad, error, message = BAD[case]
    pair = (bad, GOOD) if side == "first" else (GOOD, bad)
    with pytest.raises(error, match=message):
        PAIRS[name](*pair)


@pytest.mark.parametrize(
    "measure, name",
    {
        metrics.frechet_distance: "fake",
        lambda real, fake: metrics.frechet_distance(real, metrics.Moments(fake)): "features",
        metrics.kernel_distance: "fake",
        metrics.precision_recall: "fake",
        metrics.density_coverage: "fake",
        metrics.sliced_wasserstein: "fake",
        metrics.nearest_neighbours: "train",
        lambda real, fake: metrics.inception_score(fake, 1): "logits",
        lambda real, fake: metrics.classification_accuracy_score(fake, LABELS, real, LABELS): "fake",
        lambda real, fake: _path(GOOD, GOOD, features=lambda x: fake, batch_size=20): "features",
        lambda real, fake: likelihood.parzen_log_likelihood(fake, real, real): "samples",
        lambda real, fake: likelihood.parzen_log_likelihood(real, real, fake): "test",
        lambda real, fake: likelihood.kernel_density(fake): "points",
        lambda real, fake: likelihood.gaussian_mixture(fake): "points",
    }.items(),
)
def test_a_feature_that_is_no_number_ends_in_one_error(measure, name):
    with pytest.raises(ValueError, match=f"^{name} has NaN or infinity in 1 of 20 rows$"):
        measure(GOOD, NAN)


@pytest.mark.parametrize(
    "name", ["frechet_distance", "kernel_distance", "precision_recall", "density_coverage"]
)
def test_one_sample_is_too_few(name):
    with pytest.raises(ValueError, match="fake holds 1 rows; at least"):
        PAIRS[name](GOOD, GOOD[:1])


@pytest.mark.parametrize("name", ["frechet_distance", "kernel_distance", "sliced_wasserstein"])
def test_constant_features_have_a_value(name):
    same = np.ones((20, 3))
    assert PAIRS[name](same, same) == pytest.approx(0, abs=1e-9)
    assert np.isfinite(PAIRS[name](GOOD, same)) and PAIRS[name](GOOD, same) > 0


@pytest.mark.parametrize("name", sorted(set(PAIRS) - {"mode_coverage", "nearest_neighbours"}))
def test_sets_of_unequal_sizes_have_a_value(name):
    assert np.isfinite(np.hstack([np.ravel(v) for v in np.atleast_1d(_first(PAIRS[name]))])).all()


def _first(metric):
    value = metric(GOOD, GOOD[:12])
    return value[0] if isinstance(value, tuple) else value


def test_float16_and_float32_are_computed_in_float64():
    half = GOOD.astype(np.float16)
    expected = metrics.frechet_distance(half.astype(np.float64), GOOD + 1)
    assert metrics.frechet_distance(half, GOOD + 1) == expected


IMAGE_METRICS = {
    "psnr": metrics.psnr,
    "ssim": metrics.ssim,
    "ms_ssim": metrics.ms_ssim,
    "laplacian": lambda a, b: metrics.laplacian_sliced_wasserstein(a, b, patches=2),
    "picture": lambda a, b: metrics.neighbours_picture(a, b, np.zeros((len(a), 1), int)),
}
BAD_IMAGES = {
    "empty": (IMAGES[:0], ValueError, "empty"),
    "range": (IMAGES + 1.5, ValueError, r"\[1.5, 1.5\]; give floats in \[-1, 1\] or uint8"),
    "0..255 floats": (IMAGES + 255.0, ValueError, "give floats in"),
    "NaN": (IMAGES + np.nan, ValueError, "NaN or infinity"),
    "dtype": (IMAGES.astype(np.int32), TypeError, "not int32"),
    "no batch": (IMAGES[0], ValueError, r"shape \[n, H, W, C\]"),
    "several sizes": ([IMAGES[0], IMAGES[0, :8]], ValueError, r"several sizes \(\[8, 16, 3\], "),
    "other size": (np.zeros((4, 20, 20, 3), np.uint8), ValueError, "size|shape"),
}


@pytest.mark.parametrize("side", ["first", "second"])
@pytest.mark.parametrize("case", BAD_IMAGES)
@pytest.mark.parametrize("name", IMAGE_METRICS)
def test_images(name, case, side):
    bad, error, message = BAD_IMAGES[case]
    pair = (bad, IMAGES) if side == "first" else (IMAGES, bad)
    with pytest.raises(error, match=message):
        IMAGE_METRICS[name](*pair)


def test_logits():
    for bad, error in ((EMPTY, ValueError), (NAN, ValueError), (GOOD[0], ValueError)):
        with pytest.raises(error):
            metrics.inception_score(bad, splits=1)


def test_labels():
    with pytest.raises(TypeError, match="fake_labels must be integers"):
        metrics.intra_class_frechet_distance(GOOD, LABELS, GOOD, LABELS / 2)
    with pytest.raises(ValueError, match=r"real_labels must have shape \[20\]"):
        metrics.intra_class_frechet_distance(GOOD, LABELS[:5], GOOD, LABELS)
    with pytest.raises(ValueError, match="class 1 has 10 real and 0 fake"):
        metrics.intra_class_frechet_distance(GOOD, LABELS, GOOD, LABELS * 0)
    with pytest.raises(ValueError, match="same extractor"):
        metrics.classification_accuracy_score(GOOD, LABELS, GOOD[:, :2], LABELS)
    with pytest.raises(ValueError, match="at least 1"):
        metrics.classification_accuracy_score(EMPTY, LABELS[:0], GOOD, LABELS)


def test_settings():
    for call, message in (
        (lambda: metrics.precision_recall(GOOD, GOOD, k=0), "k must be"),
        (lambda: metrics.precision_recall(GOOD, GOOD, k=20), "at least 21"),
        (lambda: metrics.nearest_neighbours(GOOD, GOOD, k=0), "k must be"),
        (lambda: metrics.nearest_neighbours(GOOD, GOOD, k=21), "at least 21"),
        (lambda: metrics.mode_coverage(GOOD, GOOD, std=0), "std"),
        (lambda: metrics.sliced_wasserstein(GOOD, GOOD, projections=0), "projections"),
        (lambda: _path(GOOD, GOOD[:3]), "as many"),
        (lambda: _path(GOOD, GOOD, interpolation="slurp"), "lerp"),
        (lambda: _path(GOOD * 0, GOOD), "length zero"),
    ):
        with pytest.raises(ValueError, match=message):
            call()


def _path(start, end, features=lambda x: x, **settings):
    return metrics.perceptual_path_length(lambda z: z, features, start, end, **settings)


def test_names():
    with pytest.raises(AttributeError, match="frechet_distanse"):
        metrics.frechet_distanse
    for name in metrics.__all__:
        assert getattr(metrics, name).__doc__


def test_metrics_of_arrays_do_not_wait_for_tensorflow():
    program = """
import sys
import tfgan_zoo.metrics as metrics
from tfgan_zoo.metrics import _HOMES
for module, names in _HOMES.items():
    if "features" not in module and module not in ("streaming", "callback"):
        [getattr(metrics, name) for name in names]
assert not {"tensorflow", "keras"} & set(sys.modules)
"""
    subprocess.run([sys.executable, "-c", program], check=True)
