"""`tfgan-zoo evaluate` and what stands under it: sides, scores with stamps, protocols, callback."""

import json

import keras
import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

import tfgan_zoo as zoo
from tfgan_zoo import data, evaluation, metrics
from tfgan_zoo.evaluation import compare as comparing
from tfgan_zoo.hub.config import load_config
from tfgan_zoo.hub.weights import write_weights
from tfgan_zoo.metrics.comparison import METRICS, compare
from tfgan_zoo.metrics.sides import ImageSide, StatisticsSide

IMAGES = "dcgan/fashion_mnist_10k"


def quarters(images):
    """Each quarter's mean as 4 features, and logits from them."""
    images = tf.cast(images, tf.float32) / 255.0
    means = tf.nn.avg_pool2d(images, 4, 4, "VALID")[..., :1]
    flat = tf.reshape(means, [-1, 4])
    return {"features": flat, "logits": 9.0 * flat}


def an_extractor(**changes):
    identity = {
        "name": "quarters",
        "network": quarters,
        "weights_hash": "0" * 64,
        "resizer": "none",
        "antialias": False,
        "layer": "features",
        "logits_layer": "logits",
        "channels": 1,
    }
    return metrics.Extractor(**{**identity, **changes})


def some_images(n, seed, side=8, low=0):
    rng = np.random.default_rng(seed)
    return rng.integers(low, 256, (n, side, side, 1), dtype=np.uint8)


@pytest.fixture
def sides():
    extractor = an_extractor()
    real = ImageSide(some_images(60, 0), extractor, "made:train")
    return real, ImageSide(some_images(50, 1, low=40), extractor)


@pytest.fixture
def cached(tmp_path, monkeypatch):
    """The folder in which reals' moments are kept."""
    monkeypatch.setenv("TFGAN_ZOO_DATA", str(tmp_path / "cache"))
    return tmp_path / "cache" / "statistics"


def values(scores):
    return {score["metric"]: score["value"] for score in scores}


def test_every_name_gives_what_its_function_gives(sides, monkeypatch):
    monkeypatch.setitem(METRICS["kid_subsets"].settings, "size", 20)
    real, fake = sides
    x, y = real.features, fake.features
    of_features = [name for name in METRICS if METRICS[name].pixels is None]
    found = values(compare(fake, real, of_features, seed=4))
    precision, recall = metrics.precision_recall(x, y, k=3)
    density, coverage = metrics.density_coverage(x, y, k=5)
    expected = {
        "fid": metrics.frechet_distance(x, y),
        "fid_infinity": metrics.frechet_distance_infinity(x, y, seed=4),
        "kid": metrics.kernel_distance(x, y),
        "kid_subsets": metrics.kernel_distance_subsets(x, y, size=20, seed=4)[0],
        "kid_subsets/deviation": metrics.kernel_distance_subsets(x, y, size=20, seed=4)[1],
        "inception_score": metrics.inception_score(fake.logits)[0],
        "inception_score/deviation": metrics.inception_score(fake.logits)[1],
        "am_score": metrics.am_score(real.logits, fake.logits),
        "precision": precision,
        "recall": recall,
        "density": density,
        "coverage": coverage,
    }
    assert found == pytest.approx(expected, rel=1e-9)
    json.dumps(found)


@pytest.fixture
def pictures():
    """Reals and fakes of as many pixels as SSIM needs, without an extractor."""
    images = some_images(60, 0, side=16)
    noise = np.random.default_rng(1).integers(0, 30, images.shape)
    noisy = np.clip(images + noise, 0, 255).astype(np.uint8)
    return ImageSide(images, None, "made:train"), ImageSide(noisy, None, seed=7)


