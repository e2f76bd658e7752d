"""DCGAN."""

from tfgan_zoo.systems.dcgan.dcgan import DCGAN

__all__ = ["DCGAN"]
