"""AC-GAN."""

from tfgan_zoo.systems.acgan.acgan import ACGAN

__all__ = ["ACGAN"]