def test_metrics_of_pixels_give_what_their_functions_give(pictures):
    real, fake = pictures
    names = [name for name in METRICS if METRICS[name].pixels]
    x, y = (side.images.reshape(60, -1) / 127.5 - 1 for side in pictures)
    expected = {
        "sliced_wasserstein": metrics.sliced_wasserstein(x, y, projections=256, seed=4),
        "ms_ssim_diversity": metrics.ms_ssim_diversity(fake.images, pairs=1000, seed=4),
        "psnr": metrics.psnr(real.images, fake.images).mean(),
        "ssim": metrics.ssim(real.images, fake.images).mean(),
    }
    found = values(compare(fake, real, names, seed=4))
    assert found == pytest.approx(expected, rel=1e-12)
    floats = ImageSide(fake.images / 127.5 - 1, None, seed=7)
    assert values(compare(floats, real, names, seed=4)) == found
    many = [ImageSide(np.repeat(side.images, 10, axis=0), None) for side in pictures]
    assert values(compare(*many, ["psnr", "ssim"])) == pytest.approx(
        {name: expected[name] for name in ("psnr", "ssim")}, rel=1e-12
    )


def test_a_known_error_has_a_known_psnr(tmp_path):
    """One pixel of 16 is wrong by 51 of 255 levels: the mean square is 0.2^2 / 16."""
    black = np.zeros((3, 4, 4, 1), np.uint8)
    spoilt = black.copy()
    spoilt[:, 0, 0] = 51
    np.save(tmp_path / "black.npy", black)
    np.save(tmp_path / "spoilt.npy", spoilt)
    (score,) = comparing.evaluate(
        str(tmp_path / "spoilt.npy"), str(tmp_path / "black.npy"), ["psnr"]
    )
    assert score["value"] == pytest.approx(10 * np.log10(16 / 0.2**2))
    assert comparing.describe([score]).startswith("psnr: 26.0206\n  (features=pixels in [0, 1]")


def test_scores_of_pixels_are_stamped_and_unlike_stamps_refuse_each_other(pictures):
    real, fake = pictures
    stamps = {s["metric"]: s["protocol"] for s in compare(fake, real, list(METRICS)[-4:], seed=4)}
    alone = {"features": "pixels in [0, 1], 256 levels", "shape": [16, 16, 1], "n_fake": 60}
    paired = {**alone, "seed": 7, "n_real": 60, "split": "made:train"}
    assert stamps == {
        "sliced_wasserstein": {
            **paired, "features": "pixels in [-1, 1], 256 levels", "projections": 256, "seed": 4
        },
        "ms_ssim_diversity": {**alone, "pairs": 1000, "seed": 4},
        "psnr": paired,
        "ssim": paired,
    }
    (score,) = compare(fake, real, ["sliced_wasserstein"])
    assert metrics.score_difference({**score, "value": score["value"] + 1}, score) == 1
    for key, value in {**score["protocol"], "unknown": 1}.items():
        other = {**score, "protocol": {**score["protocol"], key: "another"}}
        with pytest.raises(metrics.ProtocolMismatch, match=rf"\({key}: .*'another' there\)"):
            metrics.score_difference(score, other)
    (psnr,) = compare(fake, real, ["psnr"])
    with pytest.raises(metrics.ProtocolMismatch, match="psnr cannot be compared with sliced"):
        metrics.score_difference(psnr, score)


def test_sides_that_cannot_be_paired_are_refused(pictures, tmp_path):
    real, fake = pictures
    fewer = ImageSide(fake.images[:50], None)
    for name in ("psnr", "ssim"):
        with pytest.raises(ValueError, match=f"{name} .* pair by pair.*60 reals and 50 fakes"):
            compare(fewer, real, [name])
    coloured = ImageSide(np.repeat(fake.images, 3, axis=-1), None)
    with pytest.raises(ValueError, match="reals have 1 channel.s., fakes 3"):
        compare(coloured, real, ["sliced_wasserstein"])
    np.save(tmp_path / "x.npy", fake.images)
    path = str(tmp_path / "x.npy")
    for arguments in ((path, path, ["ssim"], None, 60), (IMAGES, None, ["ssim"])):
        with pytest.raises(ValueError, match="random samples have no pairs"):
            comparing.evaluate(*arguments)
    with pytest.raises(ValueError, match="this metric is of features; give an extractor"):
        compare(fake, real, ["fid"])


