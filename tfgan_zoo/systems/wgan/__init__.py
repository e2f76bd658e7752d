"""WGAN."""

from tfgan_zoo.systems.wgan.wgan import WGAN

__all__ = ["WGAN"]
