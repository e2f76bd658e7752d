"""InfoGAN's claim: codes matched to labels, what continuous codes mean, and which seed is judged."""

from types import SimpleNamespace

import numpy as np
import pytest

from tfgan_zoo.systems.infogan import claim


def test_the_lowest_bound_and_the_best_error_of_the_seeds_are_judged(monkeypatch):
    """By seed: bounds of 2.2, 2.0 and 2.1, errors of 0.3, 0.2 and 0.1; without information a bound of 0.5."""
    bounds, errors = {0: 2.2, 1: 2.0, 2: 2.1}, {0: 0.3, 1: 0.2, 2: 0.1}
    looked_at = []

    def train(name, config_id, overrides, seed):
        quiet = overrides.get("system_args.information") == 0
        rows = [{"category_bound": 9.0}, *[{"category_bound": 0.5 if quiet else bounds[seed]}] * 2]
        return SimpleNamespace(losses=rows, seed=seed, note=lambda key, value: value)

    def meanings(variant, walks):
        looked_at.append(variant.seed)
        return {"c2/width": np.nan, "c2/slant": -0.8, "c3/width": 0.4}

    monkeypatch.setattr(claim, "matched_error", lambda variant, split: errors[variant.seed])
    monkeypatch.setattr(claim, "continuous_meanings", meanings)
    found = claim.measure(SimpleNamespace(train=train), steps=4, seeds=[0, 1, 2], window=2)
    assert found == pytest.approx(
        {
            "bound": 2.0,
            "bound_lead": 1.5,
            "matched_error": 0.1,
            "code_correlation": 0.8,
            "worst_matched_error": 0.3,
        }
    )
    assert looked_at == [2]


def test_codes_are_matched_to_labels_one_to_one(monkeypatch):
    """Code 1 is label 0 and code 0 label 1, each but once; a code that takes both labels gets one of them."""
    codes = np.array([1, 1, 1, 0, 0, 1])
    labels = np.array([0, 0, 0, 1, 1, 1])
    images = np.zeros([6, 1, 1, 1])
    monkeypatch.setattr(claim.data, "arrays", lambda **settings: {"image": images, "label": labels})
    config = SimpleNamespace(data=SimpleNamespace(model_dump=dict))

    def encode(images, size):
        return {"category_logits": np.eye(2)[codes]}

    variant = SimpleNamespace(config=config, model=SimpleNamespace(categories=2, encode=encode))
    assert claim.matched_error(variant, "test") == pytest.approx(1 / 6)
    codes[:] = 1
    assert claim.matched_error(variant, "test") == pytest.approx(3 / 6)


def test_a_code_that_shears_is_found_by_slant_alone():
    """Of a bar of two pixels' width, the first continuous code moves the upper half; the second does nothing."""

    def decode(z, category, continuous):
        images = np.full([len(z), 8, 8, 1], -1.0)
        for image, (shear, _) in zip(images, continuous):
            image[:4, 3 - round(shear) : 5 - round(shear)] = 1
            image[4:, 3:5] = 1
        return images

    model = SimpleNamespace(
        latents=lambda n, seed: np.zeros([n, 2]), decode=decode, continuous_dim=2, categories=3
    )
    found = claim.continuous_meanings(SimpleNamespace(model=model), walks=2)
    # Nine values move it to five places: ties keep the correlation a little below 1.
    assert found["c2/slant"] > 0.95 and abs(found["c2/width"]) < 0.95
    assert np.isnan(found["c3/slant"]) and np.isnan(found["c3/width"])
