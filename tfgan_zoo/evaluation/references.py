"""What protocols compare with: the data of a config, and extractors of features."""

import functools

from tfgan_zoo import data, metrics


def reference_settings(config, split=None):
    """The arguments of `data.arrays` for the config's data, of its own split or another, with all their labels."""
    settings = {**config.data.model_dump(), "labelled": None}
    return settings if split is None else {**settings, "split": split}


def reference_arrays(config, split=None):
    """The config's data as arrays, of its own split or another, with all their labels."""
    return data.arrays(**reference_settings(config, split))


def stamp(config, split, examples):
    """What a protocol says of the reals that a score is held to, as `origin`.

    Args:
        split: theirs; None for the config's own.
        examples: the dict of arrays that `reference_arrays` gave for it.
    """
    form = config.data.model_dump()
    return origin(form["name"], split or form["split"], examples, form)


def origin(name, split, examples, form):
    """Where examples come from, and how they were brought to their size, as a protocol says it.

    Args:
        name: as `data.load` takes it.
        split: as `data.load` takes it.
        examples: the dict of arrays that it stands for.
        form: a dict with what there is of `image_size`, `fit`, `classes` and `data_dir` of `data.load`.

    Returns:
        {"data", "image_size", "fit", "classes", "contents"}: the size and the fit where images were brought to one,
        the classes where only some were taken. Files and arrays are known by the hash of their contents, wherever
        they lie, and other data by their name.
    """
    is_named = isinstance(name, str) and not data.is_of_files(name, form.get("data_dir"))
    facts = {"data": f"{name}:{split}" if is_named else f"files:{split}"}
    if form.get("image_size") is not None:
        facts |= {"image_size": form["image_size"], "fit": form.get("fit", "crop")}
    if form.get("classes") is not None:
        facts["classes"] = form["classes"]
    if not is_named:
        facts["contents"] = data.contents(examples)
    return facts


def held_out_batch(config, count=10):
    """A batch of the first examples that the config's training never sees, where it names such.

    It has `count` of them, or all that there are; 10 are what a run's pictures show translations of.
    """
    settings = reference_settings(config, config.held_out)
    count = min(count, data.info(**settings).num_examples)
    return next(iter(data.load(**settings, batch_size=count, shuffle=False)))


@functools.lru_cache(maxsize=2)
def extractor_of(name):
    """Loaded once for all the scorings of a run."""
    return metrics.load_extractor(name)
