"""What protocols compare with: the data of a config, and extractors of features."""

import functools

from tfgan_zoo import data, metrics


def reference_arrays(config, split=None):
    """The config's data as arrays, of its own split or another."""
    settings = config.data.model_dump()
    if split is not None:
        settings["split"] = split
    return data.arrays(**settings)


def held_out_batch(config, count=10):
    """A batch of the first examples that the config's training never sees, where it names such.

    It has `count` of them, or all that there are; 10 are what a run's pictures show translations of.
    """
    settings = config.data.model_dump()
    settings["split"] = config.held_out or settings["split"]
    count = min(count, data.info(**settings).num_examples)
    return next(iter(data.load(**settings, batch_size=count, shuffle=False)))


@functools.lru_cache(maxsize=2)
def extractor_of(name):
    """Loaded once for all the scorings of a run."""
    return metrics.load_extractor(name)
