"""AdaGAN."""

from tfgan_zoo.systems.adagan.adagan import AdaGAN

__all__ = ["AdaGAN"]
