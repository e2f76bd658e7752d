"""How well images and captions find each other."""

import numpy as np


def retrieved(image_embeddings, text_embeddings, captions, choices=10):
    """The chance that an image [n, d] scores its own text [n, d] above `choices` - 1 others drawn at random.

    The mean over images of the exact probability, where the others are drawn without replacement from the
    texts with another caption; a tie is lost. By chance alone it is 1 / `choices`.

    Raises ValueError where an image has fewer than `choices` - 1 others.
    """
    scores = np.asarray(image_embeddings, np.float64) @ np.asarray(text_embeddings, np.float64).T
    captions = np.asarray(captions)
    found = []
    for own, (row, caption) in enumerate(zip(scores, captions)):
        others = row[captions != caption]
        if len(others) < choices - 1:
            raise ValueError(f"{choices} choices need {choices - 1} other captions; there are {len(others)}")
        below = np.count_nonzero(others < row[own])
        drawn = np.arange(choices - 1)
        found.append(np.prod(np.maximum(below - drawn, 0) / (len(others) - drawn)))
    return float(np.mean(found))
