"""Data sets made of others: images with the embedding of their caption and an image of another one."""

import hashlib

import numpy as np

from tfgan_zoo.data.source import OPERATORS, Source
from tfgan_zoo.text import encoders
from tfgan_zoo.utils import cache


@OPERATORS.register
def captioned(name, find):
    """"captioned/NAME" or "captioned/NAME@ENCODER": NAME with `text` and `wrong_image`, and its other keys.

    `text` [B, d] is the embedding of an example's caption, or where NAME has none of the name of its class,
    by the text encoder ENCODER, which is called like the data where it is not said (see
    `tfgan_zoo.text.encoders`). `wrong_image` is that of another example, of another class or where there
    are no labels of another caption, anew in every epoch. By chance it may fit, where captions leave much open.

    Raises FileNotFoundError where the encoder has no weights, ValueError where there is no such encoder,
    there are neither captions nor named classes, or all examples are of one class.
    """
    data, _, encoder = name.partition("@")
    inner = find(data)
    encoder = encoder or data

    def read(split, form, take):
        examples = inner.examples(split, form, take)
        if "image" not in examples:
            raise ValueError(f"captioned needs images, and {data} has {', '.join(examples)}")
        examples = {**examples, "caption": _captions(examples, inner), "wrong_image": examples["image"]}
        if len(np.unique(_classes(examples))) < 2:
            raise ValueError(f"captioned needs two classes or more, and these examples of {data} have one")
        return {**examples, "text": _embedded(examples["caption"], encoder)}

    return Source(f"captioned/{name}", read, inner.class_names, unlike={"wrong_image": _classes})


def _classes(examples):
    return examples["label"] if "label" in examples else examples["caption"]


def _captions(examples, source):
    if "caption" in examples:
        return examples["caption"]
    if "label" in examples and source.class_names:
        return np.array(source.class_names)[examples["label"]]
    raise ValueError(f"captioned needs captions or class names, and {source.name} has {', '.join(examples)}")


def _embedded(captions, encoder_name):
    """The embeddings of captions, float32 [N, d], each distinct one made once and kept in the zoo's cache."""
    distinct, places = np.unique(captions, return_inverse=True)
    digest = hashlib.sha256("\n".join(distinct).encode()).hexdigest()
    found = cache.fetch(
        f"text_{encoder_name}",
        {"encoder": encoder_name, "captions": digest},
        {"weights": encoders.find(encoder_name)[1]},
        lambda: {"text": encoders.load(encoder_name).embed_captions(distinct)},
    )
    return found["text"][places]
