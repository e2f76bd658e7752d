"""The table of spoilt generators, at a size that runs in seconds."""

import numpy as np
import pytest

from tfgan_zoo import data, metrics
from tfgan_zoo.benchmarks import failure_table


@pytest.fixture(scope="module")
def rows():
    extractor = metrics.load_extractor("classifier/fashion_mnist")
    return failure_table.measure(n=400, seed=0, extractor=extractor)


def test_every_metric_moves_as_its_paper_says(rows):
    assert list(failure_table.contradictions(rows)) == []


def test_values_that_are_known_beforehand(rows):
    assert rows["inception_score"]["collapsed"] == pytest.approx(1, abs=1e-6)
    assert rows["ms_ssim_diversity"]["collapsed"] == pytest.approx(1, abs=1e-9)
    assert rows["recall"]["collapsed"] == 0
    for metric, value in {
        "fid": 0,
        "intra_class_fid": 0,
        "sliced_wasserstein": 0,
        "neighbour_distance": 0,
        "precision": 1,
        "recall": 1,
        "coverage": 1,
    }.items():
        assert rows[metric]["memorising"] == pytest.approx(value, abs=1e-6), metric
    undefined = {(m, s) for m, row in rows.items() for s, value in row.items() if value is None}
    assert undefined == {
        ("intra_class_fid", "collapsed"),
        ("intra_class_fid", "dropping"),
        ("classification_accuracy", "collapsed"),
    }


def test_a_value_that_moved_the_other_way_is_named(rows):
    wrong = {metric: dict(row) for metric, row in rows.items()}
    wrong["fid"]["noisy"] = wrong["fid"]["faithful"] / 2
    wrong["kid"]["dropping"] = None
    wrong["precision"]["dropping"] = 0.0
    named = [line.partition(":")[0] for line in failure_table.contradictions(wrong)]
    assert named == ["fid of the noisy set", "kid of the dropping set", "precision of the dropping set"]
    lines = failure_table.describe(rows).splitlines()
    assert len(lines) == 1 + len(failure_table.EXPECTED) and "undefined" in lines[-1]


def test_the_sets_are_what_they_are_called():
    examples = data.arrays("fashion_mnist_10k")
    images, labels = examples["image"], examples["label"]
    real = images[:300], labels[:300]
    sets = failure_table.spoilt(real, images[300:], labels[300:], seed=0)
    assert all(len(x) == len(y) == 300 for x, y in sets.values())
    distinct = {name: len(np.unique(x.reshape(300, -1), axis=0)) for name, (x, _) in sets.items()}
    assert distinct["collapsed"] == 1 and distinct["one a class"] == 10
    assert set(sets["dropping"][1]) == set(range(5))
    assert set(sets["one a class"][1]) == set(range(10))
    np.testing.assert_array_equal(sets["memorising"][0], real[0])
    noise = sets["noisy"][0].astype(float) - sets["faithful"][0]
    assert 10 < noise.std() < 50 and len(np.unique(sets["noisy"][1])) == 10
