"""Geometric GAN."""

from tfgan_zoo.systems.geometric_gan.geometric_gan import GeometricGAN

__all__ = ["GeometricGAN"]
