"""What the claim of GAN-CLS measures, on models whose answers are known."""

from types import SimpleNamespace

import keras
import numpy as np
import pytest
from keras import layers, ops

from tfgan_zoo.systems.gan_cls.gan_cls import claim as gan_cls

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


def test_figures_are_medians_over_seeds_of_differences_within_a_seed(monkeypatch):
    """Ranked 0.9, 0.7, 0.8 in the three seeds; less without wrong pairs by 0.1, 0.3, 0.2."""
    ranked = {"gan_int_cls": [0.9, 0.7, 0.8], "without_wrong_pairs": [0.8, 0.4, 0.6]}
    found = {"gan_int_cls": 0.5, "without_wrong_pairs": 0.2, "without_interpolation": 0.6}

    def train(name, config_id, overrides, seed):
        assert config_id == "gan_cls/avatars" and overrides == {"train.steps": 7, **gan_cls.VARIANTS[name]}
        return SimpleNamespace(
            ranked=ranked.get(name, [0, 0, 0])[seed],
            note=lambda name, value: value,
            score=lambda protocol, **settings: found[name],
        )

    monkeypatch.setattr(gan_cls, "right_above_wrong", lambda variant, captions, split: variant.ranked)
    monkeypatch.setattr(gan_cls, "largest_step", lambda variant, matcher, walks, split: 2.0)
    monkeypatch.setattr(gan_cls.encoders, "load", lambda name: None)
    checks = gan_cls.check(
        SimpleNamespace(train=train), steps=7, encoder="e", captions=5, walks=2, split=None, seeds=[0, 1, 2]
    )
    values = [check.value for check in checks]
    np.testing.assert_allclose(values[:6], [0.8, 0.2, 0.5, 0.3, -0.1, 2.0], atol=1e-12)
    assert [check.holds for check in checks[:6]] == [True, True, True, True, False, True]
    np.testing.assert_allclose(values[6:], [0.9, 0.1, 0.7, 0.3, 0.8, 0.2])
