"""Improved GAN."""

from tfgan_zoo.systems.improved_gan.improved_gan import ImprovedGAN

__all__ = ["ImprovedGAN"]
