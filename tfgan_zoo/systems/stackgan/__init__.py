"""StackGAN."""

from tfgan_zoo.systems.stackgan.stackgan import StackGAN

__all__ = ["StackGAN"]