def test_every_value_has_the_stamp_that_it_needs(sides):
    real, fake = sides
    fake.seed = 7
    stamps = {s["metric"]: s["protocol"] for s in compare(fake, real, ["fid", "prdc", "is"])}
    network = {
        "extractor": "quarters",
        "layer": "features",
        "weights_hash": "0" * 64,
        "resizer": "none",
        "antialias": False,
        "channels": "as they are",
        "n_fake": 50,
        "seed": 7,
    }
    assert stamps["fid"] == {**network, "n_real": 60, "split": "made:train"}
    assert stamps["recall"] == {
        **stamps["fid"], "k_precision_recall": 3, "k_density_coverage": 5
    }
    assert stamps["inception_score"] == {**network, "splits": 10}


def test_what_is_refused(sides):
    real, fake = sides
    with pytest.raises(ValueError, match="no metric 'fod'. Did you mean fid"):
        compare(fake, real, ["fod"])
    with pytest.raises(ValueError, match="kid needs real images"):
        compare(fake, None, ["is", "kid"])
    other = ImageSide(fake.images, an_extractor(weights_hash="1" * 64))
    with pytest.raises(metrics.ProtocolMismatch, match="weights_hash"):
        compare(other, real)
    larger = ImageSide(some_images(9, 0, side=16), real.extractor)
    with pytest.raises(ValueError, match="reals are 8 x 8 and fakes 16 x 16"):
        compare(larger, real)
    without = an_extractor(logits_layer=None)
    with pytest.raises(ValueError, match="quarters has no logits"):
        compare(ImageSide(fake.images, without), None, ["is"])


def test_moments_are_kept_and_computed_once(tmp_path):
    calls = []

    def counted(images):
        tf.py_function(lambda: calls.append(1), [], [])
        return quarters(images)

    def moments(images, **changes):
        extractor = an_extractor(network=counted, **changes)
        return ImageSide(images, extractor, "made:train", tmp_path).moments

    images = some_images(1500, 0)
    first = moments(images)
    seen = len(calls)
    again = moments(images)
    assert len(calls) == seen and len(list(tmp_path.iterdir())) == 1
    np.testing.assert_array_equal(first.covariance, again.covariance)
    features = an_extractor()(images)["features"]
    np.testing.assert_allclose(first.mean, features.mean(0, dtype=np.float64), rtol=1e-9)
    np.testing.assert_allclose(first.covariance, np.cov(features.T.astype(np.float64)), rtol=1e-9)
    moments(images[:-1])
    moments(images, weights_hash="1" * 64)
    changed = images.copy()
    changed[0, 0, 0, 0] ^= 255
    moments(changed)
    assert len(list(tmp_path.iterdir())) == 4


def test_damaged_kept_moments_are_refused_by_name(sides, tmp_path):
    real, fake = sides
    real.cache = tmp_path
    compare(fake, real)
    (kept,) = tmp_path.iterdir()
    kept.write_bytes(kept.read_bytes()[:-40])
    again = ImageSide(real.images, real.extractor, real.name, tmp_path)
    with pytest.raises(metrics.StatisticsFileError, match=kept.name):
        compare(fake, again)


def test_statistics_stand_for_images(sides, tmp_path):
    real, fake = sides
    paths = [str(tmp_path / f"{name}.npz") for name in ("real", "fake")]
    for side, path in zip(sides, paths):
        stamp = side.extractor.protocol(n_real=side.count, split=side.name)
        metrics.save_statistics(path, side.moments, stamp)
    (expected,) = compare(fake, real)
    (found,) = comparing.evaluate(paths[1], paths[0])
    assert found["value"] == pytest.approx(expected["value"], rel=1e-9)
    assert found["protocol"] == expected["protocol"]
    for name in ("kid", "psnr", "sliced_wasserstein", "ms_ssim_diversity"):
        with pytest.raises(ValueError, match="fake.npz holds a mean and a covariance only"):
            compare(StatisticsSide(paths[1]), real, [name])
    np.save(tmp_path / "x.npy", fake.images)
    other = an_extractor(name="others")
    with pytest.raises(metrics.ProtocolMismatch, match="extractor: 'quarters' here, 'others'"):
        comparing.evaluate(str(tmp_path / "x.npy"), paths[0], extractor=other)


