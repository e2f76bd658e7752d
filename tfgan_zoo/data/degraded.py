"""Data sets of images with a degraded copy of each, to restore it from."""

import dataclasses
import re

import numpy as np

from tfgan_zoo.data.source import OPERATORS
from tfgan_zoo.utils.resize import bicubic, to_uint8

_WAY = re.compile(r"bicubic([2-9])/(.+)")


@OPERATORS.register
def degraded(name, find):
    """The source "degraded/bicubic4/NAME": NAME, with each `image` shrunk four times as its `condition`.

    Conditions are float32 [B,H/4,W/4,C] in [0,1], made by an antialiased bicubic filter and rounded to 256
    levels. Any factor from 2 to 9 may stand for 4; it must divide the size that is asked for.

    Raises:
        ValueError: another name; when it is read, NAME has no `image`, or the factor does not divide its
            size.
    """
    way = _WAY.fullmatch(name)
    if way is None:
        raise ValueError(
            f"degraded is degraded/bicubicN/NAME, with a factor N from 2 to 9; got 'degraded/{name}'"
        )
    factor, inner = int(way[1]), find(way[2])

    def read(split, form, take):
        examples = inner.examples(split, form, take)
        if "image" not in examples:
            raise ValueError(f"degraded needs image, and {inner.name} has {', '.join(examples)}")
        return {"condition": _shrunk(to_uint8(examples["image"]), factor), **examples}

    return dataclasses.replace(inner, name=f"degraded/{name}", read=read)


def _shrunk(images, factor):
    """uint8 images [N,H,W,C] -> float32 [N,H/factor,W/factor,C] in [0,1]."""
    height, width = images.shape[1:3]
    if height % factor or width % factor:
        raise ValueError(
            f"images of {height} x {width} cannot be shrunk {factor} times: give an image_size that is a "
            f"multiple of {factor}"
        )
    return np.float32(1 / 255) * bicubic(images, (height // factor, width // factor))
