"""Data sets of black and white images, each pixel one or the other."""

import dataclasses

import numpy as np

from tfgan_zoo.data.source import OPERATORS
from tfgan_zoo.utils.resize import to_uint8


@OPERATORS.register
def binary(name, find):
    """The source "binary/NAME": NAME, with pixels of 128 and more at 255 in each `image`, and all others at 0.

    Raises ValueError when it is read and NAME has no `image`.
    """
    inner = find(name)

    def read(split, form, take):
        examples = inner.examples(split, form, take)
        if "image" not in examples:
            raise ValueError(f"binary needs image, and {inner.name} has {', '.join(examples)}")
        white = to_uint8(examples["image"]) >= 128
        return {**examples, "image": np.where(white, np.uint8(255), np.uint8(0))}

    return dataclasses.replace(inner, name=f"binary/{name}", read=read)
