"""BGAN."""

from tfgan_zoo.systems.bs_gan.bs_gan import BoundarySeekingGAN

__all__ = ["BoundarySeekingGAN"]
