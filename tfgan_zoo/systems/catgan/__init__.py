"""CatGAN."""

from tfgan_zoo.systems.catgan.catgan import CatGAN

__all__ = ["CatGAN"]
