"""Values that torch-fidelity 0.4.0, or a brute-force evaluation of the formula, gives."""

import pytest

from tfgan_zoo import metrics


def test_frechet_distance(reference):
    real, fake, _, expected = reference
    assert metrics.frechet_distance(real, fake) == pytest.approx(expected["fid"], rel=1e-6)


def test_kernel_distance(reference):
    real, fake, _, expected = reference
    value = metrics.kernel_distance(real, fake)
    assert value == pytest.approx(expected["kid_unbiased_all"], rel=1e-6)


def test_kernel_distance_of_subsets_within_its_standard_error(reference):
    real, fake, _, expected = reference
    mean, deviation = metrics.kernel_distance_subsets(real, fake, subsets=25, size=500)
    reference_mean = expected["kid_mean_100x500_seed2020"]
    assert abs(mean - reference_mean) < 4 * deviation * (1 / 25 + 1 / 100) ** 0.5


def test_inception_score(reference):
    *_, logits, expected = reference
    mean, deviation = metrics.inception_score(logits, splits=10)
    assert mean == pytest.approx(expected["is_mean_10_splits_in_order"], rel=1e-4)
    assert deviation == pytest.approx(expected["is_std_10_splits_in_order"], rel=1e-4)


def test_precision_recall(reference):
    real, fake, _, expected = reference
    precision, recall = metrics.precision_recall(real, fake, k=3)
    assert precision == pytest.approx(expected["precision_k3"], abs=0.5 / len(fake))
    assert recall == pytest.approx(expected["recall_k3"], abs=0.5 / len(real))


def test_density_coverage(reference):
    real, fake, _, expected = reference
    density, coverage = metrics.density_coverage(real, fake, k=5)
    assert density == pytest.approx(expected["density_k5_real_first"], abs=0.1 / len(fake))
    assert coverage == pytest.approx(expected["coverage_k5_real_first"], abs=0.5 / len(real))
