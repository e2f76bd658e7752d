"""InfoGAN."""

from tfgan_zoo.systems.infogan.infogan import InfoGAN

__all__ = ["InfoGAN"]
