"""AM-GAN's claim: entropies by hand, which baselines are trained, which medians are judged, and the protocol."""

from types import SimpleNamespace

import numpy as np
import pytest

from tfgan_zoo.hub import models
from tfgan_zoo.hub.config import load_config
from tfgan_zoo.systems.am_gan import claim, evaluation


def test_entropy_by_hand():
    logits = np.log([[0.5, 0.25, 0.25], [1e-30, 1.0, 1e-30]])
    assert claim.mean_entropy(logits) == pytest.approx(1.5 * np.log(2) / 2, rel=1e-6)


def test_medians_of_seeds_are_judged(monkeypatch):
    trained = []
    shares = {"am_gan": (0.9, 0.8, 0.6), "gan": (0.6, 0.6, 0.5), "labelgan": (0.95, 0, 0)}

    def train(name, config_id, overrides, seed):
        trained.append((name, seed, overrides))
        share = shares[name][seed]
        model = SimpleNamespace(generate=lambda n, seed: np.full([n, 2], np.log([share, 1 - share])))
        return SimpleNamespace(model=model, config=None, note=lambda key, value: value)

    monkeypatch.setattr(claim.metrics, "load_extractor", lambda name: lambda images: {"logits": images})
    monkeypatch.setattr(claim, "reference_arrays", lambda config: {"image": np.zeros([4, 2])})
    found = claim.measure(SimpleNamespace(train=train), 10, [0, 1, 2], "some", 6)

    def h(p):
        return -p * np.log(p) - (1 - p) * np.log(1 - p)

    assert found["entropy_ratio"] == pytest.approx(h(0.8) / h(0.6), rel=1e-6)
    assert found["entropy"] == pytest.approx(h(0.8)) and found["entropy_labelgan"] == pytest.approx(h(0.95))
    assert found["entropy_real"] == pytest.approx(np.log(2))
    # Reals are of both classes alike; KL(real || samples).
    divergence = -0.5 * np.log(0.95 * 0.05) - np.log(2)
    assert found["am_score_labelgan"] == pytest.approx(divergence + h(0.95), rel=1e-5)
    assert set(found) == {check.key for check in claim.CHECKS}
    assert [(name, seed) for name, seed, _ in trained] == [
        *((name, seed) for seed in range(3) for name in ("am_gan", "gan")), ("labelgan", 0),
    ]  # fmt: skip
    assert all(overrides["optimizers.generator.learning_rate.decay_steps"] == 10 for *_, overrides in trained)


def built(name):
    return models.build(load_config(claim.CONFIG, claim.VARIANTS[name], smoke=True))


def test_the_gan_has_the_same_layers_and_one_logit():
    ours, theirs = built("am_gan"), built("gan")
    assert type(theirs).__name__ == "GAN" and theirs.prior == ours.prior == "normal" and theirs.k == 1
    assert theirs.discriminator.output_shape == (None, 1)
    shapes = [[tuple(v.shape) for v in model.discriminator.trainable_variables[:-2]] for model in (ours, theirs)]
    assert shapes[0] == shapes[1]
    assert built("labelgan").targets == "any_class"


def test_the_protocol_is_the_am_score_of_samples_beside_reals():
    config = load_config(claim.CONFIG, smoke=True)
    model = models.build(config)
    (score,) = evaluation.am_score(model, config, None, "classifier/fashion_mnist", samples=20)
    read = evaluation.extractor_of("classifier/fashion_mnist")
    real = read(evaluation.reference_arrays(config)["image"])["logits"]
    expected = claim.metrics.am_score(real, read(model.generate(20, seed=0))["logits"])
    assert score["metric"] == "am_score" and score["value"] == pytest.approx(expected, rel=1e-6)
    assert score["protocol"]["n_fake"] == 20 and score["protocol"]["n_real"] == 64
