"""DCGAN's claims: the discriminator's features are useful, and latents interpolate and add up."""

import numpy as np
from sklearn.model_selection import cross_val_score
from sklearn.svm import LinearSVC

from tfgan_zoo import data, metrics
from tfgan_zoo.data.avatars import ATTRIBUTES
from tfgan_zoo.evaluation import reference_arrays
from tfgan_zoo.hub import models
from tfgan_zoo.random import latents
from tfgan_zoo.reproduce import Check, probes
from tfgan_zoo.utils.batching import in_batches
from tfgan_zoo.utils.maximum import maximise
from tfgan_zoo.utils.pictures import to_uint8

CLAIM = (
    "D's convolutions are good features for a linear classifier; walks in latent space stay real, and means "
    "of latents add up as what they show does."
)
PAPER = (
    "Table 1: D's features and an L2-SVM reach 82.8% on CIFAR-10, k-means features 80.6%; figure 4: "
    "smooth walks between latents; figure 7: glasses are put on by sums of mean latents"
)

CHECKS = [
    Check(
        "features_over_pixels",
        "Accuracy of a linear SVM on D's features, less that on pixels",
        paper="0.022 above k-means features (82.8% against 80.6%)",
        headline=True,
    ),
    Check(
        "features_over_untrained", "Accuracy of a linear SVM on D's features, less that on an untrained D's"
    ),
    Check("midpoints_over_samples", "FID-C of images half-way between two latents, over that of samples"),
    Check(
        "midpoints_over_crossfades", "FID-C of images half-way between two latents, over that of cross-fades"
    ),
    Check(
        "glasses_in_other_style",
        "Share of sums of mean latents that show glasses in the other drawing style",
        headline=True,
    ),
    Check("glasses_in_samples", "Share of plain samples that show glasses in that drawing style"),
    Check(
        "accuracy",
        "Accuracy of a linear SVM on D's features",
        paper="0.828 (CIFAR-10, D trained on ImageNet)",
    ),
    Check("accuracy_untrained", "Accuracy of a linear SVM on an untrained D's features"),
    Check("accuracy_pixels", "Accuracy of a linear SVM on pixels"),
]

# The concepts of the sum, (has glasses, style): what wears glasses, less the same without, plus the other
# style without; the sum should be the last.
TERMS = {"glasses_a": (1, 0), "plain_a": (0, 0), "plain_b": (0, 1)}
GLASSES_B = (1, 1)


def measure(bench, labelled, test, extractor, samples, sums=None, seed=0):
    """Measures the weights that ship for Fashion-MNIST, and of those for avatars what `sums` is for.

    Args:
        labelled, test: how many labelled images the SVM learns from and is tested on.
        extractor, samples: of the Frechet distances of walks.
        sums: arguments of `latent_sums`; None leaves it out.
    """
    trained = bench.shipped("dcgan", "dcgan/fashion_mnist", seed)
    settings = trained.config.data.model_dump()
    train = data.arrays(**settings)
    held_out = _other_split(settings)
    untrained = models.build(trained.config)
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
    return {
        "features_over_pixels": accuracy["trained"] - accuracy["pixels"],
        "features_over_untrained": accuracy["trained"] - accuracy["untrained"],
        "midpoints_over_samples": walk["midpoints"] / walk["samples"],
        "midpoints_over_crossfades": walk["midpoints"] / walk["cross_fades"],
        "accuracy": accuracy["trained"],
        "accuracy_untrained": accuracy["untrained"],
        "accuracy_pixels": accuracy["pixels"],
        **(latent_sums(bench, seed=seed, **sums) if sums else {}),
    }


def _other_split(settings):
    split = "test" if settings["take"] is None else settings["split"]
    return data.arrays(**{**settings, "split": split})


def _features_of(model):
    return lambda images: in_batches(model.features, {"image": images}, 250)["features"]


