"""iGAN."""

from tfgan_zoo.systems.igan.igan import IGAN

__all__ = ["IGAN"]
