"""The chance to find the right caption, against counting all draws."""

import itertools

import numpy as np
import pytest

from tfgan_zoo.text.retrieval import retrieved

RNG = np.random.default_rng(0)


def counted(scores, captions, choices):
    """By trying every set of rivals."""
    found = []
    for own, row in enumerate(scores):
        others = [column for column, caption in enumerate(captions) if caption != captions[own]]
        draws = list(itertools.combinations(others, choices - 1))
        found.append(np.mean([all(row[rival] < row[own] for rival in draw) for draw in draws]))
    return np.mean(found)


@pytest.mark.parametrize("choices", [2, 3, 5])
def test_it_is_the_share_of_all_draws(choices):
    images, texts = RNG.normal(size=(2, 8, 3))
    captions = list("aabcdefg")
    expected = counted(images @ texts.T, captions, choices)
    assert 0.05 < expected < 0.95
    assert retrieved(images, texts, captions, choices) == pytest.approx(expected, abs=1e-12)


def test_the_ends_of_its_range():
    right = np.eye(20, dtype=np.float32)
    captions = [str(i) for i in range(20)]
    assert retrieved(right, right, captions) == 1
    # Ties are lost.
    assert retrieved(np.zeros([20, 4]), np.zeros([20, 4]), captions) == 0
    guesses = RNG.normal(size=(2, 400, 16))
    assert retrieved(*guesses, np.arange(400)) == pytest.approx(0.1, abs=0.03)


def test_the_same_caption_is_no_rival():
    images = np.eye(12, dtype=np.float32)
    texts = images.copy()
    texts[1, 0] = 5.0
    captions = ["twice", "twice", *map(str, range(10))]
    assert retrieved(images, texts, captions) == 1
    assert retrieved(images, texts, list(map(str, range(12)))) < 1


def test_too_few_captions():
    with pytest.raises(ValueError, match="10 choices need 9 other captions; there are 2"):
        retrieved(np.eye(3), np.eye(3), ["a", "b", "c"])
