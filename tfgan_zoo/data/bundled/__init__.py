"""Data files that ship with the package, each with its licence beside it."""

from tfgan_zoo.data.bundled import fashion_mnist_10k

DATASETS = {"fashion_mnist_10k": fashion_mnist_10k}
