"""BiGAN's claim: medians of what the seeds keep, and neighbours by hand."""

from types import SimpleNamespace

import numpy as np
import pytest

from tfgan_zoo.systems.bigan import claim


def test_medians_of_the_seeds_and_the_first_ones_neighbours_are_judged(monkeypatch):
    kept = {"bigan": [0.5, 0.3, 0.4], "unpaired": [0.3, 0.0, 0.2], "regressor": [0.7]}
    asked = {}

    def train(name, config_id, overrides, seed):
        asked[name] = overrides
        model = SimpleNamespace(reconstruct=lambda images: kept[name][seed], name=name)
        config = SimpleNamespace(data=SimpleNamespace(split="train"))
        return SimpleNamespace(model=model, config=config, note=lambda key, value: value)

    monkeypatch.setattr(claim, "labelled_images", lambda config, split: (np.zeros(5), np.zeros(5)))
    monkeypatch.setattr(claim, "classes_kept", lambda made, labels, extractor: made)
    monkeypatch.setattr(claim, "distance_ratio", lambda images, made: 1 - made)
    monkeypatch.setattr(claim, "build", lambda config: SimpleNamespace(name="untrained"))
    neighbours = {"bigan": 0.9, "untrained": 0.8}
    monkeypatch.setattr(claim, "_neighbours", lambda model, training, test: neighbours[model.name] - len(training[0]))
    found = claim.measure(SimpleNamespace(train=train), [0, 1, 2], "classifier/mnist", known=3)
    assert found == pytest.approx(
        {
            "kept": 0.4,
            "kept_lead": 0.2,
            "kept_unpaired": 0.2,
            "kept_regressor": 0.7,
            "distance_ratio": 0.6,
            "neighbours": -2.1,
            "neighbours_untrained": -2.2,
        }
    )
    assert asked["unpaired"]["system_args.objective"] == "unpaired"
    assert asked["regressor"]["networks.discriminator.latent_dim"] is None


def test_the_nearest_image_by_features_gives_its_label():
    model = SimpleNamespace(encode=lambda images: {"features": np.abs(images)})
    training = np.array([[1.0], [5.0]], np.float32), np.array([0, 1])
    test = np.array([[-1.2], [-4.0], [6.0], [0.0]], np.float32), np.array([0, 1, 1, 1])
    assert claim._neighbours(model, training, test) == 0.75