def test_arrays_folders_and_splits_are_sides(tmp_path, cached):
    images = some_images(40, 0)
    np.save(tmp_path / "bare.npy", images[..., 0])
    np.savez(tmp_path / "one.npz", images / 127.5 - 1)
    np.savez(tmp_path / "named.npz", image=images, label=np.zeros(40))
    (tmp_path / "folder").mkdir()
    for i, image in enumerate(images):
        Image.fromarray(image[..., 0]).save(tmp_path / "folder" / f"{i:02}.png")
    extractor = an_extractor()
    reference = data.arrays("fashion_mnist_10k", "train[:70]", image_size=8)["image"]
    real = ImageSide(reference, extractor)
    expected = values(compare(ImageSide(images, extractor), real, ["fid", "prdc"]))
    for name in ("bare.npy", "one.npz", "named.npz", "folder"):
        scores = comparing.evaluate(
            str(tmp_path / name),
            "fashion_mnist_10k:train[:70]",
            ["fid", "prdc"],
            extractor,
            image_size=8,
        )
        assert values(scores) == pytest.approx(expected, rel=1e-6), name
        assert scores[0]["protocol"]["split"] == "fashion_mnist_10k:train[:70]"
        assert "seed" not in scores[0]["protocol"]
    assert len(list(cached.iterdir())) == 1


def test_samples_of_images_are_chosen_by_the_seed(tmp_path, cached):
    images = some_images(40, 0)
    np.save(tmp_path / "x.npy", images)

    def score(**options):
        (found,) = comparing.evaluate(
            str(tmp_path / "x.npy"), "fashion_mnist_10k:train[:70]", extractor=an_extractor(),
            image_size=8, **options,
        )
        return found

    first, again, other = (score(samples=30, seed=seed) for seed in (1, 1, 2))
    assert first == again and first["value"] != other["value"]
    assert (first["protocol"]["n_fake"], first["protocol"]["seed"]) == (30, 1)
    with pytest.raises(ValueError, match="holds 40 images; 41 cannot"):
        score(samples=41)


def test_bad_names_are_refused(tmp_path):
    extractor = an_extractor()
    (tmp_path / "bad.npz").write_bytes(b"PK\x03\x04 no archive")
    (tmp_path / "bad.npy").write_bytes(b"nothing")
    np.savez(tmp_path / "two.npz", a=some_images(9, 0), b=some_images(9, 1))
    for name, message in (
        ("bad.npz", "bad.npz is damaged or no .npz file"),
        ("bad.npy", "bad.npy is damaged or no .npy file"),
        ("two.npz", "two.npz holds a, b; call the array of images 'image'"),
    ):
        with pytest.raises(ValueError, match=message):
            comparing.evaluate(str(tmp_path / name), None, ["is"], extractor)
    with pytest.raises(FileNotFoundError):
        comparing.evaluate(str(tmp_path / "none.npz"), None, ["is"], extractor)
    with pytest.raises(ValueError, match="the reference dcgan/mnist is a config"):
        comparing.evaluate(str(tmp_path / "two.npz"), "dcgan/mnist", extractor=extractor)
    with pytest.raises(ValueError, match="toy/ring8:train holds points"):
        comparing.evaluate("toy/ring8", None, ["is"], extractor)
    with pytest.raises(ValueError, match="unknown split 'tset'"):
        comparing.evaluate("fashion_mnist_10k:tset", None, ["is"], extractor)


TINY = {
    "networks.generator.width": 4,
    "networks.generator.latent_dim": 8,
    "networks.generator.image_size": 16,
    "networks.discriminator.width": 4,
    "networks.discriminator.image_size": 16,
    "data.image_size": 16,
    "data.fit": "stretch",
    "data.take": 64,
}


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    """A tiny model, and the run folder of its weights."""
    folder = tmp_path_factory.mktemp("run")
    model = zoo.load(IMAGES, overrides=TINY)
    write_weights(model, folder / "model.weights.h5")
    return model, folder


def sixteenths(images):
    return quarters(images[:, ::2, ::2])