def svm_accuracy(features, train, test, labelled, count, seed):
    """Test accuracy of an L2-SVM on features of `labelled` images drawn at random (section 5.1).

    Its C is that of the least loss on held-out thirds of the labelled images, for each kind of feature. By
    accuracy a single image would choose, since many a C has about the same.
    """
    rows = np.random.default_rng(seed).permutation(len(train["image"]))[:labelled]

    def scaled(examples, rows):
        return features((examples["image"][rows] / 127.5 - 1).astype(np.float32))

    inputs = scaled(train, rows)
    mean, deviation = inputs.mean(axis=0), inputs.std(axis=0) + 1e-6
    inputs, labels = (inputs - mean) / deviation, train["label"][rows]

    def score(strength):
        svm = LinearSVC(C=strength, random_state=seed)
        return cross_val_score(svm, inputs, labels, cv=3, scoring=_less_squared_hinge).mean()

    best = maximise(score, np.geomspace(1e-5, 1e-1, 5), tolerance=0.01)
    svm = LinearSVC(C=best, random_state=seed).fit(inputs, labels)
    held_out = slice(0, count)
    return float(svm.score((scaled(test, held_out) - mean) / deviation, test["label"][held_out]))


def _less_squared_hinge(svm, inputs, labels):
    """The loss that an L2-SVM has on examples, negated: the mean of those of each class against the rest."""
    signs = np.where(labels[:, None] == svm.classes_, 1, -1)
    return -np.square(np.maximum(1 - signs * svm.decision_function(inputs), 0)).mean()


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
        name: metrics.frechet_distance(moments, extractor.moments(images)) for name, images in sets.items()
    }


def latent_sums(bench, trials, samples, probe_epochs, seed):
    """Glasses from one drawing style, put on busts of the other by arithmetic on latents.

    Args:
        trials: sums; each takes three latents of every concept.
        samples: how many are drawn and sorted by what a classifier reads in their images.
        probe_epochs: of that classifier over the real training images.
    """
    variant = bench.shipped("avatars", "dcgan/avatars", seed)
    judge = reader(reference_arrays(variant.config), probe_epochs, seed)
    sums, _ = add_glasses(variant.model, judge, trials, samples, seed)
    found = variant.note("glasses_and_style", share_of(GLASSES_B, judge, variant.model.decode(sums)))
    plain = share_of(GLASSES_B, judge, variant.model.generate(samples, seed=seed))
    return {"glasses_in_other_style": found, "glasses_in_samples": plain}


def reader(real, epochs, seed):
    """A classifier of glasses and style, trained on real avatars of both."""
    glasses = real["attributes"][:, list(ATTRIBUTES).index("glasses")]
    return probes.classifier(real["image"], {"glasses": glasses, "style": real["label"]}, epochs, seed=seed)


def share_of(concept, judge, images):
    return float(_shows(concept, judge, images).mean())


def _shows(concept, judge, images):
    found = probes.read(judge, to_uint8(images))
    return (found["glasses"] == concept[0]) & (found["style"] == concept[1])


def add_glasses(model, judge, trials, count, seed, per_concept=3):
    """Sums of mean latents [trials, d], and {term: latents [trials, d]}, the means that they are made of.

    Raises:
        ValueError: too few samples show one of the concepts.
    """
    z = model.latents(count, seed)
    images = model.decode(z)
    rng = np.random.default_rng(seed)
    chosen = {}
    for term, concept in TERMS.items():
        showing = z[_shows(concept, judge, images)]
        if len(showing) < per_concept:
            raise ValueError(f"{len(showing)} of {count} samples show {term}; a concept takes {per_concept}.")
        chosen[term] = [showing[rng.choice(len(showing), per_concept, replace=False)] for _ in range(trials)]
    sums = [
        latents.arithmetic(plus=[glasses, other], minus=[plain])
        for glasses, plain, other in zip(*(chosen[term] for term in TERMS))
    ]
    return np.stack(sums), {term: np.mean(each, axis=1) for term, each in chosen.items()}
