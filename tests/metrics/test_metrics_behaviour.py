"""Collapsed, noisy, mode-dropping and memorising fakes of real digits: metrics move as they say.

`held out` are real digits that no set was made from: what a perfect generator gives.
"""

import numpy as np
import pytest
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression

from tfgan_zoo import metrics


@pytest.fixture(scope="module")
def table():
    pixels, labels = load_digits(return_X_y=True)
    rng = np.random.default_rng(0)
    order = rng.permutation(len(pixels))
    # Without equal digits no ball has a radius of 0.
    pixels = pixels[order] / 8 - 1 + rng.normal(0, 0.02, pixels.shape)
    labels = labels[order]
    real, held = slice(0, 900), slice(900, 1796)
    kept = np.flatnonzero(labels[held] < 4) + 900
    fakes = {
        "held out": (pixels[held], labels[held]),
        "memorised": (pixels[real][:896], labels[real][:896]),
        "noisy": (pixels[held] + rng.normal(0, 0.8, pixels[held].shape), labels[held]),
        "dropped": (pixels[np.resize(kept, 896)], labels[np.resize(kept, 896)]),
        "collapsed": (pixels[900] + rng.normal(0, 0.02, pixels[held].shape), labels[held]),
    }
    classifier = LogisticRegression(max_iter=300).fit(pixels[real], labels[real])
    real = pixels[real], labels[real]
    return {name: _row(*real, *fake, classifier) for name, fake in fakes.items()}


def _row(real, real_labels, fake, fake_labels, classifier):
    precision, recall = metrics.precision_recall(real, fake)
    density, coverage = metrics.density_coverage(real, fake)
    logits = classifier.decision_function(fake)
    row = {
        "fid": metrics.frechet_distance(real, fake),
        "kid": metrics.kernel_distance(real, fake),
        "swd": metrics.sliced_wasserstein(real, fake, 200),
        "is": metrics.inception_score(logits, 1)[0],
        "am": metrics.am_score(classifier.decision_function(real), logits),
        "precision": precision,
        "recall": recall,
        "density": density,
        "coverage": coverage,
        "neighbour": np.median(metrics.nearest_neighbours(fake, real)[1]),
        "similarity": metrics.ms_ssim_diversity(_as_images(fake), pairs=200),
    }
    if len(np.unique(fake_labels)) == 10:
        row["cas"] = metrics.classification_accuracy_score(
            fake, fake_labels, real, real_labels
        )
        row["intra"] = metrics.intra_class_frechet_distance(
            real, real_labels, fake, fake_labels
        )[0]
    return row


def _as_images(pixels):
    images = np.clip(pixels, -1, 1).reshape(-1, 8, 8, 1)
    return images.repeat(2, axis=1).repeat(2, axis=2)


@pytest.mark.parametrize("name", ["fid", "kid", "swd"])
def test_distances(table, name):
    held = table["held out"][name]
    assert held < 0.3 * min(table[kind][name] for kind in ("noisy", "dropped", "collapsed"))
    assert table["memorised"][name] <= held, "no distance sees memorising"
    assert table["dropped"][name] < table["collapsed"][name]


def test_precision_and_density_see_quality(table):
    for name, floor in (("precision", 0.85), ("density", 0.8)):
        assert table["held out"][name] > floor and table["dropped"][name] > floor
        assert table["noisy"][name] < 0.2


def test_recall_and_coverage_see_diversity(table):
    for name in ("recall", "coverage"):
        assert table["held out"][name] > 0.85
        assert table["dropped"][name] < 0.55
        assert table["collapsed"][name] < 0.05


def test_scores_of_labels(table):
    held, dropped, collapsed = (table[kind] for kind in ("held out", "dropped", "collapsed"))
    assert held["is"] > 7.5 and 2.5 < dropped["is"] < 5 and collapsed["is"] < 1.2
    assert held["am"] < 0.4 < dropped["am"] < collapsed["am"]


def test_only_the_nearest_neighbours_see_memorising(table):
    assert table["memorised"]["neighbour"] == 0 < table["held out"]["neighbour"]


def test_similarity_within_the_set(table):
    assert table["collapsed"]["similarity"] > 0.9
    assert table["dropped"]["similarity"] > table["held out"]["similarity"]
    assert table["noisy"]["similarity"] < table["held out"]["similarity"]


def test_conditional_scores(table):
    assert table["held out"]["cas"] > 0.9 and table["memorised"]["cas"] > 0.9
    assert table["collapsed"]["cas"] < 0.3
    assert table["held out"]["intra"] < 0.2 * table["collapsed"]["intra"]
