"""Named data sets, image folders, arrays and toy densities as `tf.data` streams of dict batches."""

from tfgan_zoo.data import toys
from tfgan_zoo.data.pipeline import Info, arrays, info, load
from tfgan_zoo.data.prepared import prepare

__all__ = ["Info", "arrays", "info", "load", "prepare", "toys"]
