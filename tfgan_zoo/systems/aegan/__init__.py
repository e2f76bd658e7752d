"""AEGAN."""

from tfgan_zoo.systems.aegan.aegan import AEGANInverse

__all__ = ["AEGANInverse"]
