"""BigGAN."""

from tfgan_zoo.systems.biggan.biggan import BigGAN

__all__ = ["BigGAN"]
