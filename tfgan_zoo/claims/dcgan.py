"""DCGAN's claims: the discriminator's features are useful, and latents interpolate."""

import numpy as np
from sklearn.model_selection import GridSearchCV
from sklearn.svm import LinearSVC

from tfgan_zoo import data, latents, metrics, zoo
from tfgan_zoo.claims import at_least, at_most, reported

CLAIM = "D's convolutions are good features for a linear classifier, and walks in latent space stay real."
PAPER = (
    "Table 1: D's features and an L2-SVM reach 82.8% on CIFAR-10, k-means features 80.6%; figure 4: "
    "smooth walks between latents"
)


def check(bench, labelled, test, extractor, samples, seed=0):
    """Measures the weights that ship for Fashion-MNIST.

    Args:
        labelled, test: how many labelled images the SVM learns from and is tested on.
        extractor, samples: of the Frechet distances of walks.
    """
    trained = bench.shipped("dcgan", "dcgan/fashion_mnist")
    settings = trained.config.data.model_dump()
    train = data.arrays(**settings)
    held_out = _other_split(settings)
    untrained = zoo.build(trained.config)
    accuracy = {
        name: trained.note(
            f"svm_accuracy/{name}", svm_accuracy(features, train, held_out, labelled, test, seed)
        )
        for name, features in {
            "trained": _features_of(trained.model),
            "untrained": _features_of(untrained),
            "pixels": lambda images: images.reshape(len(images), -1),
        }.items()
    }
    walk = walk_distances(trained.model, held_out["image"], extractor, samples, seed)
    for name, value in walk.items():
        trained.note(f"fid/{name}", value)
    return [
        at_least(
            "accuracy of D's features less that of pixels", accuracy["trained"] - accuracy["pixels"], 0.03
        ),
        at_least(
            "accuracy of D's features less an untrained D's",
            accuracy["trained"] - accuracy["untrained"],
            0.02,
        ),
        at_most("FID-C of midpoints over that of samples", walk["midpoints"] / walk["samples"], 1.2),
        at_most("FID-C of midpoints over that of cross-fades", walk["midpoints"] / walk["cross_fades"], 1.0),
        *(reported(f"SVM accuracy, {name}", value) for name, value in accuracy.items()),
    ]


def _other_split(settings):
    split = "test" if settings["take"] is None else settings["split"]
    return data.arrays(**{**settings, "split": split})


def _features_of(model):
    def features(images):
        parts = [
            model.features({"image": images[start : start + 250]})["features"].numpy()
            for start in range(0, len(images), 250)
        ]
        return np.concatenate(parts)

    return features


def svm_accuracy(features, train, test, labelled, count, seed):
    """Test accuracy of an L2-SVM on features of `labelled` images drawn at random (section 5.1).

    Its C is chosen for each kind of feature by 3-fold cross-validation on the labelled images.
    """
    rows = np.random.default_rng(seed).permutation(len(train["image"]))[:labelled]

    def scaled(examples, rows):
        return features((examples["image"][rows] / 127.5 - 1).astype(np.float32))

    inputs = scaled(train, rows)
    mean, deviation = inputs.mean(axis=0), inputs.std(axis=0) + 1e-6
    choices = {"C": np.geomspace(1e-5, 1e-1, 5)}
    classifier = GridSearchCV(LinearSVC(random_state=seed), choices, cv=3)
    classifier.fit((inputs - mean) / deviation, train["label"][rows])
    held_out = slice(0, count)
    return float(
        classifier.score((scaled(test, held_out) - mean) / deviation, test["label"][held_out])
    )


def walk_distances(model, real, extractor, samples, seed):
    """FID-C of samples, of images half-way between pairs of latents, and of cross-fades of the ends."""
    extractor = metrics.load_extractor(extractor)
    ends = [model.latents(samples, seed + side) for side in (0, 1)]
    first, second = (model.decode(z) for z in ends)
    sets = {
        "samples": first,
        "midpoints": model.decode(latents.slerp(*ends, 3)[1]),
        "cross_fades": (first + second) / 2,
    }
    moments = extractor.moments(real)
    return {
        name: metrics.frechet_distance(moments, extractor.moments(images))
        for name, images in sets.items()
    }
