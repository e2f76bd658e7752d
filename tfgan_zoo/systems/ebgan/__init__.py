"""EBGAN."""

from tfgan_zoo.systems.ebgan.ebgan import EBGAN

__all__ = ["EBGAN"]
