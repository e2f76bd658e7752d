"""What `tfgan-zoo evaluate` does: two sides, each named by a string, are read and compared."""

import numpy as np
import tensorflow as tf

from tfgan_zoo import data
from tfgan_zoo.data.given import is_array, members, read_array, source_and_split
from tfgan_zoo.evaluation.references import origin
from tfgan_zoo.hub import models
from tfgan_zoo.hub.config import load_config, run_of
from tfgan_zoo.hub.index import list_configs
from tfgan_zoo.metrics.comparison import METRICS, compare, uses_features
from tfgan_zoo.metrics.features import load_extractor
from tfgan_zoo.metrics.sides import ImageSide, StatisticsSide, save_moments
from tfgan_zoo.utils import cache
from tfgan_zoo.utils.distribution import spans_workers

def evaluate(
    fake,
    real=None,
    metrics=("fid",),
    extractor="inception_2015",
    samples=None,
    seed=0,
    weights="pretrained",
    overrides=None,
    statistics=None,
    **form,
):
    """Scores `fake` against `real`, each of them the name of

    - a config, for samples of its model (it comes before a data set of the same name);
    - an .npz file of moments, that `statistics` or `metrics.save_statistics` wrote;
    - an .npy or .npz file of images [n, H, W(, C)], the only array in it or the one called `image`;
    - anything that `data.load` takes, a folder of images or a data set, with its split after a
      colon ("cifar10:test", "mnist:train[:10000]") or else "train".

    Args:
        real: None stands for the data of the config that `fake` names, or for no reference.
        metrics: names in `metrics.comparison.METRICS`; none to write statistics only.
        extractor: a name for `metrics.load_extractor`, or an `Extractor`; not loaded where all
            metrics are of pixels.
        samples: how many fakes, drawn from a model (None: as many as reals, or 10,000 without any)
            or chosen at random from images (None: all).
        seed: of the samples and of metrics that draw subsets.
        weights: of a config's model: "pretrained", a `.weights.h5` file or a run folder.
        overrides: config keys, as for `models.load`.
        statistics: an .npz file to write, with the moments of the features of `fake` and their
            stamp, which is then a side itself.
        form: `image_size`, `fit`, `channels`, `data_dir` of `data.load`, for sides that are data. What is
            None or not given is as in the config, where `fake` is one, and channels are the model's.

    Returns:
        A list of score dicts, `{"metric", "value", "protocol"}`. The moments of the reals are kept
        in the data cache and computed once.
    """
    is_model = fake in list_configs()
    _check(metrics, is_model or samples is not None, statistics)
    form = {key: value for key, value in form.items() if value is not None}
    if is_model:
        model = models.load(fake, weights, overrides)
        own = load_config(fake, overrides, run=run_of(weights)).data.model_dump()
        own["channels"] = own["channels"] or model.example_shapes[model.example_key][-1]
        form = {key: own[key] for key in ("image_size", "fit", "channels", "data_dir")} | form
        if real is None and metrics:
            form |= {key: own[key] for key in ("take", "keys", "classes")}
            real = own["name"], own["split"]
    if statistics is None and not uses_features(metrics):
        extractor = None
    elif isinstance(extractor, str):
        extractor = _loaded(extractor, [side for side in (fake, real) if side is not None])
    # Workers that share the extractor's work must all do it, whatever lies in each one's cache.
    alone = not spans_workers(tf.distribute.get_strategy())
    reals = _side(real, extractor, form, cache.folder() / "statistics" if alone else None)
    if is_model:
        count = samples or (reals.count if reals else 10_000)
        images = model.generate(count, seed=seed)
        fakes = ImageSide(images, extractor, fake, seed=seed)
    else:
        fakes = _side(fake, extractor, form, samples=samples, seed=seed)
    if statistics is not None:
        save_moments(fakes, statistics)
    return compare(fakes, reals, metrics, seed)


def _check(metrics, at_random, statistics):
    """Raises ValueError for what cannot be done, before the work begins."""
    paired = [name for name in metrics if name in METRICS and METRICS[name].paired]
    if paired and at_random:
        raise ValueError(
            f"{paired[0]} compares images pair by pair, in their order; random samples have no "
            "pairs: name two sets of images, without a number of samples"
        )
    if statistics is not None and not str(statistics).endswith(".npz"):
        raise ValueError(f"statistics are written to a file that ends in .npz; got {statistics}")


def _loaded(extractor, sides):
    """The extractor of that name, or None where all sides are statistics, which need none."""
    return None if all(map(_is_statistics, sides)) else load_extractor(extractor)


def describe(scores):
    """Lines of text: every value, and below those of one stamp the stamp, its hash cut short."""
    lines = []
    for position, score in enumerate(scores):
        lines.append(f"{score['metric']}: {score['value']:.6g}")
        following = scores[position + 1]["protocol"] if position + 1 < len(scores) else None
        if score["protocol"] != following:
            lines.append(f"  ({', '.join(_shown(score['protocol']))})")
    return "\n".join(lines)


def _shown(stamp):
    for key, value in stamp.items():
        yield f"{key}={value[:16] if key in ('weights_hash', 'contents') else value}"


def _side(name, extractor, form, cache_folder=None, samples=None, seed=0):
    if name is None:
        return None
    if _is_statistics(name):
        if samples is not None:
            raise ValueError(f"{name} holds moments; {samples} samples cannot be chosen from them")
        return StatisticsSide(name)
    if name in list_configs():
        raise ValueError(f"the reference {name} is a config; name a data set or files instead")
    source, split = source_and_split(name)
    given = {"image": read_array(source)} if is_array(source) else source
    examples = data.arrays(given, split, **form)
    if "image" not in examples:
        raise ValueError(f"{source}:{split} holds points, not images; there are no features of it")
    images = _chosen(examples["image"], samples, seed, source)
    facts = origin(given, split, examples, form)
    drawn_by = None if samples is None else seed
    return ImageSide(images, extractor, facts.pop("data"), cache_folder, drawn_by, facts)


def _is_statistics(name):
    return isinstance(name, str) and name.endswith(".npz") and is_array(name) and "stamp" in members(name)


def _chosen(images, samples, seed, name):
    if samples is None:
        return images
    if not 1 <= samples <= len(images):
        raise ValueError(f"{name} holds {len(images)} images; {samples} cannot be chosen from them")
    rows = np.random.default_rng(seed).choice(len(images), samples, replace=False)
    return images[np.sort(rows)]
