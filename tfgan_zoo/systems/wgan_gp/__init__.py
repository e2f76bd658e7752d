"""WGAN-GP."""

from tfgan_zoo.systems.wgan_gp.wgan_gp import WGANGP

__all__ = ["WGANGP"]
