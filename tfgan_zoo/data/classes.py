"""Data of some classes alone, such as the normal ones from which anomalies are told."""

import numpy as np


def of_classes(examples, classes, take, name):
    """The first `take` examples whose label is one of `classes`, in the stored order; None takes all of them.

    Args:
        examples: dict of arrays, as sources give them.
        classes: list of labels.
        name: the data's name, for messages.

    Raises:
        ValueError: there are no labels, no example of one of the classes, or fewer than `take`.
    """
    if "label" not in examples:
        raise ValueError(f"classes={list(classes)} takes examples with labels, and {name} has {', '.join(examples)}")
    labels = examples["label"]
    missing = sorted(set(classes) - set(labels.tolist()))
    if missing or not classes:
        known = ", ".join(map(str, np.unique(labels)))
        raise ValueError(f"{name} has no example of class {', '.join(map(str, missing)) or 'none'}; it has {known}")
    rows = np.flatnonzero(np.isin(labels, classes))
    if take is not None and not 1 <= take <= len(rows):
        raise ValueError(f"take must be between 1 and {len(rows)}, the examples of classes {list(classes)}; got {take}")
    return {key: array[rows[:take]] for key, array in examples.items()}
