"""Data of which only some examples have a label, for semi-supervised learning."""

import numpy as np

from tfgan_zoo.losses.semi_supervised import UNLABELLED

# Keys of a labelled batch of its own, drawn from the examples that have a label, and what they are drawn from.
DRAWN = {"labelled_image": "image", "labelled_label": "label"}


def partly_labelled(examples, count, seed, name):
    """A dict of arrays with all labels but `count` set to -1, and the labelled examples once more under `DRAWN`.

    Where some labels are -1 from the start, those examples are never chosen, and a `count` of None keeps all others.
    Without such labels a `count` of None changes nothing.

    Args:
        examples: dict of arrays, as sources give them.
        count: how many labels to keep, as many of each class.
        seed: of the choice; with more of them a seed keeps those that it keeps with fewer.
        name: the data's name, for messages.

    Raises:
        ValueError: there are no labelled images, or `count` of them cannot be chosen evenly.
    """
    labels = examples.get("label")
    if count is None:
        if labels is None or "image" not in examples or not _some_are_missing(labels):
            return examples
        rows = np.flatnonzero(labels != UNLABELLED)
    else:
        if labels is None or "image" not in examples:
            raise ValueError(
                f"labelled={count} takes images with labels, and {name} has {', '.join(examples)}; leave it out"
            )
        rows = _chosen(labels, count, seed, name)
    kept = np.full_like(labels, UNLABELLED)
    kept[rows] = labels[rows]
    drawn = {key: examples[of][rows] for key, of in DRAWN.items()}
    return {**examples, "label": kept, **drawn}


def _some_are_missing(labels):
    """Whether some examples have a label and others have none."""
    missing = labels == UNLABELLED
    return missing.any() and not missing.all()


def _chosen(labels, count, seed, name):
    """The rows of `count` labels, as many of each class, in the stored order."""
    classes, counts = np.unique(labels[labels != UNLABELLED], return_counts=True)
    if count > counts.sum():
        raise ValueError(f"labelled={count} is more than the {counts.sum()} examples of {name} that have a label")
    if count % len(classes):
        raise ValueError(
            f"labelled={count} is no multiple of the {len(classes)} classes of {name}, of each of which as many "
            f"labels are kept; give {-(-count // len(classes)) * len(classes)}"
        )
    of_each, fewest = count // len(classes), counts.argmin()
    if of_each > counts[fewest]:
        raise ValueError(
            f"labelled={count} takes {of_each} examples of each class, and {name} has {counts[fewest]} of class "
            f"{classes[fewest]}; give {counts[fewest] * len(classes)} or fewer"
        )
    order = np.random.default_rng(seed).permutation(len(labels))
    return np.sort(np.concatenate([order[labels[order] == label][:of_each] for label in classes]))
