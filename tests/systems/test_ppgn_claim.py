"""PPGN's claim: hits, variances and errors by hand, what is trained, and which classes are asked for."""

from types import SimpleNamespace

import numpy as np
import pytest

from tfgan_zoo.systems.ppgn import claim


class Model:
    """Chains of all terms reach their class but for the first; others stay at label 0. Images show their label."""

    classes = 3
    eps = [0.1, 2.0, 0.0]
    asked = []

    def encode(self, images):
        return {"h": images.reshape(len(images), -1) + 2}

    def draw(self, h, target, steps, eps, classifier):
        self.asked.append((steps, tuple(eps), classifier))
        reached = np.array(target)
        if not steps or not eps[1]:
            reached = np.zeros(len(target), int)
        reached[0] = 1
        image = (reached / 127.5 - 1).astype(np.float32).reshape(-1, 1, 1, 1)
        return {"image": image, "h": image.reshape(len(image), -1) + 1}


def read(images):
    return {"logits": np.eye(3)[images[:, 0, 0, 0]]}


def test_figures_by_hand():
    model, target = Model(), np.array([0, 0, 1, 2])
    found = claim.compared(model, np.zeros([4, 1]), target, 7, read)
    assert found["hits"] == 0.75 and found["hits_start"] == 0.25
    assert found["gain_without_class"] == 0 and found["variance_ratio"] == 1
    # Codes of images are one more than those of the chain, about 0.
    lengths = np.array([1, 0, 1, 2]) / 127.5
    assert found["code_error"] == pytest.approx(1 / lengths.mean(), rel=1e-3)
    assert model.asked[:4] == [
        (7, (0.1, 2.0, 0.0), None),
        (0, (0.1, 2.0, 0.0), None),
        (7, (0.1, 0.0, 0.0), None),
        (7, (0.0, 2.0, 0.0), None),
    ]
    # In groups, labels 0 and 1 are one class.
    found = claim.compared(model, np.zeros([4, 1]), np.array([0, 0, 1, 1]), 7, read, groups=[0, 0, 1])
    assert found["hits"] == 0.5


def test_the_variance_is_within_classes():
    images = np.reshape([0.0, 2.0, 5.0, 5.0], [4, 1, 1, 1])
    assert claim.variance(images, np.array([0, 0, 1, 1])) == 0.5


def test_the_other_classifier_is_trained_alone_and_plugged_in(monkeypatch):
    asked, seen = {}, []

    def train(name, config_id, overrides, seed):
        asked[name] = overrides
        model = SimpleNamespace(classes=10, classifier=name, encode=lambda images: {"h": images})
        return SimpleNamespace(model=model, config=None, note=lambda key, value: value)

    def compared(model, starts, target, steps, read, classifier, groups):
        seen.append((len(starts), target.tolist(), classifier, groups))
        names = ("hits", "hits_start", "gain_without_class", "variance_ratio", "code_error")
        return dict.fromkeys(names, 0.5 if classifier else 0.25)

    monkeypatch.setattr(claim, "compared", compared)
    monkeypatch.setattr(claim, "reference_arrays", lambda config, split: {"image": np.zeros([50, 1, 1, 1])})
    monkeypatch.setattr(claim, "extractor_of", lambda name: None)
    found = claim.measure(SimpleNamespace(train=train), [0, 1, 2], 4, "some", "test", 2, 9, [0.1, 1.0, 0.0], 0.5)
    assert set(found) == {check.key for check in claim.CHECKS}
    assert found["hits"] == 0.25 and found["hits_swapped"] == 0.5
    assert seen[0] == (20, np.repeat(np.arange(10), 2).tolist(), None, None)
    assert seen[1] == (6, [0, 0, 1, 1, 2, 2], "other_classes", [0, 1, 2])
    assert asked["other_classes"]["networks.classifier.classes"] == 3
    assert asked["other_classes"]["train.stages"] == [{"name": "classifier", "steps": 4}]
