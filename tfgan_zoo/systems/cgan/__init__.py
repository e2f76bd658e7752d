"""CGAN."""

from tfgan_zoo.systems.cgan.cgan import CGAN

__all__ = ["CGAN"]
