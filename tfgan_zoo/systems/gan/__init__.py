"""GAN."""

from tfgan_zoo.systems.gan.gan import GAN

__all__ = ["GAN"]
