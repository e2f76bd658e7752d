"""Unrolled GAN."""

from tfgan_zoo.systems.unrolled_gan.unrolled_gan import UnrolledGAN

__all__ = ["UnrolledGAN"]
