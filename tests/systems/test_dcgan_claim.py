"""DCGAN's claim on sums of latents, by a generator and a reader whose answers are known."""

from types import SimpleNamespace

import numpy as np
import pytest

from tfgan_zoo.systems.dcgan import claim as dcgan


class Reader:
    """Takes the first pixel above the middle for glasses, the second for the second style."""

    def predict(self, images, **_):
        return {
            name: np.stack([127 - images[:, 0, 0, column].astype(float), images[:, 0, 0, column] - 127.0], 1)
            for column, name in enumerate(("glasses", "style"))
        }


def model_of(z):
    """Images show the first two latents as pixels."""
    return SimpleNamespace(
        latents=lambda count, seed: z[:count],
        decode=lambda z: np.clip(z, -1, 1).reshape(len(z), 1, 1, -1),
    )


@pytest.fixture
def z():
    signs = np.random.default_rng(0).choice([-1.0, 1.0], [400, 3])
    return (signs * [0.5, 0.5, 0]).astype(np.float32)


def test_glasses_less_none_plus_the_other_style(z):
    model = model_of(z)
    sums, terms = dcgan.add_glasses(model, Reader(), trials=5, count=400, seed=0)
    # (1, -1) - (-1, -1) + (-1, 1) = (1, 1), in halves.
    np.testing.assert_allclose(sums, np.tile([0.5, 0.5, 0], (5, 1)))
    np.testing.assert_allclose(terms["plain_b"], np.tile([-0.5, 0.5, 0], (5, 1)))
    assert dcgan.share_of(dcgan.GLASSES_B, Reader(), model.decode(sums)) == 1
    assert dcgan.share_of(dcgan.GLASSES_B, Reader(), model.decode(terms["glasses_a"])) == 0


def test_every_trial_takes_three_latents_of_a_concept(z):
    z = z + np.linspace(0, 0.4, len(z), dtype=np.float32)[:, None] * [[0, 0, 1]]
    sums, terms = dcgan.add_glasses(model_of(z), Reader(), trials=3, count=400, seed=0)
    third = terms["glasses_a"][:, 2]
    assert len(set(third)) == 3
    np.testing.assert_allclose(sums[:, 2], third - terms["plain_a"][:, 2] + terms["plain_b"][:, 2], rtol=1e-5)


def test_a_concept_that_no_sample_shows_is_named(z):
    with pytest.raises(ValueError, match="0 of 400 samples show glasses_a"):
        dcgan.add_glasses(model_of(-np.abs(z)), Reader(), trials=3, count=400, seed=0)


def test_the_svm_of_images_that_differ_by_a_millionth_is_as_good():
    rng = np.random.default_rng(0)
    centres = rng.normal(size=(4, 12))
    sets = []
    for count in (150, 2000):
        labels = rng.integers(4, size=count)
        sets.append({"image": 60 * (centres[labels] + 1.3 * rng.normal(size=(count, 12))), "label": labels})
    found = [
        dcgan.svm_accuracy(lambda x: x + 1e-6 * rng.normal(size=x.shape), *sets, 150, 2000, seed=0)
        for _ in range(3)
    ]
    assert 0.5 < found[0] < 0.95
    np.testing.assert_allclose(found, found[0], rtol=1e-3)


def test_the_loss_of_an_svm_is_the_squared_hinge_of_each_class_against_the_rest():
    svm = SimpleNamespace(classes_=np.array([3, 5, 7]), decision_function=lambda x: x)
    scores, labels = np.array([[2.0, -1.0, 0.5], [0.5, 0.5, -3.0]]), np.array([3, 7])
    expected = (0 + 0 + 1.5**2 + 1.5**2 + 1.5**2 + 4**2) / 6
    assert dcgan._less_squared_hinge(svm, scores, labels) == pytest.approx(-expected)


def test_figures_are_differences_and_ratios_of_the_right_features(monkeypatch):
    accuracy = iter([0.8, 0.7, 0.6])
    walk = {"samples": 4.0, "midpoints": 5.0, "cross_fades": 20.0}
    monkeypatch.setattr(dcgan, "svm_accuracy", lambda *_: next(accuracy))
    monkeypatch.setattr(dcgan, "walk_distances", lambda *_: walk)
    monkeypatch.setattr(dcgan, "latent_sums", lambda bench, seed, trials: {"glasses_in_other_style": trials})
    monkeypatch.setattr(dcgan.data, "arrays", lambda **settings: {"image": None})
    monkeypatch.setattr(dcgan.models, "build", lambda config: None)
    config = SimpleNamespace(data=SimpleNamespace(model_dump=lambda: {"take": None, "split": "train"}))
    variant = SimpleNamespace(config=config, model=None, note=lambda name, value: value)
    bench = SimpleNamespace(shipped=lambda name, config_id, seed: variant)
    found = dcgan.measure(bench, labelled=3, test=3, extractor="e", samples=3, sums={"trials": 0.9})
    assert found == pytest.approx(
        {
            "features_over_pixels": 0.2,
            "features_over_untrained": 0.1,
            "midpoints_over_samples": 1.25,
            "midpoints_over_crossfades": 0.25,
            "accuracy": 0.8,
            "accuracy_untrained": 0.7,
            "accuracy_pixels": 0.6,
            "glasses_in_other_style": 0.9,
        }
    )
