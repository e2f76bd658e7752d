"""What protocols compare with: the data of a config, and extractors of features."""

import functools

from tfgan_zoo import data


def reference_arrays(config, split=None):
    """The config's data as arrays, of its own split or another."""
    settings = config.data.model_dump()
    if split is not None:
        settings["split"] = split
    return data.arrays(**settings)


def held_out_batch(config, count):
    """A batch of the first `count` examples that the config's training never sees, where it names such."""
    settings = config.data.model_dump()
    settings["split"] = config.held_out or settings["split"]
    return next(iter(data.load(**settings, batch_size=count, shuffle=False)))


@functools.lru_cache(maxsize=2)
def extractor_of(name):
    """Loaded once for all the scorings of a run."""
    from tfgan_zoo import metrics

    return metrics.load_extractor(name)
