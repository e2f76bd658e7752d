"""SRGAN."""

from tfgan_zoo.systems.srgan.srgan import SRGAN

__all__ = ["SRGAN"]
