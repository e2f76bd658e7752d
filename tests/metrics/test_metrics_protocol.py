import dataclasses
import json
import os

import numpy as np
import pytest

from tfgan_zoo import metrics
from tfgan_zoo.metrics import Moments, Protocol, ProtocolMismatch, Score, StatisticsFileError

PROTOCOL = Protocol(
    extractor="inception_2015",
    layer="2048",
    weights_hash="abc",
    resizer="bilinear",
    antialias=False,
    channels="grey repeated to RGB",
    n_real=100,
    n_fake=50,
    split="mnist/train",
    seed=0,
)
OTHER = {
    "extractor": "inception_keras",
    "layer": "768",
    "weights_hash": "abd",
    "resizer": "bicubic",
    "antialias": True,
    "channels": "as they are",
    "n_real": 99,
    "n_fake": 51,
    "split": "mnist/test",
    "seed": 1,
    "image_size": 64,
    "fit": "pad",
    "classes": [0, 1],
    "contents": "0123",
}


def test_like_scores_compare():
    low, high = Score("fid", 3.0, PROTOCOL), Score("fid", 4.5, PROTOCOL)
    assert low < high and low <= high and high > low and high >= low and not low > high
    assert high - low == 1.5
    assert low == Score("fid", 3.0, PROTOCOL)


@pytest.mark.parametrize("field", OTHER)
def test_every_field_of_the_stamp_counts(field):
    unlike = dataclasses.replace(PROTOCOL, **{field: OTHER[field]})
    ours, theirs = Score("fid", 3.0, PROTOCOL), Score("fid", 3.0, unlike)
    for compare in ("__lt__", "__le__", "__gt__", "__ge__", "__sub__"):
        with pytest.raises(ProtocolMismatch, match=field):
            getattr(ours, compare)(theirs)
    assert ours != theirs


def test_all_fields_are_tested():
    assert set(OTHER) == {field.name for field in dataclasses.fields(Protocol)}


def test_unlike_metrics_and_bare_numbers_do_not_compare():
    with pytest.raises(ProtocolMismatch, match="fid cannot be compared with kid"):
        Score("fid", 3.0, PROTOCOL) < Score("kid", 3.0, PROTOCOL)
    with pytest.raises(TypeError, match="float"):
        Score("fid", 3.0, PROTOCOL) < 4.0


def test_a_score_goes_through_json():
    score = Score("kid", 0.25, PROTOCOL, deviation=0.01)
    assert Score.from_dict(json.loads(json.dumps(score.to_dict()))) == score


@pytest.fixture
def moments(rng):
    return Moments(rng.normal(size=(20, 4)))


def test_statistics_files_keep_everything(tmp_path, moments, rng):
    path = tmp_path / "deep" / "mnist.npz"
    metrics.save_statistics(path, moments, PROTOCOL)
    loaded, protocol = metrics.load_statistics(path, expected=PROTOCOL)
    assert protocol == PROTOCOL and loaded.count == 20
    np.testing.assert_allclose(loaded.covariance, moments.covariance, rtol=1e-14)
    fake = rng.normal(size=(30, 4))
    value = metrics.frechet_distance(moments, fake)
    assert metrics.frechet_distance(loaded, fake) == pytest.approx(value, rel=1e-12)
    assert os.listdir(path.parent) == ["mnist.npz"]


def test_a_file_of_another_protocol_is_refused_by_name(tmp_path, moments):
    path = tmp_path / "mnist.npz"
    metrics.save_statistics(path, moments, dataclasses.replace(PROTOCOL, resizer="bicubic"))
    message = r"mnist\.npz.*resizer: 'bilinear' here, 'bicubic' there"
    with pytest.raises(ProtocolMismatch, match=message):
        metrics.load_statistics(path, expected=PROTOCOL)


def test_a_damaged_file_is_refused_by_name(tmp_path, rng):
    """Wherever a byte is damaged, or it is one that no reader of the format uses: what is read is never another."""
    path = tmp_path / "mnist.npz"
    moments = Moments(rng.normal(size=(20, 40)))
    metrics.save_statistics(path, moments, PROTOCOL)
    whole, refused = path.read_bytes(), 0
    for position in range(0, len(whole), len(whole) // 100):
        path.write_bytes(whole[:position] + bytes([whole[position] ^ 0xFF]) + whole[position + 1 :])
        try:
            found, stamp = metrics.load_statistics(path)
        except StatisticsFileError as error:
            assert "mnist.npz" in str(error)
            refused += 1
        else:
            assert stamp == PROTOCOL
            np.testing.assert_array_equal(found.mean, moments.mean)
            np.testing.assert_array_equal(found.covariance, moments.covariance)
    assert refused >= 95


def test_files_cut_short_or_empty_or_foreign_are_refused_by_name(tmp_path, moments):
    path = tmp_path / "mnist.npz"
    metrics.save_statistics(path, moments, PROTOCOL)
    whole = path.read_bytes()
    for data in (whole[: len(whole) // 2], b"", b"not a zip", whole[:-30]):
        path.write_bytes(data)
        with pytest.raises(StatisticsFileError, match=r"mnist\.npz"):
            metrics.load_statistics(path)
    np.savez(path, mu=np.zeros(4), sigma=np.eye(4))
    with pytest.raises(StatisticsFileError, match=r"mnist\.npz has no 'stamp"):
        metrics.load_statistics(path)
    np.savez(path, stamp=np.array([{}], dtype=object))
    with pytest.raises(StatisticsFileError, match=r"mnist\.npz"):
        metrics.load_statistics(path)
    with pytest.raises(FileNotFoundError):
        metrics.load_statistics(tmp_path / "missing.npz")


def test_cached_statistics_are_computed_once(tmp_path, moments):
    path, calls = tmp_path / "cache" / "mnist.npz", []

    def compute():
        calls.append(1)
        return moments

    for _ in range(3):
        loaded = metrics.cached_statistics(path, PROTOCOL, compute)
        np.testing.assert_allclose(loaded.mean, moments.mean)
    assert len(calls) == 1
    with pytest.raises(ProtocolMismatch, match="n_real"):
        metrics.cached_statistics(path, dataclasses.replace(PROTOCOL, n_real=7), compute)


def test_a_failed_write_leaves_nothing(tmp_path, moments, monkeypatch):
    def fail(*args, **kwargs):
        raise OSError("disk full")

    monkeypatch.setattr(np, "savez", fail)
    with pytest.raises(OSError, match="disk full"):
        metrics.save_statistics(tmp_path / "mnist.npz", moments, PROTOCOL)
    assert os.listdir(tmp_path) == []
