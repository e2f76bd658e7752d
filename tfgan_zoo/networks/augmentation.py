"""Augmentation as a network of a system that takes one."""

from tfgan_zoo.layers.adaptive_augmentation import AdaptiveAugmentation


def adaptive(initial=0.0, target=0.6, adjust_over=500_000, interval=4, window=4):
    """`AdaptiveAugmentation`; arguments and errors are those of the class."""
    return AdaptiveAugmentation(initial, target, adjust_over, interval, window)
