"""Two sets of images compared by the names of metrics, each value with the stamp that it needs."""

import dataclasses
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from tfgan_zoo.metrics.frechet import frechet_distance, frechet_distance_infinity
from tfgan_zoo.metrics.image_quality import ms_ssim_diversity, psnr, ssim
from tfgan_zoo.metrics.kernel import kernel_distance, kernel_distance_subsets
from tfgan_zoo.metrics.labels import am_score, inception_score
from tfgan_zoo.metrics.manifolds import density_coverage, precision_recall
from tfgan_zoo.metrics.protocol import ProtocolMismatch
from tfgan_zoo.metrics.sides import form_of, size_of
from tfgan_zoo.metrics.wasserstein import sliced_wasserstein
from tfgan_zoo.utils.spelling import nearest


def compare(fake, real=None, metrics=("fid",), seed=0):
    """The scores of one side against another, as a list of dicts `{"metric", "value", "protocol"}`.

    fake, real: an `ImageSide` or a `StatisticsSide`; real may be None for metrics of fakes alone.
    metrics: names in `METRICS`; seed: of those that draw at random. One name may give several
    scores, as "prdc" does.

    Raises ProtocolMismatch where the sides' features are of unlike extractors, ValueError for
    unknown names, sides of unlike image sizes, and metrics that need what a side has not.
    """
    of_features = uses_features(metrics)
    if real is not None and of_features:
        real.stamp.require(fake.stamp, "the other side")
    for name in metrics:
        if not METRICS[name].alone:
            _require_alike(name, real, fake)
    return [score for name in metrics for score in _scores(name, real, fake, seed)]


def uses_features(metrics):
    """Whether any of the named metrics needs an extractor. Raises ValueError for unknown names."""
    unknown = [name for name in metrics if name not in METRICS]
    if unknown:
        raise ValueError(f"no metric {unknown[0]!r}.{nearest(unknown[0], METRICS)}")
    return any(METRICS[name].pixels is None for name in metrics)


def _require_alike(name, real, fake):
    """Raises ValueError where a metric of two sides cannot be computed of these."""
    metric = METRICS[name]
    if real is None:
        raise ValueError(f"{name} needs real images or their statistics to compare with")
    sizes = size_of(real), size_of(fake)
    if all(sizes) and sizes[0] != sizes[1]:
        of_real, of_fake = (" x ".join(map(str, size)) for size in sizes)
        raise ValueError(
            f"reals are {of_real} and fakes {of_fake}; bring both to one size, as with --image-size"
        )
    if form_of(real) and form_of(fake) and form_of(real) != form_of(fake):
        raise ProtocolMismatch(
            f"reals were brought to their size by {form_of(real)} and fakes by {form_of(fake)}; read both alike"
        )
    if metric.pixels and real.images.shape[3] != fake.images.shape[3]:
        raise ValueError(
            f"{name} compares pixels; reals have {real.shape[2]} channel(s), fakes {fake.shape[2]}"
        )
    if metric.paired and real.count != fake.count:
        raise ValueError(
            f"{name} compares the images pair by pair, in their order; there are {real.count} reals "
            f"and {fake.count} fakes, and these must be as many"
        )


def _scores(name, real, fake, seed):
    metric = METRICS[name]
    settings = {key: seed if key == "seed" else value for key, value in metric.settings.items()}
    if metric.pixels is None:
        stamp = dataclasses.asdict(fake.stamp)
    else:
        stamp = {"features": metric.pixels, "shape": list(fake.images.shape[1:])}
    stamp |= {"n_fake": fake.count, "seed": fake.seed} | form_of(fake)
    if not metric.alone:
        stamp |= {"n_real": real.count, "split": real.name} | real.facts
    stamp = {key: value for key, value in (stamp | settings).items() if value is not None}
    return [
        {"metric": score, "value": float(value), "protocol": stamp}
        for score, value in metric.measure(real, fake, **settings).items()
    ]


def _fid(real, fake):
    return {"fid": frechet_distance(real.moments, fake.moments)}


def _fid_infinity(real, fake, points, seed):
    value = frechet_distance_infinity(real.moments, fake.features, points=points, seed=seed)
    return {"fid_infinity": value}


def _kid(real, fake):
    return {"kid": kernel_distance(real.features, fake.features)}


def _kid_subsets(real, fake, subsets, size, seed):
    mean, deviation = kernel_distance_subsets(real.features, fake.features, subsets, size, seed)
    return {"kid_subsets": mean, "kid_subsets/deviation": deviation}


def _inception_score(real, fake, splits):
    mean, deviation = inception_score(fake.logits, splits)
    return {"inception_score": mean, "inception_score/deviation": deviation}


def _am_score(real, fake):
    return {"am_score": am_score(real.logits, fake.logits)}


def _prdc(real, fake, k_precision_recall, k_density_coverage):
    precision, recall = precision_recall(real.features, fake.features, k_precision_recall)
    density, coverage = density_coverage(real.features, fake.features, k_density_coverage)
    return {"precision": precision, "recall": recall, "density": density, "coverage": coverage}


def _sliced_wasserstein(real, fake, projections, seed):
    rows = [side.images.reshape(side.count, -1) / 127.5 - 1 for side in (real, fake)]
    return {"sliced_wasserstein": sliced_wasserstein(*rows, projections, seed)}


def _ms_ssim_diversity(real, fake, pairs, seed):
    return {"ms_ssim_diversity": ms_ssim_diversity(fake.images, pairs, seed=seed)}


def _psnr(real, fake):
    return {"psnr": _mean_over_pairs(psnr, real.images, fake.images)}


def _ssim(real, fake):
    return {"ssim": _mean_over_pairs(ssim, real.images, fake.images)}


def _mean_over_pairs(similarity, real, fake, block=256):
    starts = range(0, len(real), block)
    values = [similarity(real[i : i + block], fake[i : i + block]) for i in starts]
    return np.concatenate(values).mean()


class Metric(NamedTuple):
    """What a name in `METRICS` stands for.

    measure: a function of (real, fake, **settings) -> {score: value}. settings: what its stamp
    shows beside the sides. pixels: for a metric of pixels, not features, how they are scaled.
    alone: it is of the fakes alone. paired: it takes the i-th fake with the i-th real.
    """

    measure: Callable
    settings: dict = {}
    pixels: str | None = None
    alone: bool = False
    paired: bool = False


_SIGNED, _UNIT = "pixels in [-1, 1], 256 levels", "pixels in [0, 1], 256 levels"

METRICS = {
    "fid": Metric(_fid),
    "fid_infinity": Metric(_fid_infinity, {"points": 15, "seed": 0}),
    "kid": Metric(_kid),
    "kid_subsets": Metric(_kid_subsets, {"subsets": 100, "size": 1000, "seed": 0}),
    "is": Metric(_inception_score, {"splits": 10}, alone=True),
    "am": Metric(_am_score),
    "prdc": Metric(_prdc, {"k_precision_recall": 3, "k_density_coverage": 5}),
    "sliced_wasserstein": Metric(_sliced_wasserstein, {"projections": 256, "seed": 0}, _SIGNED),
    "ms_ssim_diversity": Metric(_ms_ssim_diversity, {"pairs": 1000, "seed": 0}, _UNIT, alone=True),
    "psnr": Metric(_psnr, pixels=_UNIT, paired=True),
    "ssim": Metric(_ssim, pixels=_UNIT, paired=True),
}
