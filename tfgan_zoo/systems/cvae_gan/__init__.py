"""CVAE-GAN."""

from tfgan_zoo.systems.cvae_gan.cvae_gan import CVAEGAN

__all__ = ["CVAEGAN"]
