"""GoGAN."""

from tfgan_zoo.systems.gogan.gogan import GoGAN

__all__ = ["GoGAN"]
