"""What the claim of GAN-CLS measures, on models whose answers are known."""

from types import SimpleNamespace

import keras
import numpy as np
import pytest
from keras import layers, ops

from tfgan_zoo.systems.gan_cls import claim as gan_cls

VALUES = np.linspace(-1, 1, 12).astype(np.float32)


@pytest.fixture(autouse=True)
def examples(monkeypatch):
    """Twelve images of one grey pixel each, whose text is its brightness; the first two share a caption."""
    references = {
        "image": ((VALUES + 1) * 127.5)[:, None, None, None],
        "text": VALUES[:, None],
        "caption": np.array(["a", "a", *"bcdefghijk"]),
    }
    monkeypatch.setattr(
        gan_cls, "captioned_examples", lambda config, n, split: {k: v[:n] for k, v in references.items()}
    )


def judge(of_difference):
    image, text = keras.Input([1, 1, 1], name="image"), keras.Input([1], name="text")
    logit = of_difference * ops.square(layers.Flatten()(image) - text)
    return SimpleNamespace(
        config=None, model=SimpleNamespace(discriminator=keras.Model({"image": image, "text": text}, logit))
    )


@pytest.mark.parametrize("of_difference, share", [(-1.0, 1.0), (1.0, 0.0), (0.0, 0.0)])
def test_right_is_above_wrong(of_difference, share):
    assert gan_cls.right_above_wrong(judge(of_difference), 12, "test") == share


def test_pairs_of_one_caption_do_not_count():
    """With two examples of one caption alone there is nothing to rank."""
    with pytest.warns(RuntimeWarning):
        assert np.isnan(gan_cls.right_above_wrong(judge(-1.0), 2, "test"))


@pytest.mark.parametrize(
    "image_of, expected",
    [(lambda t: 3 * t, 1.0), (lambda t: np.where(t > 0, 1.0, 0.0), 8.0), (lambda t: 0 * t, 0.0)],
)
def test_the_largest_of_eight_steps(image_of, expected):
    """From texts below zero to texts above: a line has equal steps, a jump only one."""
    model = SimpleNamespace(
        latents=lambda n, seed: np.arange(n)[:, None], decode=lambda z, text: image_of(text)
    )
    matcher = SimpleNamespace(embed_images=lambda images: images)
    found = gan_cls.largest_step(SimpleNamespace(model=model, config=None), matcher, 6, "test")
    assert found == pytest.approx(expected, rel=1e-4)


def test_a_latent_stays_along_its_walk():
    model = SimpleNamespace(
        latents=lambda n, seed: np.arange(n)[:, None] * 10.0, decode=lambda z, text: z + text
    )
    seen = []
    matcher = SimpleNamespace(embed_images=lambda images: seen.append(images) or images)
    gan_cls.largest_step(SimpleNamespace(model=model, config=None), matcher, 6, "test")
    walks = seen[0].reshape(9, 6)
    np.testing.assert_allclose(walks[0], VALUES[:6] + 10 * np.arange(6), rtol=1e-5)
    np.testing.assert_allclose(walks[8], VALUES[6:] + 10 * np.arange(6), rtol=1e-5)
    steps = np.diff(walks, axis=0)
    np.testing.assert_allclose(steps, np.tile(steps[:1], (8, 1)), rtol=1e-3)


# By variant and seed: how often D ranks the right text first, and the retrieval of two scorings that count
# after one that does not.
RANKED = {"gan_int_cls": [0.9, 0.7, 0.8], "without_wrong_pairs": [0.8, 0.4]}
FOUND = {
    "gan_int_cls": [(9, 0.5, 0.7), (9, 0.4, 0.6), (9, 0.3, 0.5)],
    "without_interpolation": [(9, 0.5, 0.5), (9, 0.5, 0.7), (9, 0.4, 0.4)],
    "without_wrong_pairs": [(9, 0.3, 0.3), (9, 0.4, 0.4)],
}


@pytest.fixture
def trained(monkeypatch):
    """A bench that trains nothing, and the overrides that it was asked for by name and seed."""
    asked = {}

    def train(name, config_id, overrides, seed):
        assert config_id == "gan_cls/avatars"
        asked[name, seed] = overrides
        return SimpleNamespace(
            name=name,
            ranked=RANKED.get(name, [None] * 3)[seed : seed + 1],
            scores=[{"caption_retrieval": value} for value in FOUND[name][seed]],
            note=lambda key, value: value,
        )

    monkeypatch.setattr(gan_cls, "right_above_wrong", lambda variant, captions, split: variant.ranked[0])
    monkeypatch.setattr(gan_cls, "largest_step", lambda variant, matcher, walks, split: 2.0)
    monkeypatch.setattr(gan_cls.encoders, "load", lambda name: None)
    return SimpleNamespace(train=train), asked


SETTINGS = dict(
    steps=7, halve_every=3, scored={"every": 2, "last": 2}, encoder="e", captions=5, walks=2, split="test",
    seeds=[0, 1, 2], wrong_pair_seeds=2,
)  # fmt: skip


def test_figures_are_means_of_differences_within_a_seed(trained):
    """Retrieval by seed: 0.6, 0.5, 0.4; 0.5, 0.6, 0.4 without interpolation; 0.3, 0.4 without wrong pairs."""
    found = gan_cls.measure(trained[0], **SETTINGS)
    assert found.pop("interpolation_bound") == pytest.approx(0 - 2.919986 * 0.1 / 3**0.5, rel=1e-5)
    expected = {
        "ranking": (0.8, 0.1 / 3**0.5),
        "ranking_lead": (0.2, 0.1),
        "retrieval": (0.5, 0.1 / 3**0.5),
        "retrieval_lead": (0.2, 0.1),
        "interpolation_mean": (0.0, 0.1 / 3**0.5),
        "largest_step": (2.0, 0.0),
    }
    assert set(found) == set(expected)
    for key, value in expected.items():
        assert found[key] == pytest.approx(value, abs=1e-12), key


def test_variants_differ_in_one_thing_and_wrong_pairs_are_left_out_for_the_first_seeds(trained):
    bench, asked = trained
    gan_cls.measure(bench, **SETTINGS)
    names = {name: [seed for each, seed in asked if each == name] for name in gan_cls.VARIANTS}
    assert names == {
        "gan_int_cls": [0, 1, 2], "without_interpolation": [0, 1, 2], "without_wrong_pairs": [0, 1]
    }  # fmt: skip
    plain = asked["gan_int_cls", 0]
    assert plain["eval"]["caption_retrieval"] == {"encoder": "e", "samples": 5, "split": "test"}
    assert (plain["train.steps"], plain["train.score_every"]) == (7, 2)
    for (name, _), overrides in asked.items():
        assert overrides == plain | gan_cls.VARIANTS[name]
    assert all(
        overrides[f"optimizers.{p}.learning_rate.decay_steps"] == 3 for p in ("generator", "discriminator")
    )