def test_a_config_is_scored_against_its_own_data(tiny, cached):
    model, folder = tiny
    extractor = an_extractor(network=sixteenths)
    scores = comparing.evaluate(
        IMAGES, metrics=["fid", "is"], extractor=extractor, seed=5, weights=folder, overrides=TINY
    )
    real = data.arrays("fashion_mnist_10k", image_size=16, fit="stretch", take=64)["image"]
    fake = ImageSide(model.generate(64, seed=5), extractor, seed=5)
    facts = {"image_size": 16, "fit": "stretch"}
    reals = ImageSide(real, extractor, "fashion_mnist_10k:train", facts=facts)
    expected = compare(fake, reals, ["fid", "is"])
    assert scores == expected
    assert (scores[0]["protocol"]["n_real"], scores[0]["protocol"]["n_fake"]) == (64, 64)


@pytest.mark.parametrize("fake", ["fashion_mnist_10k:train[70:]", IMAGES])
def test_statistics_that_evaluate_wrote_give_the_fid_of_the_images(fake, tiny, tmp_path, cached):
    """Of a random choice of a data split and of a model's samples, against a data split."""
    real, reals, fakes = "fashion_mnist_10k:train[:70]", *(str(tmp_path / f"{i}.npz") for i in (0, 1))

    def evaluate(*sides, **options):
        return comparing.evaluate(
            *sides, extractor=an_extractor(network=sixteenths), image_size=16, fit="stretch", **options
        )

    assert evaluate(real, metrics=[], statistics=reals) == []
    drawn = {"samples": 40, "seed": 5, "weights": tiny[1], "overrides": TINY}
    (expected,) = evaluate(fake, real, statistics=fakes, **drawn)
    for found in (evaluate(fake, reals, **drawn), evaluate(fakes, real), evaluate(fakes, reals)):
        assert found[0]["value"] == pytest.approx(expected["value"], rel=1e-9)
        assert found[0]["protocol"] == expected["protocol"]
    stamp = metrics.load_statistics(fakes)[1]
    assert (stamp.extractor, stamp.n_real, stamp.split, stamp.seed) == ("quarters", 40, fake, 5)
    with pytest.raises(ValueError, match="1.npz holds moments; 40 samples cannot be chosen"):
        evaluate(fakes, real, samples=40)
    with pytest.raises(ValueError, match="ends in .npz; got nowhere.npy"):
        evaluate(real, metrics=[], statistics="nowhere.npy")


def test_a_configs_protocols(tiny, cached):
    model, _ = tiny
    settings = {
        "eval.fid": {"extractor": "classifier/fashion_mnist", "samples": 100, "seed": 2},
        "eval.inception_score": {"extractor": "classifier/fashion_mnist", "samples": 50},
        "eval.sliced_wasserstein": None,
    }
    config = load_config(IMAGES, {**TINY, **settings})
    scores = evaluation.evaluate(model, config)
    assert list(values(scores)) == ["fid", "inception_score", "inception_score/deviation"]
    extractor = metrics.load_extractor("classifier/fashion_mnist")
    real = extractor(evaluation.reference_arrays(config)["image"])
    fake = extractor(model.generate(100, seed=2))
    expected = metrics.frechet_distance(real["features"], fake["features"])
    assert scores[0]["value"] == pytest.approx(expected, rel=1e-6)
    stamp = scores[0]["protocol"]
    assert (stamp["n_real"], stamp["n_fake"], stamp["seed"]) == (64, 100, 2)
    assert stamp["split"] == "fashion_mnist_10k:train"
    logits = extractor(model.generate(50, seed=0))["logits"]
    assert scores[1]["value"] == pytest.approx(metrics.inception_score(logits)[0], rel=1e-6)


def test_scores_against_some_classes_say_which(tiny, cached):
    """The reals are those of the classes alone; a score against others is not compared with it."""
    found = {}
    for name, classes in (("all", None), ("two", [0, 1])):
        overrides = {**TINY, "data.classes": classes}
        found[name] = comparing.evaluate(
            IMAGES, metrics=["fid"], extractor=an_extractor(network=sixteenths), weights=tiny[1], overrides=overrides
        )[0]
    assert found["two"]["protocol"]["classes"] == [0, 1] and not found["all"]["protocol"].get("classes")
    with pytest.raises(metrics.ProtocolMismatch, match="classes"):
        metrics.score_difference(found["all"], found["two"])


