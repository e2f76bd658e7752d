"""How each metric moves when a generator fails in a known way.

    python -m tfgan_zoo.benchmarks.failure_table

Real images are spoilt on purpose: all one image, noise added, half of the classes left out, one
image for each class, or the training images themselves. Each set is scored against the real
ones beside a faithful set, other images of the same data, and every metric must have moved from
that one's value as its paper says. Exit status 1 if one did not.
"""

import sys

import numpy as np
import typer

from tfgan_zoo import data, metrics
from tfgan_zoo.metrics.comparison import compare
from tfgan_zoo.metrics.sides import ImageSide

SETS = ("collapsed", "noisy", "dropping", "one a class", "memorising")

# In the order of SETS: + the value rises, - it falls, = it stays, . no paper says which.
EXPECTED = {
    "fid": "++++-",
    "fid_infinity": "++++-",
    "kid": "++++-",
    "inception_score": "---..",
    "am_score": "+++..",
    "precision": ".-=.+",
    "recall": "-.--+",
    "density": ".-...",
    "coverage": "----.",
    "sliced_wasserstein": "++++-",
    "ms_ssim_diversity": "+-+..",
    "neighbour_distance": ".+..-",
    "intra_class_fid": ".+.+-",
    "classification_accuracy": "...-.",
}

_STAYS = 0.05


def main(n: int = 2000, seed: int = 0, extractor: str = "classifier/fashion_mnist"):
    """Prints the table for N reals and N fakes of the bundled Fashion-MNIST images."""
    rows = measure(n, seed, metrics.load_extractor(extractor))
    print(describe(rows))
    wrong = list(contradictions(rows))
    print("\n".join(wrong) or "Every metric moves as its paper says.")
    sys.exit(1 if wrong else 0)


def measure(n, seed, extractor):
    """{metric: {set: value}} of the sets in SETS and the "faithful" one; None: not defined."""
    examples = data.arrays("fashion_mnist_10k")
    order = np.random.default_rng(seed).permutation(len(examples["image"]))
    images, labels = examples["image"][order], examples["label"][order]
    real = (images[:n], labels[:n])
    real_side = ImageSide(real[0], extractor)
    rows = {metric: {} for metric in EXPECTED}
    for name, fake in spoilt(real, images[n:], labels[n:], seed).items():
        for metric, value in _scores(real_side, real[1], *fake, seed).items():
            rows[metric][name] = value
    return rows


def spoilt(real, images, labels, seed):
    """{set: (images, labels)}, each as large as `real`, from other images with their labels."""
    n = len(real[0])
    rng = np.random.default_rng(seed)
    kept = np.flatnonzero(labels < 5)[:n]
    faces = [np.flatnonzero(labels == label)[0] for label in range(10)]
    noise = rng.normal(0, 50, images[:n].shape)
    return {
        "faithful": (images[:n], labels[:n]),
        "collapsed": (images[[0] * n], labels[[0] * n]),
        "noisy": (np.clip(images[:n] + noise, 0, 255).astype(np.uint8), labels[:n]),
        "dropping": (images[kept], labels[kept]),
        "one a class": (images[np.resize(faces, n)], labels[np.resize(faces, n)]),
        "memorising": real,
    }


def _scores(real, real_labels, images, labels, seed):
    fake = ImageSide(images, real.extractor)
    names = ["fid", "fid_infinity", "kid", "is", "am", "prdc"]
    scores = {s["metric"]: s["value"] for s in compare(fake, real, names, seed)}
    classes = len(np.unique(labels))
    scores |= {
        "sliced_wasserstein": metrics.sliced_wasserstein(
            real.features, fake.features, projections=200, seed=seed
        ),
        "ms_ssim_diversity": metrics.ms_ssim_diversity(images, seed=seed),
        "neighbour_distance": _neighbour_distance(real.images, images),
        "intra_class_fid": None,
        "classification_accuracy": None,
    }
    if classes == 10:
        scores["intra_class_fid"] = metrics.intra_class_frechet_distance(
            real.features, real_labels, fake.features, labels
        )[0]
    if classes > 1:
        # On pixels (a quarter of them, for speed): the features know the classes already.
        scores["classification_accuracy"] = metrics.classification_accuracy_score(
            images[:, ::2, ::2], labels, real.images[:, ::2, ::2], real_labels
        )
    return {name: scores[name] for name in EXPECTED}


def _neighbour_distance(train, images):
    """The median distance, in pixel space, from an image to the nearest training image."""
    vectors = [side.reshape(len(side), -1) / 255.0 for side in (images, train)]
    return float(np.median(metrics.nearest_neighbours(*vectors)[1]))


def moved(faithful, value):
    """+, - or = : by more than a twentieth of the faithful value, or not."""
    if abs(value - faithful) <= _STAYS * abs(faithful):
        return "="
    return "+" if value > faithful else "-"


def contradictions(rows):
    """Yields a sentence for every value that did not move as EXPECTED says."""
    for metric, expected in EXPECTED.items():
        for name, way in zip(SETS, expected):
            value = rows[metric][name]
            if way != "." and (value is None or moved(rows[metric]["faithful"], value) != way):
                yield (
                    f"{metric} of the {name} set: {way} expected, but {value} beside "
                    f"{rows[metric]['faithful']} of the faithful set"
                )


def describe(rows):
    """The table: each value with the way that it moved, in brackets where no paper says which."""
    lines = [f"{'':24}{'faithful':>12}" + "".join(f"{name:>16}" for name in SETS)]
    for metric, expected in EXPECTED.items():
        faithful = rows[metric]["faithful"]
        cells = [_cell(faithful, rows[metric][n], way) for n, way in zip(SETS, expected)]
        lines.append(f"{metric:24}{faithful:>12.4g}" + "".join(f"{cell:>16}" for cell in cells))
    return "\n".join(lines)


def _cell(faithful, value, way):
    if value is None:
        return "undefined    "
    shown = moved(faithful, value)
    return f"{value:.4g} " + (f"({shown})" if way == "." else f" {shown} ")


if __name__ == "__main__":
    typer.run(main)
