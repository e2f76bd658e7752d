"""f-GAN."""

from tfgan_zoo.systems.fgan.fgan import FGAN

__all__ = ["FGAN"]
