"""AM-GAN."""

from tfgan_zoo.systems.am_gan.am_gan import AMGAN

__all__ = ["AMGAN"]
