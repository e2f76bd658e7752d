"""Errors of classifiers that learn from few labels, beside those of the same networks that see nothing else."""

import numpy as np


def errors(bench, name, config_id, seeds, split):
    """Test errors of a semi-supervised system, and of its discriminator trained on the labelled images alone.

    Each seed is of the choice of labels and of the training; both see the same labels and take as many steps.

    Args:
        bench: the claim's `Bench`.
        name: of the system's runs; those of the baseline are called "supervised".
        config_id: a config of a `core.semi_supervised.SemiSupervised` system.
        seeds: list of seeds.
        split: whose images are classified.

    Returns:
        Two arrays [seeds]: the system's errors and the baseline's.
    """
    # The baseline's generator does not move, and its samples mean nothing.
    baseline = {"system_args.supervised_only": True, "train.on_collapse": "ignore"}
    runs = {name: {}, "supervised": baseline}
    found = [
        [_error(bench, each, config_id, overrides, seed, split) for each, overrides in runs.items()]
        for seed in seeds
    ]
    return tuple(np.transpose(found))


def _error(bench, name, config_id, overrides, seed, split):
    variant = bench.train(name, config_id, {"data.labelled_seed": seed, "eval": None, **overrides}, seed)
    return variant.score("test_error", split=split)
