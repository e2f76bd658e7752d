"""CycleGAN."""

from tfgan_zoo.systems.cyclegan.cyclegan import CycleGAN

__all__ = ["CycleGAN"]
