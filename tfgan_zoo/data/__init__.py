"""Named data sets, image folders, arrays and toy densities as `tf.data` streams of dict batches."""

from tfgan_zoo.data import toys
from tfgan_zoo.data.facts import Info, contents
from tfgan_zoo.data.find import is_known
from tfgan_zoo.data.pipeline import arrays, info, is_of_files, load
from tfgan_zoo.data.prepared import prepare
from tfgan_zoo.data.taken import LeftOut

__all__ = ["Info", "LeftOut", "arrays", "contents", "info", "is_known", "is_of_files", "load", "prepare", "toys"]
