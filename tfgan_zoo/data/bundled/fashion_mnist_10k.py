"""The 10,000 test images of Fashion-MNIST (Zalando SE, MIT licence), bundled without loss.

`build_fashion_mnist_10k.py` beside this file makes the data file again, to the same bytes.
"""

import functools
from pathlib import Path

import numpy as np

from tfgan_zoo.data.source import SOURCES, in_memory

PATH = Path(__file__).with_suffix(".npz")

count = 10_000

class_names = (
    "T-shirt/top",
    "Trouser",
    "Pullover",
    "Dress",
    "Coat",
    "Sandal",
    "Shirt",
    "Sneaker",
    "Bag",
    "Ankle boot",
)

SHA256 = {
    "image": "a9992674c0829388fd1091ffeff42b17465e7d087a7b60f421c01a800cdc8e65",
    "label": "c637fa317d0ac4908065e67c58b431dfd3b9c28cd89e6fa8904cc8761ea79f59",
}


@functools.cache
def read():
    """{"image": uint8 [10000, 28, 28, 1], "label": int32 [10000]}, read-only; 1,000 of each class."""
    with np.load(PATH, allow_pickle=False) as file:
        examples = {"image": file["image"], "label": file["label"].astype(np.int32)}
    for array in examples.values():
        array.setflags(write=False)
    return examples


@SOURCES.register
def fashion_mnist_10k(data_dir=None):
    """The images and labels as a source of one split, "train"."""
    return in_memory("fashion_mnist_10k", {"train": count}, lambda split: read(), class_names)
