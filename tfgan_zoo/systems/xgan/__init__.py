"""XGAN."""

from tfgan_zoo.systems.xgan.xgan import XGAN

__all__ = ["XGAN"]