def test_dcgans_are_scored_by_the_classifier_of_their_data_against_its_test_split():
    """Full configs and paper configs alike; not in the smoke overlay, nor where no split is apart."""
    for name in ("mnist", "fashion_mnist", "cifar10_paper"):
        config = load_config(f"dcgan/{name}")
        extractor = f"classifier/{config.data.name}"
        assert config.eval["fid"] == {"extractor": extractor, "split": "test", "samples": 10_000}
        assert config.eval["inception_score"] == {"extractor": extractor, "samples": 10_000}
    for name in ("mnist", "fashion_mnist", "cifar10_paper", "fashion_mnist_10k"):
        assert list(load_config(f"dcgan/{name}", smoke=True).eval) == ["sliced_wasserstein"]
    assert list(load_config(IMAGES).eval) == ["sliced_wasserstein"]


class Drifting(keras.Model):
    """Its samples grow brighter with every call of `generate`."""

    def __init__(self):
        super().__init__()
        self.dense = keras.layers.Dense(1)
        self.asked = []

    def call(self, x):
        return self.dense(x)

    def generate(self, n, seed=None):
        self.asked.append((n, seed))
        return np.clip(some_images(n, seed) / 127.5 - 1 + len(self.asked) / 5, -1, 1)


def test_the_callback_puts_scores_into_the_history():
    model = Drifting()
    model.compile("sgd", "mse")
    real = some_images(60, 0)
    callback = metrics.EvaluationCallback(
        real, an_extractor(), ["fid", "is"], samples=40, seed=9, every=2, name="made:train"
    )
    x, y = np.zeros((4, 2), np.float32), np.zeros((4, 1), np.float32)
    history = model.fit(x, y, epochs=4, verbose=0, callbacks=[callback]).history
    assert model.asked == [(40, 9)] * 2
    assert history["fid"][0] == history["fid"][1] < history["fid"][2] == history["fid"][3]
    assert {"loss", "inception_score"} <= set(history)
    assert callback.scores[0]["value"] == history["fid"][-1]
    stamp = callback.scores[0]["protocol"]
    assert (stamp["split"], stamp["n_fake"], stamp["seed"]) == ("made:train", 40, 9)
    with pytest.raises(ValueError, match="every must be 1"):
        metrics.EvaluationCallback(real, an_extractor(), every=0)


def test_the_command_prints_and_writes_what_it_found(run, tmp_path, cached):
    np.save(tmp_path / "x.npy", data.arrays("fashion_mnist_10k", take=60)["image"])
    status, out, _ = run(
        "evaluate", tmp_path / "x.npy", "fashion_mnist_10k:train[60:200]",
        "--metric", "fid", "--metric", "prdc", "--extractor", "classifier/fashion_mnist",
        "--samples", 50, "--seed", 3, "--json", tmp_path / "scores.json",
    )
    assert status == 0
    scores = json.loads((tmp_path / "scores.json").read_text())
    assert [s["metric"] for s in scores] == ["fid", "precision", "recall", "density", "coverage"]
    assert out == comparing.describe(scores) + "\n"
    lines = out.splitlines()
    assert lines[0] == f"fid: {scores[0]['value']:.6g}" and len(lines) == 7
    digest = scores[0]["protocol"]["weights_hash"]
    for shown in ("extractor=classifier/fashion_mnist", f"weights_hash={digest[:16]}, ", "seed=3"):
        assert shown in lines[1]
    fitting = ("--extractor", "classifier/fashion_mnist", "--statistics", tmp_path / "moments.npz")
    status, out, _ = run("evaluate", tmp_path / "x.npy", *fitting)
    assert (status, out) == (
        0, f"Wrote the statistics of {tmp_path / 'x.npy'} to {tmp_path / 'moments.npz'}.\n"
    )
    assert metrics.load_statistics(tmp_path / "moments.npz")[0].count == 60
    status, out, errors = run("evaluate", tmp_path / "x.npy", "--extractor", "classifier/mnist")
    assert (status, out) == (1, "")
    assert errors == "tfgan-zoo: fid needs real images or their statistics to compare with\n"
