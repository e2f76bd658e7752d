"""XGAN's claim: which embeddings name their sources and speak alike of both domains, and its baseline."""

from types import SimpleNamespace

import numpy as np
import pytest

from tfgan_zoo.data.avatars import ATTRIBUTES
from tfgan_zoo.hub.config import load_config
from tfgan_zoo.systems.xgan import claim

GREYS = np.linspace(0, 255, 60).round().astype(np.uint8)
GLASSES = (GREYS > 127).astype(int)


def greys(values):
    return np.broadcast_to(np.asarray(values, np.uint8)[:, None, None, None], [len(values), 4, 4, 1])


def reals():
    """Flat greys, of which the bright ones have glasses; in B white is black. Of one nothing is known."""
    attributes = np.full([len(GREYS), len(ATTRIBUTES)], -1)
    attributes[1:, list(ATTRIBUTES).index("glasses")] = GLASSES[1:]
    return {
        "image_a": greys(GREYS),
        "image_b": greys(255 - GREYS),
        "attributes_a": attributes,
        "attributes_b": attributes,
    }


class Understanding:
    """Embeds a grey of A as an angle from 0 to a quarter turn, and one of B as the negative's."""

    def embed(self, images, domain):
        grey = images.mean(axis=(1, 2, 3)) * (1 if domain == "a" else -1)
        angle = (grey + 1) * np.pi / 4
        return np.stack([np.cos(angle), np.sin(angle)], axis=-1)

    def translate(self, images, direction):
        assert direction == "a_to_b"
        return -images


class Mistaken(Understanding):
    """Embeds B as if it were A, and translates all images to one."""

    def embed(self, images, domain):
        return super().embed(images, "a")

    def translate(self, images, direction):
        return np.full_like(images, 0.9)


def variant(model):
    values = {}

    def note(key, value):
        return values.setdefault(key, float(value))

    return SimpleNamespace(model=model, config=load_config("xgan/avatars"), values=values, note=note)


def test_sources_are_found_by_the_embeddings_of_their_translations():
    found = claim.consistency(Understanding(), greys(GREYS))
    own = Understanding().embed(greys(GREYS) / 127.5 - 1, "a")
    pairs = [own[i] @ own[j] for i in range(len(own)) for j in range(len(own)) if i != j]
    assert found == {"retrieval": 1, "similarity": pytest.approx(np.mean(pairs), rel=1e-5)}
    assert claim.consistency(Mistaken(), greys(GREYS))["retrieval"] == pytest.approx(1 / len(GREYS))


def test_probes_of_a_are_read_in_b():
    columns = {"glasses": list(ATTRIBUTES).index("glasses")}
    found = claim.alignment(Understanding(), reals(), reals(), columns)
    assert found["transfer"] > 0.9 and found["domain"] == pytest.approx(0.5, abs=0.05)
    assert claim.alignment(Mistaken(), reals(), reals(), columns)["transfer"] < 0.1
    assert set(claim.alignment(Understanding(), reals(), reals(), {})) == {"domain"}


def test_the_judge_learns_attributes_of_b_alone(monkeypatch):
    asked = {}
    monkeypatch.setattr(
        claim.probes, "classifier", lambda images, labels, epochs, seed: asked.update(images=images, **labels)
    )
    column = list(ATTRIBUTES).index("glasses")
    claim.judge_of(reals(), {"glasses": column}, epochs=1, seed=0)
    n = len(GREYS)
    np.testing.assert_array_equal(asked["images"], np.concatenate([greys(GREYS), greys(255 - GREYS)]))
    np.testing.assert_array_equal(asked["domain"], [0] * n + [1] * n)
    np.testing.assert_array_equal(asked["glasses"], [-1] * n + reals()["attributes_b"][:, column].tolist())


def test_figures_of_a_pair(monkeypatch):
    monkeypatch.setattr(claim, "reference_arrays", lambda config, split=None: reals())
    monkeypatch.setattr(claim, "judge_of", lambda *given: "judge")

    def read(judge, images):
        """Of a dark image glasses, as B draws them; what is nearly white is not in B's style."""
        grey = images.mean(axis=(1, 2, 3))
        return {"domain": (grey < 240).astype(int), "glasses": (grey < 127).astype(int)}

    monkeypatch.setattr(claim.probes, "read", read)
    ours, plain = variant(Understanding()), variant(Mistaken())
    found = claim.compared(ours, plain, 40, 1, ["glasses"], seed=0)
    assert set(found) == {check.key for check in claim.CHECKS}
    assert found["style"] == pytest.approx((GREYS > 15).mean()) and found["style_plain"] == 0
    assert found["kept"] > 0.8 and found["kept_plain"] == 0
    assert found["retrieval_lead"] == found["retrieval"] - found["retrieval_plain"] == 1 - 1 / 40
    assert found["transfer_lead"] == found["transfer"] - found["transfer_plain"]
    assert plain.values["retrieval"] == found["retrieval_plain"]


def test_figures_are_means_over_seeds_and_the_baseline_differs_in_two_weights(monkeypatch):
    trained = []

    def train(name, config_id, overrides, seed):
        trained.append((name, seed, overrides))
        return SimpleNamespace(seed=seed)

    monkeypatch.setattr(
        claim, "compared", lambda ours, plain, *_: {"retrieval": float(ours.seed + plain.seed)}
    )
    found = claim.measure(SimpleNamespace(train=train), 4, 2, 1, seeds=[1, 3])
    assert found == {"retrieval": (4.0, pytest.approx(2.0))}
    assert [(name, seed) for name, seed, _ in trained] == [
        ("xgan", 1),
        ("plain", 1),
        ("xgan", 3),
        ("plain", 3),
    ]
    ours, plain = trained[0][2], trained[1][2]
    assert plain == ours | {"system_args.semantic_weight": 0.0, "system_args.domain_weight": 0.0}
