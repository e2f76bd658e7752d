"""Bounds of means, gradients, features; the networks that judge are tried with the claims of translators."""

from types import SimpleNamespace

import numpy as np
import pytest

from tfgan_zoo.reproduce import probes
from tfgan_zoo.reproduce.probes import mean_and_error, t_bound


def test_the_bound_of_a_mean():
    """Mean 2, deviation 1, three values: Student's t of 2 degrees has its 95% quantile at 2.919986."""
    assert t_bound([1.0, 2.0, 3.0]) == pytest.approx(2 - 2.919986 / 3**0.5, rel=1e-6)
    assert t_bound([1.0, 2.0, 3.0], confidence=0.5) == pytest.approx(2)
    assert t_bound([0.5, 0.5]) == 0.5


def test_of_many_normal_differences_the_bound_lies_below_their_mean_as_often_as_it_says():
    rng = np.random.default_rng(0)
    below = np.mean([t_bound(rng.normal(1.0, 2.0, 6)) < 1.0 for _ in range(4000)])
    assert below == pytest.approx(0.95, abs=0.015)


def test_one_difference_has_no_bound():
    with pytest.raises(ValueError, match="two paired seeds or more; got 1"):
        t_bound([0.3])


def test_a_mean_and_its_standard_error():
    assert mean_and_error([1.0, 2.0, 3.0]) == pytest.approx((2, 1 / 3**0.5))
    assert mean_and_error([3.0]) == (3, None)


def test_gradients_are_lengths_of_steps():
    image = np.zeros((1, 3, 3, 3), np.uint8)
    image[0, 1, 1] = 255
    # Steps down and across from each of the four pixels at the upper left.
    assert probes.gradients(image).tolist() == [0, 1, 1, pytest.approx(2**0.5)]


def test_the_distance_of_gradients_is_what_must_be_moved():
    """Three of four lengths move by (0 to 1, twice, and to the root of 2) where an image is flat."""
    image = np.zeros((1, 3, 3, 1), np.uint8)
    image[0, 1, 1] = 255
    distance = probes.gradient_distance(image, np.zeros_like(image))
    assert distance == pytest.approx((2 + 2**0.5) / 4)
    assert probes.gradient_distance(image, np.tile(image, (5, 1, 1, 1))) == 0


def test_features_are_what_the_heads_read():
    images = np.random.default_rng(0).integers(0, 256, (32, 8, 8, 1), np.uint8)
    labels = {"a": np.arange(32) % 2, "b": np.arange(32) % 3}
    network = probes.classifier(images, labels, epochs=1, width=4)
    features = probes.features(network, images)
    assert features.shape == (32, 64)
    for name in labels:
        kernel, bias = network.get_layer(name).get_weights()
        logits = network.predict(images, verbose=0)[name]
        np.testing.assert_allclose(features @ kernel + bias, logits, rtol=1e-4, atol=1e-5)


def test_what_is_kept_is_information_over_entropy():
    source = np.array([0, 0, 1, 1, 2, 2, -1])
    assert probes.kept(source, [5, 5, 0, 0, 1, 1, 5]) == pytest.approx(1)
    assert probes.kept(source, [0, 1, 0, 1, 0, 1, 1]) == pytest.approx(0)
    # One class is told from the other two: log 3 - 2/3 log 2 of log 3.
    assert probes.kept(source, [0, 0, 1, 1, 1, 1, 0]) == pytest.approx(1 - 2 / 3 * np.log(2) / np.log(3))


def test_the_mean_distance_of_pairs_within_a_set():
    """Of 0, 3 and 4i the distances are 3, 4 and 5; the other set is one point, far away."""
    vectors = np.array([[[0, 0], [3, 0], [0, 4]], [[50, 50]] * 3], float)
    assert probes.mean_pair_distance(vectors) == pytest.approx((3 + 4 + 5) / 3 / 2)


def test_the_median_estimate_before_a_scoring_is_correlated_with_it():
    """Medians of the two losses before each scoring: 4, 3, 2; over all before, 4, 4, 3.5."""

    def run(scores):
        losses = [{"step": n, "loss": -value} for n, value in enumerate([4, 4, 4, 2, 1, 3], 1)]
        scored = [{"step": 2 * n, "fid": value} for n, value in enumerate(scores, 1)]
        return SimpleNamespace(losses=losses, scores=scored)

    def estimate(row):
        return -row["loss"]

    assert probes.correlation_along(run([9, 5, 1]), estimate, window=2) == pytest.approx(1)
    assert probes.correlation_along(run([1, 5, 9]), estimate, window=2) == pytest.approx(-1)


def test_the_end_of_a_run_is_a_share_of_its_rows():
    rows = [{"loss": value} for value in (9, 9, 9, 9, 2, 4)]
    assert probes.at_end(rows, "loss", 1 / 3) == 3
    assert probes.at_end(rows, "loss", 0.01) == 4
    assert probes.at_end(rows, "loss", 1) == 7
