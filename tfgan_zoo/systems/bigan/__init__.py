"""BiGAN."""

from tfgan_zoo.systems.bigan.bigan import BiGAN

__all__ = ["BiGAN"]
