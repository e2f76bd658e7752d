"""AnoGAN."""

from tfgan_zoo.systems.anogan.anogan import AnoGAN

__all__ = ["AnoGAN"]
