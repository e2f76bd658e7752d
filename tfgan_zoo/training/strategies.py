"""`tf.distribute` strategies by name."""

import tensorflow as tf

from tfgan_zoo.index import nearest

_STRATEGIES = {"none": lambda: None, "mirrored": tf.distribute.MirroredStrategy}


def make(name):
    """The strategy of that name, or None for "none".

    Raises:
        ValueError: the name is unknown.
    """
    if name not in _STRATEGIES:
        raise ValueError(f"There is no strategy {name!r}.{nearest(name, _STRATEGIES)}")
    return _STRATEGIES[name]()
